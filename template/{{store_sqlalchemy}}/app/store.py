"""`store`: all that main.py and web/ take from persistence, here SQLAlchemy."""

from types import TracebackType
from typing import Self

from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Gate, engines, probing, readers, writers
from app.edge.store import NotReady, Unit
from app.migrations import is_behind

Session = AsyncSession


class SqlUnit:
    def __init__(self, gate: Gate) -> None:
        self.session = gate.session()  # takes a connection at its first statement
        self._gate = gate
        self._inside = False

    async def __aenter__(self) -> Self:
        await self._gate.enter()
        self._inside = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def commit(self) -> None:
        await self.session.commit()

    async def close(self) -> None:
        if not self._inside:
            return
        self._inside = False
        try:
            await self.session.close()
        finally:
            self._gate.leave()


class SqlStore:
    def unit(self, *, write: bool) -> SqlUnit:
        return SqlUnit(writers if write else readers)

    async def check(self) -> None:
        async with probing.connect() as connection:
            if await connection.run_sync(is_behind):
                raise NotReady("schema: behind this build, run `app migrate`")

    async def close(self) -> None:
        for engine in engines:
            await engine.dispose()

    def sqlstate(self, error: BaseException) -> str | None:
        if isinstance(error, TimeoutError):
            return "08000"
        if isinstance(error, DBAPIError):
            return getattr(error.orig, "sqlstate", None) or "08000"
        return None


def session_of(unit: Unit) -> Session:
    assert isinstance(unit, SqlUnit)
    return unit.session


store = SqlStore()
