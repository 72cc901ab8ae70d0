PGHOST=$REHEARSAL/socket PGPORT=5432 pg_dump >/dev/null # reads each row
