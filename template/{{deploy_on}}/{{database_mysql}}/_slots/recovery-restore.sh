restore_to() { # TIME
    [ ! "$(count live)" ] || [ "$replace" ] ||
        refuse "$DATABASE holds tables" "restore --replace deletes them"
    find_backup "$1"
    live --execute "DROP DATABASE IF EXISTS $DATABASE"
    fill live
    rm -r "$REHEARSAL"
    put_aside # from here on it goes a way of its own
    echo "restored"
}

find_backup() { # TIME: the full backup, and what to run after it
    mkdir -p "$REHEARSAL"
    full=$(newest_before "$1")
    [ "$full" ] || refuse "$BACKUPS/full has no backup from before then"
    (cd "$BACKUPS/full" && sha256sum --check --quiet "$full.sha256" >&2) ||
        refuse "$full is damaged" "move it away: an older one serves, too"
    log=$(started "$full" | cut -d ' ' -f 1)
    changes=$(received | awk -F / -v first="$log" '$NF >= first')
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
