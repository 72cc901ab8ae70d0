begin() {
    begin_anew_after_a_gap
    mkdir -p "$BACKUPS/wal" "$BACKUPS/base"
    pg_receivewal --directory "$BACKUPS/wal" --slot recovery --create-slot --if-not-exists
}

begin_anew_after_a_gap() { # the database holds changes back until max_slot_wal_keep_size, no longer
    dropped=$(live --command "SELECT slot_name, pg_drop_replication_slot(slot_name)
        FROM pg_replication_slots WHERE slot_name = 'recovery' AND wal_status = 'lost'")
    [ ! "$dropped" ] || put_aside
}

receive() {
    exec pg_receivewal --directory "$BACKUPS/wal" --slot recovery --no-loop
}

received() {
    find "$BACKUPS/wal" -type f
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
