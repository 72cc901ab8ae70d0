"""MySQL or MariaDB: what one of them has and the other has not stands in comments that it skips."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any

from pymysql.constants import CR, ER
from sqlalchemy import (
    URL,
    Column,
    Computed,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Index,
    LargeBinary,
    NullPool,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles

from app.ddl import patient
from app.settings import Settings
from app.wire import TIMEOUTS, has_spoken, socket_of

Timestamp = DateTime(timezone=True)
CONNECT_SECONDS = 3
SILENCE = {  # seconds; a server that went without a word is given up after eleven
    "TCP_KEEPIDLE": 5,
    "TCP_KEEPINTVL": 2,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 11_000,  # milliseconds
}
# A lock is the server's, not the database's, and its name has at most 64 characters.
LOCK = text("SELECT GET_LOCK(SHA2(CONCAT(DATABASE(), ' migrations'), 256), 1)")
UNLOCK = text("SELECT RELEASE_ALL_LOCKS()")
# Whoever waits for a table's lock holds up all who come later.
STEP_BACK = text("SET lock_wait_timeout = 1, innodb_lock_wait_timeout = 1")
STATEMENT_TIMEOUT, CONNECTION_KILLED, CHECK_FAILED = 1969, 1927, 4025  # MariaDB's own
CHECK_VIOLATED, IDLE_TOO_LONG = 3819, 4031  # MySQL's own
SQLSTATES = {
    ER.DUP_ENTRY: "23505",
    ER.NO_REFERENCED_ROW_2: "23503",
    ER.ROW_IS_REFERENCED_2: "23503",
    ER.BAD_NULL_ERROR: "23502",
    CHECK_FAILED: "23514",
    CHECK_VIOLATED: "23514",
    ER.DATA_TOO_LONG: "22001",
    ER.WARN_DATA_OUT_OF_RANGE: "22003",
    ER.TRUNCATED_WRONG_VALUE: "22007",
    ER.CHECKREAD: "40001",
    ER.LOCK_DEADLOCK: "40P01",
    ER.LOCK_WAIT_TIMEOUT: "55P03",
    ER.QUERY_INTERRUPTED: "57014",
    ER.QUERY_TIMEOUT: "57014",
    STATEMENT_TIMEOUT: "57014",
    ER.CON_COUNT_ERROR: "53300",
    ER.TOO_MANY_USER_CONNECTIONS: "53300",
    ER.DISK_FULL: "53100",
    ER.RECORD_FILE_FULL: "53100",
    ER.OPTION_PREVENTS_STATEMENT: "25006",  # a primary that has become a replica
    ER.ACCESS_DENIED_ERROR: "08004",
    ER.DBACCESS_DENIED_ERROR: "08004",
    ER.BAD_DB_ERROR: "08004",
    ER.HOST_IS_BLOCKED: "08004",
    ER.SERVER_SHUTDOWN: "57P01",
    CONNECTION_KILLED: "57P01",
    IDLE_TOO_LONG: "57P01",
}


class UtcDateTime(mysql.DATETIME):
    """How every DateTime is sent and read: columns know no time zones, so that all is UTC."""

    def bind_processor(self, dialect: Dialect) -> Any:
        return lambda value: value.astimezone(UTC).replace(tzinfo=None) if value else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return lambda value: value.replace(tzinfo=UTC) if value else None


mysql.dialect.colspecs[DateTime] = UtcDateTime


@compiles(DateTime, "mysql")
def _datetime(*_: object, **__: object) -> str:
    """To the microsecond; a plain DATETIME is rounded to seconds."""
    return "DATETIME(6)"


@compiles(LargeBinary, "mysql")
def _blob(*_: object, **__: object) -> str:
    """A plain BLOB ends at 64 KiB."""
    return "LONGBLOB"


def writers(settings: Settings) -> int:
    """How many may write at once."""
    return settings.database_pool_size


def make_engine(settings: Settings, places: int, *, write: bool) -> AsyncEngine:
    patience = dict.fromkeys(TIMEOUTS, settings.request_timeout_seconds)
    engine = create_async_engine(
        _url(settings, "mysql+aiomysql"),
        isolation_level="READ COMMITTED" if write else "AUTOCOMMIT",
        skip_autocommit_rollback=True,
        hide_parameters=True,  # of statements in the log: they hold what clients sent
        pool_size=places,
        max_overflow=0,
        pool_timeout=2,
        pool_recycle=1800,
        pool_use_lifo=True,
        connect_args=_connect_args(settings, _limits(settings)) | patience,
    )
    _prepare(engine.sync_engine)
    event.listen(engine.sync_engine, "connect", _limit_silence)
    event.listen(engine.sync_engine, "checkout", _listen)
    return engine


def make_unpooled_engine(settings: Settings) -> Engine:
    """For commands and tests: they may take long, but not wait long for a lock."""
    limits = "lock_wait_timeout = 5, innodb_lock_wait_timeout = 5"
    engine = create_engine(
        _url(settings, "mysql+pymysql"),
        poolclass=NullPool,
        connect_args=_connect_args(settings, limits),
    )
    _prepare(engine)
    return engine


def _prepare(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connected(*_: object) -> None:
        # Ids are 32 characters on both: MariaDB's own type would make it another schema.
        engine.dialect.supports_native_uuid = False


@contextmanager
def migrating(connection: Connection, patience_seconds: float) -> Iterator[None]:
    """One migration at a time; TimeoutError when another one does not end."""
    deadline = time.monotonic() + patience_seconds
    while not connection.scalar(LOCK):
        connection.rollback()
        if time.monotonic() > deadline:
            raise TimeoutError
    connection.execute(STEP_BACK)
    connection.rollback()
    event.listen(connection.engine, "do_execute", patient(deadline))
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(UNLOCK)
        connection.rollback()


def unique_among(name: str, column: Any, condition: str) -> Index:
    """One value among the rows that `condition` keeps: in all others a generated column is null,
    and nulls are never equal. There are no partial indexes."""
    kept = Column(
        f"{column.key}_unique",
        column.type,
        Computed(f"CASE WHEN {condition} THEN {column.key} END", persisted=True),
    )
    column.class_.__table__.append_column(kept)
    return Index(name, kept, unique=True)


def sqlstate(error: DBAPIError) -> str:
    number = error.orig.args[0] if error.orig and error.orig.args else 0
    if number in SQLSTATES:
        return SQLSTATES[number]
    numbered = isinstance(number, int) and number != 0
    return "HY000" if numbered and not CR.CR_UNKNOWN_ERROR <= number < 3000 else "08000"


def _limits(settings: Settings) -> str:
    """The server's own, each in its unit. Both kinds skip what the other's comments hold; of MySQL
    the time of a SELECT is limited, and a connection that is idle, in a transaction or not."""
    statement, idle = settings.database_timeout_seconds, int(settings.request_timeout_seconds + 5)
    lock = max(1, int(statement / 2))
    return (
        f"innodb_lock_wait_timeout = {lock}, lock_wait_timeout = {lock} "
        f"/*M! , max_statement_time = {statement}, idle_transaction_timeout = {idle} */ "
        f"/*!80000 , max_execution_time = {int(statement * 1000)}, wait_timeout = {idle} */"
    )


def _limit_silence(_: object, record: Any) -> None:
    """As far as the platform has such limits. A socket that is a file has none."""
    server = socket_of(record.driver_connection)
    for name, value in SILENCE.items():
        if server.family != socket.AF_UNIX and hasattr(socket, name):
            server.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _listen(_: object, record: Any, *__: object) -> None:
    """A restarted server costs nobody an error, and a living one no round trip: an idle connection
    that has something to say says that it was closed."""
    if has_spoken(record.driver_connection):
        raise InvalidatePoolError


def _url(settings: Settings, driver: str) -> URL:
    url = make_url(settings.database_url.get_secret_value())
    return url.set(drivername=driver).difference_update_query(["ssl_ca"])


def _connect_args(settings: Settings, limits: str) -> dict[str, Any]:
    authority = make_url(settings.database_url.get_secret_value()).query.get("ssl_ca")
    return {
        "charset": "utf8mb4",
        "connect_timeout": CONNECT_SECONDS,
        "init_command": f"SET time_zone = '+00:00', sql_mode = 'TRADITIONAL', {limits}",
        "ssl": ssl.create_default_context(cafile=str(authority)) if authority else None,
    }
