#!/bin/sh
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

main() {
    case ${1-} in
        keep | backup | restore | open | compare | close) "$@" ;;
        *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
    esac
}

keep() {
    trap 'exit 0' TERM INT
    while :; do
        backup
        sleep "$EVERY_SECONDS" &
        wait $!
    done
}

backup() { # in one transaction, while the service writes
    [ -s "$file" ] || refuse "there is no $file"
    new=$BACKUPS/unfinished
    rm -f "$new"
    sqlite "$file" "VACUUM INTO '$new'"
    name=$(stamp).db
    (cd "$BACKUPS" && sha256sum unfinished | sed "s/unfinished/$name/" >"$name.sha256")
    sync "$new"
    mv "$new" "$BACKUPS/$name"
    forget
}

forget() { # copies that are an hour old, but each day's first; and all that are too old
    find "$BACKUPS" -maxdepth 1 -name '2*.db' -mmin +60 | sort |
        awk '{ day = $0; sub(/T[^T]*$/, "", day) } seen[day]++' |
        while read -r copy; do rm "$copy" "$copy.sha256"; done
    find "$BACKUPS" -maxdepth 1 -name '2*.db*' -mtime "+$KEEP_DAYS" -exec rm {} +
}

restore() {
    replace=
    if [ "${1-}" = --replace ]; then replace=yes && shift; fi
    if [ -e "$file" ]; then
        [ "$replace" ] || refuse "$file holds a database" "restore --replace puts it aside"
        ! is_open || refuse "the service runs" "stop it"
    fi
    recover "$file.new" "${1-}"
    now=$(stamp)
    for each in "$file" "$file-wal" "$file-shm"; do
        [ ! -e "$each" ] || mv "$each" "$each.$now"
    done
    mv "$file.new" "$file"
}

is_open() { # a file in WAL mode leaves it only when nobody else has it open
    sqlite "$file" "PRAGMA journal_mode = DELETE" 2>&1 | grep -q locked
}

recover() { # FILE TIME: the newest copy, or the newest from before TIME
    copy=$(find "$BACKUPS" -maxdepth 1 -name '2*.db' | sort |
        awk -v time="$(stamp "$2").db" -F / '$NF <= time' | tail -n 1)
    [ "$copy" ] || refuse "$BACKUPS has no copy from before then"
    (cd "$BACKUPS" && sha256sum --check --quiet "$copy.sha256" >&2) ||
        refuse "$copy is damaged" "move it away: the one before it serves, too"
    cp "$copy" "$1"
    sync "$1"
    [ "$(sqlite "$1" "PRAGMA integrity_check")" = ok ] || refuse "$copy is damaged"
    echo "restored to $(basename "$copy" .db)"
}

open() {
    close
    mkdir -p "$REHEARSAL"
    date +%s >"$REHEARSAL/asked"
    count "$file" >"$REHEARSAL/live"
    recover "$REHEARSAL/restored.db" "" >&2
    stat --format %Y "$copy" >"$REHEARSAL/copied"
    echo "sqlite:///$REHEARSAL/restored.db"
}

compare() {
    count "$REHEARSAL/restored.db" >"$REHEARSAL/restored"
    echo "rows: table, live, restored"
    awk -F '|' 'NR == FNR { found[$1] = $2; next } { print "  " $1, $2, found[$1] + 0 }
        $2 > 0 && !found[$1] { missing = 1 } END { exit missing }' \
        "$REHEARSAL/restored" "$REHEARSAL/live" || refuse "a table is empty or missing"
    lost=$(($(cat "$REHEARSAL/asked") - $(cat "$REHEARSAL/copied")))
    [ "$lost" -gt 0 ] || lost=0
    echo "lost: the changes of $lost s (RPO $RPO_SECONDS s)"
    [ "$lost" -le "$RPO_SECONDS" ] || refuse "the newest copy in $BACKUPS is too old" "does \`keep\` run?"
}

close() {
    rm -rf "$REHEARSAL"
}

count() { # FILE: each table and its rows
    sqlite "$1" "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name" |
        while read -r table; do echo "$table|$(sqlite "$1" "SELECT count(*) FROM \"$table\"")"; done
}

sqlite() { # FILE STATEMENT; the image has no program of SQLite's, but Python
    python -c '
import contextlib, sqlite3, sys
with contextlib.closing(sqlite3.connect(sys.argv[1], isolation_level=None)) as connection:
    for row in connection.execute(sys.argv[2]):
        print(*row, sep="|")
' "$@"
}

stamp() { # TIME, else now; so that an earlier one sorts first
    date -u --date "${1:-now}" +%Y%m%dT%H%M%SZ
}

refuse() { # WHAT [WAY OUT]
    echo "error: $1" >&2
    [ ! "${2-}" ] || echo "hint: $2" >&2
    exit 1
}

main "$@"
