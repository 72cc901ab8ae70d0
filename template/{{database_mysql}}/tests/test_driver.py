import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx2
import pytest
from sqlalchemy import exc, select, text
from sqlalchemy.orm import Session

from app.driver import make_unpooled_engine
from app.ids import new_id
from app.items.models import Item
from app.settings import settings

ITEMS = "/api/v1/items"
OTHERS = text(
    "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
)


def open_session() -> Session:
    return Session(make_unpooled_engine(settings()))


def add(**values: Any) -> None:
    now = datetime.now(UTC)
    made = {"id": new_id(), "quantity": 0, "version": 1, "created_at": now, "updated_at": now}
    with open_session() as session:
        session.add(Item(**made | values))
        session.commit()


def test_names_that_are_nearly_the_same_are_others() -> None:
    names = {"Lamp", "lamp", "Lamp ", "Lämp", "La\u0308mp", "💡", "🔦"}

    for name in names:
        add(name=name)

    with open_session() as session:
        for name in names:
            assert session.scalar(select(Item.name).where(Item.name == name)) == name


def test_a_name_is_unique_among_what_is_not_deleted() -> None:
    now = datetime.now(UTC)
    for gone in (now, now, None):
        add(name="Lamp", deleted_at=gone)

    with pytest.raises(exc.IntegrityError):
        add(name="Lamp")


def test_a_time_of_another_zone_is_the_same_to_the_microsecond() -> None:
    moment = datetime(2026, 3, 29, 2, 30, 0, 123456, timezone(timedelta(hours=5.5)))
    add(name="Lamp", created_at=moment)

    with open_session() as session:
        assert session.scalar(select(Item.created_at)) == moment


async def test_a_connection_that_was_ended_meanwhile_costs_nobody_an_error(
    client: httpx2.AsyncClient,
) -> None:
    statuses = []
    for number in range(3):
        made = await client.post(ITEMS, json={"name": f"Lamp {number}"})
        found = await client.get(ITEMS)
        statuses += [made.status_code, found.status_code]
        with open_session() as session:
            for ended in session.scalars(OTHERS).all():
                session.execute(text(f"KILL {ended}"))
        time.sleep(0.1)  # noqa: ASYNC251  # the loop learns nothing of it

    assert statuses == [201, 200] * 3
