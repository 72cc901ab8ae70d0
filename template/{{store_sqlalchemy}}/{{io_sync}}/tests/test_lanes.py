"""A thread cannot be cancelled. Nothing of what it does late may last, or meet another request."""

import asyncio
from threading import Event, current_thread

import pytest
from sqlalchemy import func, select

from app.database import connections
from app.edge.asgi import request_id
from app.items.models import TABLE
from app.items.schemas import ItemCreate
from app.items.service import create_item
from app.lanes import Lane, on_loop
from app.store import store

SECONDS = 5  # at most
COUNT = select(func.count()).select_from(TABLE)


async def count() -> int | None:
    async with store.unit(write=False) as unit:
        return await unit.run(lambda: unit.connection.scalar(COUNT))


async def test_what_is_run_knows_its_request_and_asks_its_event_loop() -> None:
    request_id.set("7d9a")

    assert await Lane().run(request_id.get) == "7d9a"
    assert await Lane().run(lambda: on_loop(asyncio.sleep(0, "done"))) == "done"


async def test_what_is_raised_is_heard() -> None:
    with pytest.raises(ZeroDivisionError):
        await Lane().run(lambda: 1 // 0)
    with pytest.raises(RuntimeError, match="StopIteration"):  # as of any coroutine
        await Lane().run(lambda: next(iter(())))


async def test_a_lane_is_one_thread() -> None:
    lane = Lane()

    threads = await asyncio.gather(*(lane.run(current_thread) for _ in range(9)))

    assert len(set(threads)) == 1


async def test_a_late_write_is_undone_before_its_place_is_free(empty_tables: None) -> None:
    written, release = Event(), Event()

    async def write() -> None:
        async with store.unit(write=True) as unit:

            def late() -> None:
                create_item(unit.connection, ItemCreate(name="Lamp", quantity=0))
                written.set()
                release.wait(SECONDS)

            await unit.run(late)
            await unit.commit()

    work = asyncio.create_task(write())
    assert await asyncio.to_thread(written.wait, SECONDS)
    work.cancel()
    await asyncio.sleep(0.05)
    assert (work.done(), connections().writers.used) == (False, 1)

    release.set()
    with pytest.raises(asyncio.CancelledError):
        await work

    assert (await count(), connections().writers.used) == (0, 0)


async def test_a_session_and_its_connection_commit_together(empty_tables: None) -> None:
    async with store.unit(write=True) as unit:
        await unit.run(lambda: unit.connection.scalar(COUNT))  # a transaction begins
        make = ItemCreate(name="Lamp", quantity=0)
        await unit.run(lambda: create_item(unit.session.connection(), make))
        await unit.commit()

    assert await count() == 1
