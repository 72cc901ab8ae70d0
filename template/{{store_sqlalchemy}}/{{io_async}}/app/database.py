"""Two engines with a gate before each, and Base with named constraints.

Reads run in AUTOCOMMIT: one round trip instead of three. SQLAlchemy's pool serves newcomers before
those who wait; the gate is what makes the queue fair, and a full one an answer instead of a pile.
"""

import asyncio
from functools import cache

from sqlalchemy import MetaData, exc
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlalchemy.orm import DeclarativeBase

from app.driver import make_engine, writers
from app.settings import settings
from app.statements import trace_statements

WAIT_SECONDS = 2.0


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


class Gate:
    """As many at once as there are connections; first come, first served."""

    def __init__(self, places: int, *, write: bool) -> None:
        self.engine = make_engine(settings(), places, write=write)
        trace_statements(self.engine.sync_engine)
        self.session = async_sessionmaker(self.engine, expire_on_commit=False)
        self._free = asyncio.Semaphore(places)
        self.places, self.used = places, 0

    async def enter(self) -> None:
        """Raises SQLAlchemy's TimeoutError after WAIT_SECONDS."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._free.acquire()
        except TimeoutError:
            raise exc.TimeoutError("no connection was free") from None
        self.used += 1

    def leave(self) -> None:
        self.used -= 1
        self._free.release()


class Connections:
    def __init__(self) -> None:
        self.readers = Gate(settings().database_pool_size, write=False)
        self.writers = Gate(writers(settings()), write=True)
        self.probing = make_engine(settings(), 1, write=False)

    async def close(self) -> None:
        for engine in (self.readers.engine, self.writers.engine, self.probing):
            await engine.dispose()


@cache
def connections() -> Connections:
    """Made when they are first needed; opened when they are first used."""
    return Connections()
