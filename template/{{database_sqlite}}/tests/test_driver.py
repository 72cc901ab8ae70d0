import asyncio

from sqlalchemy import select, text

from app.database import connections
from app.items.models import Item
from app.items.schemas import ItemCreate
from app.items.service import create_item


async def add_one() -> None:
    gate = connections().writers
    await gate.enter()
    try:
        async with gate.session() as session:
            item = await session.scalar(select(Item))
            assert item is not None
            await asyncio.sleep(0)
            item.quantity += 1
            await session.commit()
    finally:
        gate.leave()


async def test_what_is_read_and_then_written_loses_nothing() -> None:
    async with connections().writers.session() as session:
        await create_item(await session.connection(), ItemCreate(name="Lamp", quantity=0))
        await session.commit()

    await asyncio.gather(*(add_one() for _ in range(60)))

    async with connections().readers.session() as session:
        assert await session.scalar(select(Item.quantity)) == 60


async def test_nothing_acknowledged_is_left_to_a_buffer() -> None:
    async with connections().writers.session() as session:
        found = [
            await session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert found == ["wal", 2, 1]
