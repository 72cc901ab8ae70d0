restore_to() { # TIME
    if [ -e "$file" ]; then
        [ "$replace" ] || refuse "$file holds a database" "restore --replace puts it aside"
        ! is_open || refuse "the service runs" "stop it"
    fi
    recover "$file.new" "$1"
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
    copy=$(newest_before "$2")
    [ "$copy" ] || refuse "$BACKUPS has no copy from before then"
    (cd "$BACKUPS" && sha256sum --check --quiet "$copy.sha256" >&2) ||
        refuse "$copy is damaged" "move it away: the one before it serves, too"
    cp "$copy" "$1"
    sync "$1"
    [ "$(sqlite "$1" "PRAGMA integrity_check")" = ok ] || refuse "$copy is damaged"
    echo "restored to $(basename "$copy" .db)"
}
