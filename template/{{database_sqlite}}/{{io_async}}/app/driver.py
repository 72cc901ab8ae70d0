"""SQLite: one machine, one file, one writer at a time."""

import fcntl
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import (
    URL,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Index,
    NullPool,
    TypeDecorator,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.settings import Settings

SQLSTATES = {
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: "23505",
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: "23505",
    sqlite3.SQLITE_CONSTRAINT: "23000",
    sqlite3.SQLITE_BUSY: "55P03",
    sqlite3.SQLITE_LOCKED: "55P03",
    sqlite3.SQLITE_FULL: "53100",
    sqlite3.SQLITE_CANTOPEN: "08000",
    sqlite3.SQLITE_IOERR: "08000",
}


class UtcDateTime(TypeDecorator[datetime]):
    """SQLite knows no time zones: UTC goes in and comes out."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


Timestamp = UtcDateTime()


class SqliteConnection(sqlite3.Connection):
    def close(self) -> None:
        """With rows that nobody has read, as whoever is cancelled leaves them, SQLite would keep
        the transaction and its lock until Python collects their cursor."""
        with suppress(sqlite3.Error):
            self.rollback()
        super().close()


CONNECT_ARGS = {"factory": SqliteConnection}


def writers(settings: Settings) -> int:
    """How many may write at once: the file has one lock."""
    return 1


def make_engine(settings: Settings, places: int, *, write: bool) -> AsyncEngine:
    engine = create_async_engine(
        _url(settings, "sqlite+aiosqlite"),
        hide_parameters=True,  # of statements in the log: they hold what clients sent
        pool_size=places,
        max_overflow=0,
        pool_timeout=2,
        connect_args=CONNECT_ARGS,
    )
    _prepare(engine.sync_engine, settings, write=write)
    return engine


def make_unpooled_engine(settings: Settings) -> Engine:
    """For commands and tests."""
    engine = create_engine(_url(settings, "sqlite"), poolclass=NullPool, connect_args=CONNECT_ARGS)
    _prepare(engine, settings, write=True)
    return engine


def _prepare(engine: Engine, settings: Settings, *, write: bool) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        connection.create_function("lower", 1, _lower, deterministic=True)
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",  # with less, a power cut takes back what was acknowledged
            "foreign_keys = ON",
            f"busy_timeout = {int(settings.database_timeout_seconds * 500)}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    if write:

        @event.listens_for(engine, "begin")
        def begun(connection: Connection) -> None:
            # Not at the first write: what was read before it could be stale by then.
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _lower(value: str | None) -> str | None:
    """SQLite's own knows only ASCII."""
    return value.lower() if value else value


@contextmanager
def migrating(connection: Connection, patience_seconds: float) -> Iterator[None]:
    """One migration at a time; TimeoutError when another one does not end."""
    path = Path(f"{connection.engine.url.database}.migrating")
    deadline = time.monotonic() + patience_seconds
    with path.open("w") as lock:
        while not _locked(lock):
            if time.monotonic() > deadline:
                raise TimeoutError
            time.sleep(0.2)
        yield


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unique_among(name: str, column: Any, condition: str) -> Index:
    """One value among the rows that `condition` keeps."""
    return Index(name, column, unique=True, sqlite_where=text(condition))


def sqlstate(error: DBAPIError) -> str:
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return SQLSTATES.get(code) or SQLSTATES.get(code & 0xFF, "HY000")


def _url(settings: Settings, driver: str) -> URL:
    return make_url(settings.database_url.get_secret_value()).set(drivername=driver)
