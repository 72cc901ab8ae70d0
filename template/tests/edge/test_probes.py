import asyncio

import httpx2
import pytest

from app.edge.probes import CHECK_SECONDS, Probes
from app.edge.store import NotReady
from app.store import store


def told(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["message"]


async def test_a_migrated_database_is_ready(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/ready")

    assert answer.json() == {"success": True, "data": {"status": "ready"}}


async def test_a_schema_behind_is_named(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check() -> None:
        raise NotReady("schema: behind")

    monkeypatch.setattr(store, "check", check)

    assert told(await client.get("/ready")) == (503, "schema: behind")


async def test_a_database_that_hangs_is_told_within_a_second(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check() -> None:
        await asyncio.sleep(5)

    monkeypatch.setattr(store, "check", check)

    assert told(await client.get("/ready")) == (503, "database: it does not answer in time")
    assert CHECK_SECONDS < 1
    assert (await client.get("/health")).status_code == 200


async def test_a_draining_process_is_alive_and_not_ready(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Probes, "draining", True)

    assert told(await client.get("/ready")) == (503, "draining: the process is about to end")
    assert (await client.get("/health")).status_code == 200


async def test_probes_can_only_be_read(client: httpx2.AsyncClient) -> None:
    refused = await client.post("/health")

    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
