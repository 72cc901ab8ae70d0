#!/usr/bin/env bash
# First start: a cluster with the user and database asked for. Every start: the server.
set -Eeuo pipefail

[ "$1" = postgres ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" && chmod 700 "$PGDATA"
  find "$PGDATA" /var/run/postgresql/ ! -user postgres -exec chown postgres:postgres {} +
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  user=${POSTGRES_USER:-postgres} database=${POSTGRES_DB:-${POSTGRES_USER:-postgres}}
  initdb --username="$user" --pwfile=<(printf '%s\n' "${POSTGRES_PASSWORD:?}")
  echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
  # No TCP while the cluster is being prepared, so that pg_isready over the network does not say yes too early.
  pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
  if [ "$database" != postgres ]; then createdb --username "$user" --maintenance-db postgres "$database"; fi
  pg_ctl -D "$PGDATA" -m fast -w stop
fi
exec "$@"
