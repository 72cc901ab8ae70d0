"""The edge around a tiny application, with a store that only notes what is asked of it."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

import httpx2
import pytest

from app.auth.authenticate import authenticate
from app.auth.caller import PUBLIC
from app.edge.admission import Admission
from app.edge.app import Edge
from app.edge.asgi import Receive, Scope, Send
from app.edge.rates import LocalRates, Rate
from app.edge.routing import Route, Routes
from app.errors import Conflict
from app.settings import settings

PATH = "/api/v1/things"
Work = Callable[[Scope, Receive, Send], Awaitable[None]]


class Notes:
    """A store and its only unit."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.breaks = False
        self.open = False

    def unit(self, *, write: bool) -> Self:
        assert write
        return self

    async def __aenter__(self) -> Self:
        self.open = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def commit(self) -> None:
        if self.breaks:
            raise RuntimeError("a secret")
        self.events.append("commit")
        self.open = False

    async def close(self) -> None:
        if self.open:
            self.events.append("rollback")
        self.open = False

    async def check(self) -> None: ...

    def connections(self) -> dict[str, tuple[int, int]]:
        return {}

    def sqlstate(self, error: BaseException) -> str | None:
        return None


@pytest.fixture
def notes() -> Notes:
    return Notes()


def edge(work: Work, notes: Notes, **values: Any) -> Edge:
    routes = Routes([Route(PATH, re.compile(PATH), "POST", permission=PUBLIC)])
    store: Any = notes  # of a unit it has what the edge itself asks for
    changed = settings().model_copy(update=values)
    admission = Admission(LocalRates(), Rate("default", 100, 60), authenticate)
    return Edge(work, routes, store, admission, changed)


async def post(app: Edge) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.post(PATH)


async def succeed(send: Send) -> None:
    await send({"type": "http.response.start", "status": 201, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


async def test_what_runs_after_the_answer_finds_it_committed(notes: Notes) -> None:
    async def work(scope: Scope, receive: Receive, send: Send) -> None:
        await succeed(send)
        notes.events.append("background")

    assert (await post(edge(work, notes))).status_code == 201
    assert notes.events == ["commit", "background"]


async def test_a_refusal_rolls_back(notes: Notes) -> None:
    async def work(scope: Scope, receive: Receive, send: Send) -> None:
        raise Conflict

    assert (await post(edge(work, notes))).status_code == 409
    assert notes.events == ["rollback"]


async def test_a_bug_rolls_back_and_tells_the_client_nothing_of_it(notes: Notes) -> None:
    async def work(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("a secret")

    answer = await post(edge(work, notes))

    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert notes.events == ["rollback"]


async def test_a_commit_that_fails_is_told(notes: Notes) -> None:
    async def work(scope: Scope, receive: Receive, send: Send) -> None:
        await succeed(send)

    notes.breaks = True

    assert (await post(edge(work, notes))).status_code == 500
    assert notes.events == ["rollback"]


async def test_a_late_request_is_told_in_time_and_never_committed(notes: Notes) -> None:
    async def work(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await asyncio.sleep(5)
        finally:  # even code that goes on after its cancellation
            await succeed(send)

    answer = await post(edge(work, notes, request_timeout_seconds=0.05))

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "timeout")
    assert answer.headers["retry-after"] == "1"
    await asyncio.sleep(0)
    assert notes.events == ["rollback"]


async def test_more_requests_than_the_limit_are_refused_at_once(notes: Notes) -> None:
    release = asyncio.Event()

    async def work(scope: Scope, receive: Receive, send: Send) -> None:
        await release.wait()
        await succeed(send)

    app = edge(work, notes, in_flight_limit=1)
    first = asyncio.create_task(post(app))
    await asyncio.sleep(0.05)

    refused = await post(app)
    release.set()

    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "overloaded")
    assert (await first).status_code == 201


@pytest.mark.parametrize("seconds", [0, 5], ids=["before its answer is made", "before it is due"])
async def test_a_client_that_leaves_is_rolled_back_at_once(notes: Notes, seconds: int) -> None:
    sent: list[Any] = []
    messages = [{"type": "http.request"}, {"type": "http.disconnect"}]

    async def work(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(seconds)
        await succeed(send)

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    head = {"method": "POST", "path": PATH, "query_string": b"", "headers": []}
    await edge(work, notes)({"type": "http", **head}, receive, send)
    await asyncio.sleep(0)

    assert (notes.events, sent) == (["rollback"], [])
