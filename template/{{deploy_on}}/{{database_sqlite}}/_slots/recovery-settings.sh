# Backups of the SQLite file, and the way back: docs/recovery.md says when to use what.
#
#   recovery.sh keep                        a copy each minute
#   recovery.sh backup                      a copy now
#   recovery.sh restore [--replace] [TIME]  the newest copy, or the newest from before TIME
#   recovery.sh open | compare | close      for rehearse.sh
#
# The database is that of DATABASE_URL.
set -eu
: "${BACKUPS:=/backups}" # not on the database's disk
: "${EVERY_SECONDS:=60}" # what may be lost, and how long a copy takes
: "${KEEP_DAYS:=7}" # one copy of each; every copy for an hour
: "${RPO_SECONDS:=300}"
: "${REHEARSAL:=$BACKUPS/rehearsal}" # the second database of a rehearsal
file=${DATABASE_URL#sqlite:///}
