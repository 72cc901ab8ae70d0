"""Lists: the query as a type, the listing that a store compiles, the page that goes out."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, NamedTuple, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.edge.schema import Digits
from app.errors import MalformedRequest
from app.settings import settings

Data = TypeVar("Data", bound=BaseModel)


class Shape(NamedTuple):
    """A listing without its values. `continued`: by cursor, and not from the start."""

    by_page: bool
    continued: bool
    sort: tuple[tuple[str, bool], ...]
    where: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Listing:
    """`page` None: by cursor, and `after` is the sort key of the last row sent.
    `sort`: (field, descending), ends with id. `where`: (field, operator, value).
    `seal` binds a cursor to its sort and filters."""

    limit: int
    page: int | None
    after: list[Any] | None
    sort: tuple[tuple[str, bool], ...]
    where: list[tuple[str, str, Any]]
    seal: str

    @property
    def shape(self) -> Shape:
        where = tuple((field, operator) for field, operator, _ in self.where)
        return Shape(self.page is not None, self.after is not None, self.sort, where)


def sortable(*names: str) -> Any:
    one = f"-?(?:{'|'.join(names)})"
    return Field(
        pattern=f"^{one}(?:,{one})*$",
        max_length=200,
        description=f"Any of {', '.join(names)}; `-` for descending.",
    )


class ListQuery(BaseModel):
    """What every list takes. A resource adds `sort` and filters: `field` or `field__operator`."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100), Digits] = 20
    page: Annotated[int, Field(ge=1, le=1_000_000), Digits] | None = None
    cursor: Annotated[str | None, Field(description="Empty to start, then `next_cursor`.")] = None
    sort: str = "-created_at"

    def listing(self) -> Listing:
        if self.page is not None and self.cursor is not None:
            raise MalformedRequest("Use `page` or `cursor`, not both.")
        filters = self.model_dump(exclude={"limit", "page", "cursor", "sort"}, exclude_none=True)
        sort = _sort(self.sort)
        seal = hashlib.sha256(repr((sort, sorted(filters.items()))).encode()).hexdigest()[:16]
        return Listing(
            limit=self.limit,
            page=None if self.cursor is not None else self.page or 1,
            after=_open(self.cursor, seal) if self.cursor else None,
            sort=sort,
            where=[(*_operator(name), value) for name, value in filters.items()],
            seal=seal,
        )


def _sort(text: str) -> tuple[tuple[str, bool], ...]:
    sort: dict[str, bool] = {}
    for part in text.split(","):
        sort.setdefault(part.lstrip("-"), part.startswith("-"))
    sort.setdefault("id", list(sort.values())[-1])
    return tuple(sort.items())


def _operator(name: str) -> tuple[str, str]:
    field, _, operator = name.partition("__")
    return field, operator or "exact"


class PageMeta(BaseModel):
    total: int
    page: int
    limit: int


class CursorMeta(BaseModel):
    limit: int
    next_cursor: str | None


class Page(BaseModel, Generic[Data]):
    success: Literal[True] = True
    data: list[Data]
    meta: PageMeta | CursorMeta

    @classmethod
    def of(cls, listing: Listing, rows: Sequence[object], total: int | None) -> Self:
        """By cursor, `rows` is one longer than the page when the list goes on."""
        data, meta = rows[: listing.limit], _meta(listing, rows, total)
        return cls.model_validate({"data": data, "meta": meta})


def _meta(listing: Listing, rows: Sequence[object], total: int | None) -> PageMeta | CursorMeta:
    if listing.page is not None and total is not None:
        return PageMeta(total=total, page=listing.page, limit=listing.limit)
    more = len(rows) > listing.limit
    cursor = _seal(listing, rows[listing.limit - 1]) if more else None
    return CursorMeta(limit=listing.limit, next_cursor=cursor)


def _seal(listing: Listing, last: object) -> str:
    key = [_packed(getattr(last, name)) for name, _ in listing.sort]
    payload = json.dumps([listing.seal, key]).encode()
    return base64.urlsafe_b64encode(_signature(payload) + payload).decode().rstrip("=")


def _open(cursor: str, seal: str) -> list[Any]:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        if not hmac.compare_digest(raw[:16], _signature(raw[16:])):
            raise ValueError("forged")
        sealed, key = json.loads(raw[16:])
        if sealed != seal:
            raise ValueError("of another list")
        return [_unpacked(*part) for part in key]
    except ValueError:
        raise MalformedRequest("The cursor is not one of this list.") from None


def _signature(payload: bytes) -> bytes:
    secret = settings().secret_key.get_secret_value().encode()
    return hmac.digest(secret, b"cursor\0" + payload, "sha256")[:16]


def _packed(value: Any) -> tuple[str, Any]:
    if isinstance(value, datetime):
        return "time", value.isoformat()
    return ("id", str(value)) if isinstance(value, UUID) else ("plain", value)


def _unpacked(kind: str, value: Any) -> Any:
    if kind == "time":
        return datetime.fromisoformat(value)
    return UUID(value) if kind == "id" else value
