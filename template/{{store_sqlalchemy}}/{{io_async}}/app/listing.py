"""A Listing as one SELECT, built once for each shape of it."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from app.edge.paging import Listing, Shape

Column = ColumnElement[Any]
Where = ColumnElement[bool]

OPERATORS: dict[str, Callable[[Column, Any], Where]] = {
    "exact": lambda column, value: column == value,
    "gte": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "contains": lambda column, value: column.icontains(value, escape="/"),
}


async def rows_of(
    connection: AsyncConnection, every: Select[Any], listing: Listing
) -> tuple[Sequence[Row[Any]], int | None]:
    """The rows of a page and the total; by cursor one row more, to see whether it goes on.
    `every`: the columns, and which rows there are without a filter; made once, like a table."""
    page, count = _statements(every, listing.shape)
    values = dict(_values(listing))
    rows = (await connection.execute(page, values)).all()
    if listing.page is None:
        return rows, None
    if rows:
        return rows, rows[0][-1]
    return rows, await connection.scalar(count, values)  # past the end there is no row to tell it


def _values(listing: Listing) -> Iterator[tuple[str, Any]]:
    for n, (_, how, value) in enumerate(listing.where):
        yield f"filter_{n}", re.sub("([/%_])", r"/\1", value) if how == "contains" else value
    for n, value in enumerate(listing.after or ()):
        yield f"after_{n}", value
    yield "limit", listing.limit if listing.page else listing.limit + 1
    yield "offset", ((listing.page or 1) - 1) * listing.limit


@lru_cache(maxsize=256)
def _statements(every: Select[Any], shape: Shape) -> tuple[Select[Any], Select[Any]]:
    """Of a page, and of the total alone."""
    columns = every.selected_columns
    for n, (name, how) in enumerate(shape.where):
        value = bindparam(f"filter_{n}", type_=columns[name].type)
        every = every.where(OPERATORS[how](columns[name], value))
    count = every.with_only_columns(func.count())
    keys = [(columns[name], descending) for name, descending in shape.sort]
    page = every.order_by(*(key.desc() if down else key for key, down in keys))
    page = page.limit(bindparam("limit"))
    if shape.by_page:
        return page.offset(bindparam("offset")).add_columns(count.scalar_subquery()), count
    return page.where(_after(keys)) if shape.continued else page, count


def _after(keys: list[tuple[Column, bool]]) -> Where:
    """Lexicographic: equal so far, then beyond. The bound says nothing new, but an index serves it
    in every database; some also serve the row's own comparison, where there is one direction."""
    last = [bindparam(f"after_{n}", type_=key.type) for n, (key, _) in enumerate(keys)]
    columns, down = [key for key, _ in keys], keys[0][1]
    bound = columns[0] <= last[0] if down else columns[0] >= last[0]
    if all(descending == down for _, descending in keys):
        beyond = tuple_(*columns) < tuple_(*last) if down else tuple_(*columns) > tuple_(*last)
        return and_(bound, beyond)
    return and_(bound, or_(*(_beyond(keys[: n + 1], last) for n in range(len(keys)))))


def _beyond(keys: list[tuple[Column, bool]], last: list[Any]) -> Where:
    """Equal in all keys but the last of them."""
    *equal, (key, descending) = keys
    value = last[len(equal)]
    return and_(
        *(column == same for (column, _), same in zip(equal, last, strict=False)),
        key < value if descending else key > value,
    )
