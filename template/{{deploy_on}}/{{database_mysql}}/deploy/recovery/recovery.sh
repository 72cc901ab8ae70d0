#!/bin/sh
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

main() {
    case ${1-} in
        keep | backup | restore | open | compare | close) "$@" ;;
        *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
    esac
}

keep() {
    mkdir -p "$BACKUPS/log" "$BACKUPS/full"
    first=$(logs | tail -n 1)
    [ "$first" ] || first=$(position | cut -f 1)
    # shellcheck disable=SC2086 # words
    mariadb-binlog --no-defaults $SERVER --read-from-remote-server --raw --stop-never \
        --result-file "$BACKUPS/log/" "${first##*/}" &
    receiver=$!
    trap 'kill $receiver; wait $receiver || true; exit 0' TERM INT
    until [ "$(logs)" ]; do sleep 1; kill -0 $receiver; done
    while kill -0 $receiver 2>/dev/null; do
        [ "$(find "$BACKUPS/full" -name '2*.sql' -mmin -1440)" ] || backup
        sleep 10 &
        wait $!
    done
    refuse "the server ended the stream of its changes" "start this again"
}

backup() { # in one transaction, while the service writes
    mkdir -p "$BACKUPS/full"
    new=$BACKUPS/full/unfinished
    # shellcheck disable=SC2086 # words
    mariadb-dump --no-defaults $SERVER --single-transaction --master-data=2 --routines "$DATABASE" >"$new"
    name=$(stamp).sql
    (cd "$BACKUPS/full" && sha256sum unfinished | sed "s/unfinished/$name/" >"$name.sha256")
    mv "$new" "$BACKUPS/full/$name"
    forget
}

forget() { # full backups that are too old, and the changes from before the oldest that stays
    find "$BACKUPS/full" -name '2*' -mtime "+$KEEP_DAYS" -exec rm {} +
    first=$(started "$(full_backups | head -n 1)" | cut -d ' ' -f 1)
    logs | awk -F / -v first="$first" '$NF < first' | while read -r log; do rm "$log"; done
}

restore() {
    replace=
    if [ "${1-}" = --replace ]; then replace=yes && shift; fi
    [ ! "$(count live)" ] || [ "$replace" ] ||
        refuse "$DATABASE holds tables" "restore --replace deletes them"
    find_backup "${1-}"
    live --execute "DROP DATABASE IF EXISTS $DATABASE"
    fill live
    rm -r "$REHEARSAL"
    # From here on it goes a way of its own, and so do its backups.
    now=$(stamp)
    mkdir "$BACKUPS/before-$now"
    mv "$BACKUPS/log" "$BACKUPS/full" "$BACKUPS/before-$now"
    echo "restored; the backups from before are in $BACKUPS/before-$now"
}

find_backup() { # TIME: the full backup, and what to run after it
    mkdir -p "$REHEARSAL"
    full=$(full_backups | awk -v time="$(stamp "$1").sql" -F / '$NF <= time' | tail -n 1)
    [ "$full" ] || refuse "$BACKUPS/full has no backup from before then"
    (cd "$BACKUPS/full" && sha256sum --check --quiet "$full.sha256" >&2) ||
        refuse "$full is damaged" "move it away: an older one serves, too"
    log=$(started "$full" | cut -d ' ' -f 1)
    changes=$(logs | awk -F / -v first="$log" '$NF >= first')
    follows "$log" "$changes"
    # shellcheck disable=SC2046,SC2086 # words
    TZ=UTC mariadb-binlog --no-defaults --verify-binlog-checksum --database "$DATABASE" \
        --start-position "$(started "$full" | cut -d ' ' -f 2)" \
        ${1:+--stop-datetime "$(date -u --date "$1" +%Y-%m-%dT%H:%M:%S)"} \
        $changes >"$REHEARSAL/changes.sql" || refuse "a change in $BACKUPS/log is damaged"
}

follows() { # FIRST LOGS: none is missing between
    echo "$2" | awk -F . -v first="${1##*.}" '$NF + 0 != first + NR - 1 { exit 1 }' ||
        refuse "$BACKUPS/log lacks changes after $1" "move later ones away to do without them"
}

