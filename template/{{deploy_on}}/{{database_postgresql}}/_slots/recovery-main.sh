if [ "$(id -u)" = 0 ]; then # PostgreSQL does not run as root
    chown postgres "$BACKUPS" ${PGDATA:+"$(dirname "$PGDATA")"}
    exec setpriv --reuid=postgres --regid=postgres --init-groups sh "$0" "$@"
fi
