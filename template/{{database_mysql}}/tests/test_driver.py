import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import exc, select, text

from app.database import connections
from app.items.models import Item


async def add(*items: Item) -> None:
    async with connections().writers.session() as session:
        session.add_all(items)
        await session.commit()


async def test_names_that_are_nearly_the_same_are_others() -> None:
    names = {"Lamp", "lamp", "Lamp ", "Lämp", "La\u0308mp", "💡", "🔦"}

    await add(*(Item(name=name, quantity=0) for name in names))

    async with connections().readers.session() as session:
        for name in names:
            assert await session.scalar(select(Item.name).where(Item.name == name)) == name


async def test_a_name_is_unique_among_what_is_not_deleted() -> None:
    now = datetime.now(UTC)
    await add(*(Item(name="Lamp", quantity=0, deleted_at=gone) for gone in (now, now, None)))

    with pytest.raises(exc.IntegrityError):
        await add(Item(name="Lamp", quantity=0))


async def test_a_time_of_another_zone_is_the_same_to_the_microsecond() -> None:
    moment = datetime(2026, 3, 29, 2, 30, 0, 123456, timezone(timedelta(hours=5.5)))
    await add(Item(name="Lamp", quantity=0, created_at=moment))

    async with connections().readers.session() as session:
        assert await session.scalar(select(Item.created_at)) == moment


async def test_a_connection_that_was_ended_meanwhile_costs_nobody_an_error() -> None:
    async with connections().readers.session() as session:
        ended = await session.scalar(text("SELECT CONNECTION_ID()"))
    async with connections().writers.session() as session:
        await session.execute(text(f"KILL {ended}"))

    time.sleep(0.1)  # noqa: ASYNC251  # the loop learns nothing of it either

    async with connections().readers.session() as session:
        assert await session.scalar(text("SELECT CONNECTION_ID()")) != ended
