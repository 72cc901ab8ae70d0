#!/bin/sh
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

main() {
    case ${1-} in
        keep | backup | restore | open | compare | close) ;;
        *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
    esac
    if [ "$(id -u)" = 0 ]; then # PostgreSQL does not run as root
        chown postgres "$BACKUPS" ${PGDATA:+"$(dirname "$PGDATA")"}
        exec setpriv --reuid=postgres --regid=postgres --init-groups sh "$0" "$@"
    fi
    "$@"
}

keep() {
    begin_anew_after_a_gap
    mkdir -p "$BACKUPS/wal" "$BACKUPS/base"
    pg_receivewal --directory "$BACKUPS/wal" --slot recovery --create-slot --if-not-exists
    pg_receivewal --directory "$BACKUPS/wal" --slot recovery --no-loop &
    receiver=$!
    trap 'kill $receiver; wait $receiver || true; exit 0' TERM INT
    until [ "$(ls "$BACKUPS/wal")" ]; do sleep 1; kill -0 $receiver; done
    while kill -0 $receiver 2>/dev/null; do
        [ "$(find "$BACKUPS/base" -name '2*' -prune -mmin -1440)" ] || backup
        sleep 10 &
        wait $!
    done
    refuse "the database ended the stream of its changes" "start this again"
}

