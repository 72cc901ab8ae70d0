"""What the edge needs from persistence: the only seam between them."""

from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self


@dataclass(frozen=True)
class Answer:
    """A whole HTTP answer; header names in lower case."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


class NotReady(Exception):
    """Why no traffic should come: its text names the failing check."""


class Unit(Protocol):
    """One request's use of the database. Left without commit(), it rolls back."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
    async def commit(self) -> None: ...
    async def close(self) -> None:
        """Roll back what is not committed, give the connection back. May be called twice."""


class Store(Protocol):
    def unit(self, *, write: bool) -> Unit: ...
    async def check(self) -> None:
        """Return when the database answers and its schema is not behind; else raise NotReady."""

    async def close(self) -> None: ...
    def sqlstate(self, error: BaseException) -> str | None:
        """The SQLSTATE of a driver's error, 08000 when no connection was to be had, else None."""