fill() { # live|restored
    "$1" --execute "CREATE DATABASE IF NOT EXISTS $DATABASE"
    "$1" "$DATABASE" <"$full"
    "$1" <"$REHEARSAL/changes.sql"
}

open() {
    close
    mkdir -p "$REHEARSAL"
    position >"$REHEARSAL/asked"
    count live >"$REHEARSAL/live"
    sleep 2
    find_backup ""
    serve >&2
    fill restored
    [ ! "$REHEARSAL_URL" ] || restored --execute "GRANT ALL ON $DATABASE.* TO app IDENTIFIED BY '$MYSQL_PWD'"
    echo "${REHEARSAL_URL:-mysql://root@localhost/$DATABASE?unix_socket=$REHEARSAL/socket}"
}

serve() {
    user=$(id -un) network=--skip-networking
    [ ! "$REHEARSAL_URL" ] || network=--bind-address=0.0.0.0
    mariadb-install-db --no-defaults --user="$user" --datadir="$REHEARSAL/data" \
        --auth-root-authentication-method=normal >"$REHEARSAL/log" 2>&1
    mariadbd --no-defaults --user "$user" --datadir "$REHEARSAL/data" --socket "$REHEARSAL/socket" \
        --pid-file "$REHEARSAL/pid" "$network" >>"$REHEARSAL/log" 2>&1 &
    until restored --execute "DO 1" 2>/dev/null; do sleep 0.2; kill -0 $!; done
}

compare() {
    count restored >"$REHEARSAL/restored"
    echo "rows: table, live, restored"
    awk -F '\t' 'NR == FNR { found[$1] = $2; next } { print "  " $1, $2, found[$1] + 0 }
        $2 > 0 && !found[$1] { missing = 1 } END { exit missing }' \
        "$REHEARSAL/restored" "$REHEARSAL/live" || refuse "a table is empty or missing"
    lost=$(lost)
    echo "lost: the changes of $lost s (RPO $RPO_SECONDS s)"
    [ "$lost" -le "$RPO_SECONDS" ] || refuse "the newest change in $BACKUPS is too old" "does \`keep\` run?"
}

lost() { # nothing, if all that the server had written when it was asked is here
    read -r log bytes _ <"$REHEARSAL/asked"
    newest=$(logs | tail -n 1)
    if expr "x${newest##*/}" \> "x$log" >/dev/null; then
        echo 0
    elif [ "${newest##*/}" = "$log" ] && [ "$(stat --format %s "$newest")" -ge "$bytes" ]; then
        echo 0
    else
        echo $(($(stat --format %Y "$REHEARSAL/asked") - $(stat --format %Y "$newest")))
    fi
}

close() {
    if [ -e "$REHEARSAL/pid" ]; then
        kill "$(cat "$REHEARSAL/pid")"
        while [ -e "$REHEARSAL/pid" ]; do sleep 0.2; done
    fi
    rm -rf "$REHEARSAL"
}

count() { # live|restored: each table and its rows
    "$1" --execute "SELECT concat('SELECT ', quote(table_name), ', count(*) FROM $DATABASE.', table_name, ';')
        FROM information_schema.tables WHERE table_schema = '$DATABASE' ORDER BY table_name" |
        "$1"
}

position() { # of the server's newest change: file, bytes
    live --execute "SHOW MASTER STATUS"
}

started() { # FULL: where the changes after it begin: file, bytes
    sed -n "s/^-- CHANGE MASTER TO MASTER_LOG_FILE='\(.*\)', MASTER_LOG_POS=\([0-9]*\);/\1 \2/p" "$1" | head -n 1
}

live() {
    # shellcheck disable=SC2086 # words
    mariadb --no-defaults $SERVER --batch --skip-column-names "$@"
}

restored() {
    mariadb --no-defaults --user root --socket "$REHEARSAL/socket" --batch --skip-column-names "$@"
}

logs() { # the oldest first
    find "$BACKUPS/log" -type f | sort
}

full_backups() { # the oldest first
    find "$BACKUPS/full" -name '2*.sql' | sort
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
