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
    full_backups -mmin +60 |
        awk '{ day = $0; sub(/T[^T]*$/, "", day) } seen[day]++' |
        while read -r copy; do rm "$copy" "$copy.sha256"; done
    find "$BACKUPS" -maxdepth 1 -name '2*.db*' -mtime "+$KEEP_DAYS" -exec rm {} +
}
