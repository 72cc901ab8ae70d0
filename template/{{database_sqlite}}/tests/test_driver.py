import asyncio

import httpx2
from sqlalchemy import text

from app.driver import make_unpooled_engine
from app.settings import settings

ITEMS = "/api/v1/items"


async def test_what_is_read_and_then_written_loses_nothing(client: httpx2.AsyncClient) -> None:
    made = await client.post(ITEMS, json={"name": "Lamp"})
    path, newest = made.headers["location"], {"if-match": "*"}

    changes = (client.patch(path, json={"quantity": n}, headers=newest) for n in range(60))
    statuses = {answer.status_code for answer in await asyncio.gather(*changes)}

    assert statuses == {200}
    assert (await client.get(path)).json()["data"]["version"] == 61


def test_nothing_acknowledged_is_left_to_a_buffer() -> None:
    with make_unpooled_engine(settings()).connect() as connection:
        found = [
            connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert found == ["wal", 2, 1]


def test_a_connection_that_is_closed_holds_no_lock_though_it_has_rows_unread() -> None:
    engine = make_unpooled_engine(settings())
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))  # begins
        cursor = connection.connection.cursor()
        cursor.execute("SELECT 1 UNION ALL SELECT 2")
        connection.invalidate()

    with engine.begin() as another:
        assert another.scalar(text("SELECT 1")) == 1
    del cursor  # until here
