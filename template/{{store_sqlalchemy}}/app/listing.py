"""A Listing as SQLAlchemy clauses."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.edge.paging import Listing

Model = TypeVar("Model")
Column = Any  # an attribute of a model, known by its name only

OPERATORS: dict[str, Callable[[Column, Any], ColumnElement[bool]]] = {
    "exact": lambda column, value: column == value,
    "gte": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "contains": lambda column, value: column.icontains(value, autoescape=True),
}


async def rows_of(
    session: AsyncSession, model: type[Model], listing: Listing, *where: ColumnElement[bool]
) -> tuple[Sequence[Model], int | None]:
    """The rows of a page and the total; by cursor one row more, to see whether it goes on."""
    query = select(model).where(*where, *_filters(model, listing))
    rows = (await session.scalars(_page(query, model, listing))).all()
    if listing.page is None:
        return rows, None
    return rows, await session.scalar(query.with_only_columns(func.count()))


def _filters(model: type[Model], listing: Listing) -> list[ColumnElement[bool]]:
    return [OPERATORS[how](getattr(model, name), value) for name, how, value in listing.where]


def _page(query: Select[Any], model: type[Model], listing: Listing) -> Select[Any]:
    columns = [(getattr(model, name), descending) for name, descending in listing.sort]
    query = query.order_by(*(c.desc() if descending else c for c, descending in columns))
    if listing.page is not None:
        return query.offset((listing.page - 1) * listing.limit).limit(listing.limit)
    if listing.after is not None:
        query = query.where(_after(columns, listing.after))
    return query.limit(listing.limit + 1)


def _after(columns: list[tuple[Column, bool]], values: list[Any]) -> ColumnElement[bool]:
    """Lexicographic: equal so far, then beyond."""
    keys = [(column, down, value) for (column, down), value in zip(columns, values, strict=True)]
    return or_(
        *(
            and_(*(c == v for c, _, v in keys[:n]), column < value if down else column > value)
            for n, (column, down, value) in enumerate(keys)
        )
    )
