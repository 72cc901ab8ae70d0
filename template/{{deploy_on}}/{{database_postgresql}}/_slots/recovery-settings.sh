# Backups of PostgreSQL, and the way back: docs/recovery.md says when to use what.
#
#   recovery.sh keep                        each change as it happens, a full backup each day
#   recovery.sh backup                      a full backup now
#   recovery.sh restore [--replace] [TIME]  the newest state, or that of TIME, into PGDATA
#   recovery.sh open | compare | close      for rehearse.sh
#
# The database is that of PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE.
set -eu
: "${BACKUPS:=/backups}"        # not on the database's disk
: "${KEEP_DAYS:=7}"             # how far back TIME can be
: "${RPO_SECONDS:=300}"
: "${REHEARSAL:=/tmp/recovery}" # the second database of a rehearsal
: "${REHEARSAL_URL:=}"          # how the service reaches that one; without, by its socket
