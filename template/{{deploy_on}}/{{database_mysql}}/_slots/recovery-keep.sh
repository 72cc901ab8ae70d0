begin() {
    mkdir -p "$BACKUPS/log" "$BACKUPS/full"
}

receive() {
    first=$(received | tail -n 1)
    [ "$first" ] || first=$(mark | cut -f 1)
    # shellcheck disable=SC2086 # words
    exec mariadb-binlog --no-defaults $SERVER --read-from-remote-server --raw --stop-never \
        --result-file "$BACKUPS/log/" "${first##*/}"
}

received() { # the oldest first
    find "$BACKUPS/log" -type f | sort
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
    received | awk -F / -v first="$first" '$NF < first' | while read -r log; do rm "$log"; done
}
