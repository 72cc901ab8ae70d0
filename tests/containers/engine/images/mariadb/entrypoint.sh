#!/usr/bin/env bash
# First start: the user and database asked for. Every start: the server.
set -Eeuo pipefail

[ "$1" = mariadbd ] || exec "$@"

data=/var/lib/mysql socket=/run/mysqld/mysqld.sock
if [ "$(id -u)" = 0 ]; then
  find "$data" ! -user mysql -exec chown mysql:mysql {} +
  exec setpriv --reuid=mysql --regid=mysql --init-groups "$0" "$@"
fi

if [ ! -d "$data/mysql" ]; then
  mariadb-install-db --no-defaults --datadir="$data" --skip-test-db --auth-root-authentication-method=normal
  # No TCP while it is being prepared, so that a check over the network does not say yes too early.
  mariadbd --no-defaults --datadir="$data" --socket="$socket" --skip-networking &
  until mariadb --no-defaults -u root -S "$socket" -e 'DO 1' 2>/dev/null; do sleep 0.1; done
  mariadb --no-defaults -u root -S "$socket" <<SQL
CREATE DATABASE \`${MARIADB_DATABASE:?}\`;
CREATE USER '${MARIADB_USER:?}'@'%' IDENTIFIED BY '${MARIADB_PASSWORD:?}';
GRANT ALL ON \`$MARIADB_DATABASE\`.* TO '$MARIADB_USER'@'%';
CREATE USER healthcheck@localhost;
SQL
  kill %1
  wait %1
fi
exec "$@" --no-defaults --datadir="$data" --socket="$socket" --bind-address=0.0.0.0
