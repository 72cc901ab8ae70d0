restore_to() { # TIME
    ! pg_isready --quiet || refuse "the database runs" "stop it, and the service before it"
    if [ "$(ls -A "$PGDATA" 2>/dev/null)" ] && [ ! "$replace" ]; then
        refuse "$PGDATA holds a database" "restore --replace puts it aside"
    fi
    now=$(stamp)
    rm -rf "$PGDATA.new"
    recover "$PGDATA.new" "$1"
    stop "$PGDATA.new"
    rm "$PGDATA.new/restore.conf"
    [ ! -e "$PGDATA" ] || mv "$PGDATA" "$PGDATA.$now"
    mv "$PGDATA.new" "$PGDATA"
    put_aside # from here on it goes a way of its own
}

recover() { # DIRECTORY TIME: a server runs there, with the newest state or that of TIME
    full=$(newest_before "$2")
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
