mark() {
    date +%s
}

second() {
    recover "$REHEARSAL/restored.db" "" >&2
    stat --format %Y "$copy" >"$REHEARSAL/copied"
    echo "sqlite:///$REHEARSAL/restored.db"
}

lost() { # seconds
    seconds=$(($(cat "$REHEARSAL/asked") - $(cat "$REHEARSAL/copied")))
    echo $((seconds > 0 ? seconds : 0))
}

close() {
    rm -rf "$REHEARSAL"
}

count() { # live|restored: each table and its rows
    "$1" "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name" |
        while read -r table; do echo "$table|$("$1" "SELECT count(*) FROM \"$table\"")"; done
}

live() {
    sqlite "$file" "$1"
}

restored() {
    sqlite "$REHEARSAL/restored.db" "$1"
}

sqlite() { # FILE STATEMENT; the image has no program of SQLite's, but Python
    python -c '
import contextlib, sqlite3, sys
with contextlib.closing(sqlite3.connect(sys.argv[1], isolation_level=None)) as connection:
    for row in connection.execute(sys.argv[2]):
        print(*row, sep="|")
' "$@"
}

full_backups() { # [FIND'S TESTS]: the oldest first
    find "$BACKUPS" -maxdepth 1 -name '2*.db' "$@" | sort
}
