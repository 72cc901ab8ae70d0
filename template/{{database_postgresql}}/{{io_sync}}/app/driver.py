"""PostgreSQL by psycopg: one driver for the service and for its migrations."""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    DateTime,
    Engine,
    Index,
    NullPool,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import DBAPIError, InvalidatePoolError

from app.settings import Settings

Timestamp = DateTime(timezone=True)
CONNECT_SECONDS = 3
SILENCE = {  # seconds; a server that went without a word is given up after eleven
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 11_000,  # milliseconds
}
LOCK = text("SELECT pg_try_advisory_lock(7236001)")
UNLOCK = text("SELECT pg_advisory_unlock(7236001)")


def writers(settings: Settings) -> int:
    """How many may write at once."""
    return settings.database_pool_size


def make_engine(settings: Settings, places: int, *, write: bool) -> Engine:
    statement, idle = settings.database_timeout_seconds, settings.request_timeout_seconds + 5
    limits = {
        "statement_timeout": statement,
        "lock_timeout": statement / 2,
        "idle_in_transaction_session_timeout": idle,
    }
    engine = create_engine(
        _url(settings),
        isolation_level="READ COMMITTED" if write else "AUTOCOMMIT",
        skip_autocommit_rollback=True,
        hide_parameters=True,  # of statements in the log: they hold what clients sent
        pool_size=places,
        max_overflow=0,
        pool_timeout=2,
        pool_recycle=1800,
        pool_use_lifo=True,
        connect_args=_connect_args(limits),
    )
    event.listen(engine, "checkout", _listen)
    return engine


def make_unpooled_engine(settings: Settings) -> Engine:
    """For commands and tests: they may take long, but not wait long for a lock."""
    return create_engine(
        _url(settings), poolclass=NullPool, connect_args=_connect_args({"lock_timeout": 5.0})
    )


@contextmanager
def migrating(connection: Connection, patience_seconds: float) -> Iterator[None]:
    """One migration at a time; TimeoutError when another one does not end. Polled: a blocking wait
    for the lock deadlocks with CREATE INDEX CONCURRENTLY of the one that holds it."""
    deadline = time.monotonic() + patience_seconds
    while not connection.scalar(LOCK):
        connection.commit()
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.2)
    connection.commit()
    event.listen(connection, "before_cursor_execute", _step_back)
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(UNLOCK)
        connection.commit()


def _step_back(_: object, cursor: Any, statement: str, *__: object) -> None:
    """Whoever waits for a table's lock holds up all who come later. CONCURRENTLY holds up nobody,
    and would leave an invalid index behind."""
    patience = "0" if "CONCURRENTLY" in statement else "500ms"
    cursor.execute(f"SET lock_timeout = '{patience}'")


def unique_among(name: str, column: Any, condition: str) -> Index:
    """One value among the rows that `condition` keeps."""
    return Index(name, column, unique=True, postgresql_where=text(condition))


def sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or "08000"


def _listen(_: object, record: Any, *__: object) -> None:
    """A restarted server costs nobody an error, and a living one no round trip: an idle connection
    that has something to say says that it was closed."""
    socket = select.poll()
    socket.register(record.driver_connection.fileno(), select.POLLIN)
    if socket.poll(0):
        raise InvalidatePoolError


def _url(settings: Settings) -> URL:
    url = make_url(settings.database_url.get_secret_value().replace("postgres://", "postgresql://"))
    return url.set(drivername="postgresql+psycopg")


def _connect_args(limits: dict[str, float]) -> dict[str, Any]:
    """The server's own limits, in milliseconds, and ours for its silence."""
    options = " ".join(f"-c {name}={int(seconds * 1000)}" for name, seconds in limits.items())
    return SILENCE | {
        "connect_timeout": CONNECT_SECONDS,
        "options": f"-c timezone=UTC {options}",
    }
