#!/bin/sh
# Restores the newest backup beside the live database, serves the service's commands from it, and
# says how long that took and what would be lost. Fails when it is too much: docs/recovery.md.
set -eu
: "${RTO_SECONDS:=3600}"
: "${TOOLS=sh deploy/recovery/recovery.sh}" # where the database's own tools are
: "${SERVICE=}"                             # before a command of the service: where it is
cd "$(dirname "$0")/../.."

main() {
    began=$(date +%s)
    trap '$TOOLS close' EXIT
    DATABASE_URL=$($TOOLS open)
    export DATABASE_URL
    $SERVICE app migrate
    $SERVICE app migrations check
    took=$(($(date +%s) - began))
    $TOOLS compare
    echo "took: $took s (RTO $RTO_SECONDS s)"
    [ "$took" -le "$RTO_SECONDS" ] || { echo "error: that is too long" >&2; exit 1; }
}

main
