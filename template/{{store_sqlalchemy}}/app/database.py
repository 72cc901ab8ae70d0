"""Two engines with a gate before each, and Base with named constraints.

Reads run in AUTOCOMMIT: one round trip instead of three. SQLAlchemy's pool serves newcomers before
those who wait; the gate is what makes the queue fair, and a full one an answer instead of a pile.
"""

import asyncio

from sqlalchemy import MetaData, exc
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase

from app.driver import make_engine
from app.settings import settings

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

    def __init__(self, engine: AsyncEngine, places: int) -> None:
        self.session = async_sessionmaker(engine, expire_on_commit=False)
        self._free = asyncio.Semaphore(places)

    async def enter(self) -> None:
        """Raises SQLAlchemy's TimeoutError after WAIT_SECONDS."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._free.acquire()
        except TimeoutError:
            raise exc.TimeoutError("no connection was free") from None

    def leave(self) -> None:
        self._free.release()


_size = settings().database_pool_size
_writing = make_engine(settings(), pool_size=_size)
_reading = make_engine(settings(), pool_size=_size, isolation_level="AUTOCOMMIT")
probing = make_engine(settings(), pool_size=1, isolation_level="AUTOCOMMIT")
engines = (_writing, _reading, probing)
writers = Gate(_writing, _size)
readers = Gate(_reading, _size)
