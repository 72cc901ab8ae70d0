#!/usr/bin/env bash
# The server as nobody else than redis. The official build answers other hosts; Debian's must be told to.
set -Eeuo pipefail

[ "$1" = redis-server ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
  find . ! -user redis -exec chown redis:redis {} +
  exec setpriv --reuid=redis --regid=redis --init-groups "$0" "$@"
fi

exec "$@" --protected-mode no
