"""Clients that write as fast as they are answered, and remember what they were told."""

import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any, NamedTuple, Self
from uuid import uuid4

import httpx2

ITEMS = "/api/v1/items"
CLIENTS = 8
PAUSE_SECONDS = 0.01  # between writes: the service needs the machine, too
RETRY_SECONDS = 0.1
PATIENCE_SECONDS = 30  # for one write, whatever happens to the service


class Told(NamedTuple):
    """What one try came to. Status 0: no answer."""

    name: str
    status: int
    code: str
    id: str
    seconds: float


class Load:
    """Each client makes one item after the other, as long as the block lasts.

    `base_url` is asked before each try. With `retrying`, a client tries with the same
    Idempotency-Key until it is told 201, also after the end of the block."""

    pause_seconds = PAUSE_SECONDS

    def __init__(self, base_url: Callable[[], str], *, retrying: bool = True) -> None:
        self.base_url, self.retrying = base_url, retrying
        self.mark = uuid4().hex
        self.tries: list[Told] = []
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=self._write, args=[n]) for n in range(CLIENTS)]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        for thread in self.threads:
            thread.join(2 * PATIENCE_SECONDS)

    def goes_on(self, seconds: float = 10) -> None:
        """Return when every client has been told 201 anew."""
        before, deadline = len(self.tries), time.monotonic() + seconds
        while len({each.name.split()[1] for each in self.tries[before:] if each.id}) < CLIENTS:
            assert time.monotonic() < deadline, self.tries[before:][-CLIENTS:]
            time.sleep(0.05)

    @property
    def acknowledged(self) -> dict[str, str]:
        """The id by the name."""
        return {each.name: each.id for each in self.tries if each.id}

    @property
    def refused(self) -> set[tuple[int, str]]:
        return {(each.status, each.code) for each in self.tries if not each.id}

    def told(self, code: str) -> set[str]:
        """Names."""
        return {each.name for each in self.tries if each.code == code}

    def _write(self, number: int) -> None:
        with httpx2.Client(timeout=PATIENCE_SECONDS, trust_env=False) as client:
            for n in count():
                if self.ending.is_set():
                    return
                self._make(client, f"{self.mark} {number} {n}")
                time.sleep(self.pause_seconds)

    def _make(self, client: httpx2.Client, name: str) -> None:
        deadline, key = time.monotonic() + PATIENCE_SECONDS, uuid4().hex
        while not self._try(client, name, key).id and self.retrying and time.monotonic() < deadline:
            time.sleep(RETRY_SECONDS)

    def _try(self, client: httpx2.Client, name: str, key: str) -> Told:
        began, url = time.monotonic(), self.base_url() + ITEMS
        try:
            answer = client.post(url, json={"name": name}, headers={"Idempotency-Key": key})
            status, body = answer.status_code, answer.json()
        except httpx2.TransportError:
            status, body = 0, {}
        code, made = body.get("error", {}).get("code", ""), body.get("data", {}).get("id", "")
        told = Told(name, status, code, made, time.monotonic() - began)
        self.tries.append(told)
        return told


def written(base_url: str, mark: str) -> list[tuple[str, str]]:
    """Name and id of each item that bears the mark."""
    found: list[tuple[str, str]] = []
    query: dict[str, Any] = {"name__contains": mark, "limit": 100, "cursor": ""}
    with httpx2.Client(base_url=base_url, timeout=30, trust_env=False) as client:
        while query["cursor"] is not None:
            page = client.get(ITEMS, params=query).json()
            found += [(item["name"], item["id"]) for item in page["data"]]
            query["cursor"] = page["meta"]["next_cursor"]
    return found
