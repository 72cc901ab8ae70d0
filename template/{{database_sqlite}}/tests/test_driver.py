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
