"""What can be done with items. Services flush; the edge commits."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.edge.etag import Precondition
from app.edge.paging import Listing
from app.errors import NotFound
from app.items.models import LIVE, Item
from app.items.schemas import ItemCreate, ItemUpdate
from app.listing import rows_of


async def list_items(session: AsyncSession, listing: Listing) -> tuple[Sequence[Item], int | None]:
    return await rows_of(session, Item, listing, LIVE)


async def create_item(session: AsyncSession, new: ItemCreate) -> Item:
    item = Item(**new.model_dump())
    session.add(item)
    await session.flush()
    return item


async def get_item(session: AsyncSession, item_id: UUID) -> Item:
    return _found(await session.scalar(select(Item).where(Item.id == item_id, LIVE)))


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
    query = select(Item).where(Item.id == item_id, LIVE).with_for_update()
    item = _found(await session.scalar(query))
    precondition.check(item)
    for name, value in values.items():
        setattr(item, name, value)
    item.version += 1
    item.updated_at = datetime.now(UTC)
    await session.flush()
    return item


def _found(item: Item | None) -> Item:
    if item is None:
        raise NotFound
    return item