begin_anew_after_a_gap() { # the database holds changes back until max_slot_wal_keep_size, no longer
    dropped=$(live --command "SELECT slot_name, pg_drop_replication_slot(slot_name)
        FROM pg_replication_slots WHERE slot_name = 'recovery' AND wal_status = 'lost'")
    [ ! "$dropped" ] || put_aside
}

put_aside() { # what no change will follow
    aside=$BACKUPS/before-$(stamp)
    mkdir "$aside"
    mv "$BACKUPS/wal" "$BACKUPS/base" "$aside"
    echo "the backups from before are in $aside"
}

backup() {
    new=$BACKUPS/base/unfinished
    mkdir -p "$BACKUPS/base"
    rm -rf "$new"
    pg_basebackup --pgdata "$new" --checkpoint fast --manifest-checksums sha256
    touch "$new"
    mv "$new" "$BACKUPS/base/$(stamp)"
    forget
}

forget() { # full backups that are too old, and the changes from before the oldest that stays
    find "$BACKUPS/base" -name '2*' -prune -mtime "+$KEEP_DAYS" -exec rm -rf {} +
    oldest=$(full_backups | head -n 1)
    first=$(sed -n 's/^START WAL LOCATION: .*file \([0-9A-F]*\).*/\1/p' "$oldest/backup_label")
    pg_archivecleanup "$BACKUPS/wal" "$first"
}

restore() {
    replace=
    if [ "${1-}" = --replace ]; then replace=yes && shift; fi
    ! pg_isready --quiet || refuse "the database runs" "stop it, and the service before it"
    if [ "$(ls -A "$PGDATA" 2>/dev/null)" ] && [ ! "$replace" ]; then
        refuse "$PGDATA holds a database" "restore --replace puts it aside"
    fi
    now=$(stamp)
    rm -rf "$PGDATA.new"
    recover "$PGDATA.new" "${1-}"
    stop "$PGDATA.new"
    rm "$PGDATA.new/restore.conf"
    [ ! -e "$PGDATA" ] || mv "$PGDATA" "$PGDATA.$now"
    mv "$PGDATA.new" "$PGDATA"
    put_aside # from here on it goes a way of its own
}

recover() { # DIRECTORY TIME: a server runs there, with the newest state or that of TIME
    full=$(full_backups | awk -v time="$(stamp "$2")" -F / '$NF <= time' | tail -n 1)
    [ "$full" ] || refuse "$BACKUPS/base has no full backup from before then"
    verify "$full" || refuse "$full is damaged" "move it away: an older one serves, too"
    newest=$(find "$BACKUPS/wal" -type f ! -name '*.*' | sort | tail -n 1)
    cp -R "$full" "$1"
    chmod 700 "$1"
    [ -e "$1/pg_hba.conf" ] || echo "local all all trust" >"$1/pg_hba.conf" # Debian has it elsewhere
    touch "$1/recovery.signal"
    configure "$2" >"$1/restore.conf"
    mkdir -p "$REHEARSAL/socket"
    pg_ctl start --silent --no-wait --pgdata "$1" --log "$1/restore.log" \
        --options "-c config_file=$1/restore.conf"
    until pg_isready --quiet --host "$REHEARSAL/socket" --port 5432; do # once all is replayed
        sleep 0.2
        pg_ctl status --pgdata "$1" >/dev/null || refuse "$(grep FATAL "$1/restore.log" | tail -n 1)"
    done
    reached=$(restored --command "SELECT pg_walfile_name(pg_last_wal_replay_lsn())")
    echo "restored to $(restored --command "SELECT pg_last_xact_replay_timestamp()")"
    if [ ! "$2" ] && expr "${reached#????????}" \< "${newest##*/????????}" >/dev/null; then
        refuse "in $BACKUPS/wal the changes after $reached are missing or damaged, those up to ${newest##*/} are lost" \
            "restore with the time above takes what there is"
    fi
}

verify() { # DIRECTORY: each file is as the server sent it
    sed -n 's/^{ "Path": "\(.*\)", "Size": .*"Checksum": "\([0-9a-f]*\)" }.*/\2  \1/p' \
        "$1/backup_manifest" | (cd "$1" && sha256sum --check --quiet >&2)
}

configure() { # TIME
    cat <<END
include_if_exists 'postgresql.conf'
restore_command = 'cp "$BACKUPS/wal/%f" "%p" 2>/dev/null || cp "$BACKUPS/wal/%f.partial" "%p" 2>/dev/null'
recovery_target_time = '$1'
recovery_target_action = promote
hot_standby = off
archive_mode = off
listen_addresses = '${REHEARSAL_URL:+*}'
unix_socket_directories = '$REHEARSAL/socket'
port = 5432
ssl = off
END
}

open() {
    close
    mkdir -p "$REHEARSAL"
    # A change that is none: when the archive has it, it has all from before.
    live --command "SELECT extract(epoch FROM now())::bigint FROM pg_logical_emit_message(true, 'recovery', '')" \
        >"$REHEARSAL/asked"
    count live >"$REHEARSAL/live"
    sleep 2
    recover "$REHEARSAL/data" "" >&2
    echo "${REHEARSAL_URL:-postgresql://$PGUSER@/$PGDATABASE?host=$REHEARSAL/socket}"
}

compare() {
    count restored >"$REHEARSAL/restored"
    echo "rows: table, live, restored"
    awk -F '|' 'NR == FNR { found[$1] = $2; next } { print "  " $1, $2, found[$1] + 0 }
        $2 > 0 && !found[$1] { missing = 1 } END { exit missing }' \
        "$REHEARSAL/restored" "$REHEARSAL/live" || refuse "a table is empty or missing"
    PGHOST=$REHEARSAL/socket PGPORT=5432 pg_dump >/dev/null # reads each row
    lost=$(restored --command "SELECT greatest(0,
        $(cat "$REHEARSAL/asked") - extract(epoch FROM pg_last_xact_replay_timestamp()))::bigint")
    echo "lost: the changes of $lost s (RPO $RPO_SECONDS s)"
    [ "$lost" -le "$RPO_SECONDS" ] || refuse "the newest change in $BACKUPS is too old" "does \`keep\` run?"
}

close() {
    [ ! -e "$REHEARSAL/data/postmaster.pid" ] || stop "$REHEARSAL/data"
    rm -rf "$REHEARSAL"
}

stop() { # DIRECTORY
    pg_ctl stop --silent --mode fast --pgdata "$1"
}

count() { # live|restored: each table and its rows
    "$1" <<'END'
SELECT format('SELECT %L, count(*) FROM %I.%I', relid::regclass, schemaname, relname)
FROM pg_stat_user_tables ORDER BY 1 \gexec
END
}

live() {
    psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"
}

restored() {
    PGHOST=$REHEARSAL/socket PGPORT=5432 live "$@"
}

full_backups() { # the oldest first
    find "$BACKUPS/base" -mindepth 1 -maxdepth 1 -name '2*' | sort
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
