mark() { # of the server's newest change: file, bytes
    live --execute "SHOW MASTER STATUS"
}

second() {
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

lost() { # nothing, if all that the server had written when it was asked is here
    read -r log bytes _ <"$REHEARSAL/asked"
    newest=$(received | tail -n 1)
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
    "$1" --execute "SELECT concat('SELECT concat(', quote(concat(table_name, '|')), ', count(*)) FROM $DATABASE.', table_name, ';')
        FROM information_schema.tables WHERE table_schema = '$DATABASE' ORDER BY table_name" |
        "$1"
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

full_backups() { # [FIND'S TESTS]: the oldest first
    find "$BACKUPS/full" -name '2*.sql' "$@" | sort
}
