#!/usr/bin/env bash
# Whether it serves the network, which it does not while the first start prepares it.
set -euo pipefail

[ "$*" = '--connect --innodb_initialized' ] || { echo "no stand-in for $*" >&2; exit 2; }
found=$(mariadb --no-defaults --skip-ssl -u healthcheck -S /run/mysqld/mysqld.sock -BNe \
  "SELECT @@skip_networking, support FROM information_schema.engines WHERE engine = 'InnoDB'")
[ "$found" = $'0\tDEFAULT' ]
