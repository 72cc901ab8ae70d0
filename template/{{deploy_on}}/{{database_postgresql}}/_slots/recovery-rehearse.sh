mark() { # a change that is none: when the archive has it, it has all from before
    live --command "SELECT extract(epoch FROM now())::bigint FROM pg_logical_emit_message(true, 'recovery', '')"
}

second() {
    sleep 2
    recover "$REHEARSAL/data" "" >&2
    echo "${REHEARSAL_URL:-postgresql://$PGUSER@/$PGDATABASE?host=$REHEARSAL/socket}"
}

lost() { # seconds
    restored --command "SELECT greatest(0,
        $(cat "$REHEARSAL/asked") - extract(epoch FROM pg_last_xact_replay_timestamp()))::bigint"
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

full_backups() { # [FIND'S TESTS]: the oldest first
    find "$BACKUPS/base" -mindepth 1 -maxdepth 1 -name '2*' "$@" | sort
}
