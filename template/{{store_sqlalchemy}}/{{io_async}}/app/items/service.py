"""What can be done with items. Services write; the edge commits."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.edge.etag import Precondition
from app.edge.paging import Listing
from app.errors import NotFound
from app.ids import new_id
from app.items.models import LIVE, TABLE, Item
from app.items.schemas import ItemCreate, ItemUpdate
from app.listing import rows_of

Found = TypeVar("Found")

# Built once. Only what is changed needs an entity: rows are cheaper.
ITEMS = select(TABLE).where(LIVE)
ITEM = ITEMS.where(TABLE.c.id == bindparam("item_id"))
NEW = insert(TABLE)
LOCKED = select(Item).where(Item.id == bindparam("item_id"), LIVE).with_for_update()


async def list_items(
    connection: AsyncConnection, listing: Listing
) -> tuple[Sequence[Row[Any]], int | None]:
    return await rows_of(connection, ITEMS, listing)


async def get_item(connection: AsyncConnection, item_id: UUID) -> Row[Any]:
    return _found((await connection.execute(ITEM, {"item_id": item_id})).one_or_none())


async def create_item(connection: AsyncConnection, new: ItemCreate) -> dict[str, Any]:
    """Nothing is read back: ids and times are made here."""
    now = datetime.now(UTC)
    row = {"id": new_id(), **new.model_dump(), "version": 1, "created_at": now, "updated_at": now}
    await connection.execute(NEW, row)
    return row


async def replace_item(
    session: AsyncSession, item_id: UUID, precondition: Precondition, new: ItemCreate
) -> Item:
    return await _write(session, item_id, precondition, new.model_dump())


async def update_item(
    session: AsyncSession, item_id: UUID, precondition: Precondition, change: ItemUpdate
) -> Item:
    return await _write(session, item_id, precondition, change.model_dump(exclude_unset=True))


async def delete_item(session: AsyncSession, item_id: UUID, precondition: Precondition) -> None:
    await _write(session, item_id, precondition, {"deleted_at": datetime.now(UTC)})


async def _write(
    session: AsyncSession, item_id: UUID, precondition: Precondition, values: dict[str, Any]
) -> Item:
    """Over the version that the caller has read, and no other."""
    item = _found(await session.scalar(LOCKED, {"item_id": item_id}))
    precondition.check(item)
    for name, value in values.items():
        setattr(item, name, value)
    item.version += 1
    item.updated_at = datetime.now(UTC)
    await session.flush()
    return item


def _found(row: Found | None) -> Found:
    if row is None:
        raise NotFound
    return row
