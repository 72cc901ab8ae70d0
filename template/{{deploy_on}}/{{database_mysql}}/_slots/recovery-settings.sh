# Backups of MariaDB, and the way back: docs/recovery.md says when to use what.
#
#   recovery.sh keep                        each change as it happens, a full backup each day
#   recovery.sh backup                      a full backup now
#   recovery.sh restore [--replace] [TIME]  the newest state, or that of TIME, into the server
#   recovery.sh open | compare | close      for rehearse.sh
#
# The server is that of SERVER, such as "--host db --user app", and MYSQL_PWD.
set -eu
: "${SERVER:?}"
: "${DATABASE:=app}"
: "${BACKUPS:=/backups}"        # not on the database's disk
: "${KEEP_DAYS:=7}"             # how far back TIME can be
: "${RPO_SECONDS:=300}"
: "${REHEARSAL:=/tmp/recovery}" # the second server of a rehearsal
: "${REHEARSAL_URL:=}"          # how the service reaches that one; without, by its socket
