"""`make load`: is a running service fast enough at half of what it can carry?

A closed loop measures what it can carry: users who wait for their answers. Then requests come on
time whatever happens (an open loop), and latency counts from the moment at which one was due.
It makes items and leaves them: not for a service with real data.
"""

import argparse
import asyncio
import itertools
import json
import re
import ssl
import sys
import uuid
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import NamedTuple
from urllib.parse import urlsplit

ITEMS = "/api/v1/items"
USERS = 16
GOAL_MS, GOAL_ERRORS = 200, 0.001
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
Act = Callable[[], Awaitable[int]]  # one request; its status


class Sample(NamedTuple):
    status: int  # 0: the connection broke, or there was none to be had
    ms: float


class Client:
    """HTTP/1.1 over connections that are kept: as many as are needed at once."""

    def __init__(self, base_url: str, headers: Sequence[str] = ()) -> None:
        url = urlsplit(base_url)
        self._tls = ssl.create_default_context() if url.scheme == "https" else None
        self._address = url.hostname, url.port or (443 if self._tls else 80)
        self._lines = [f"host: {url.netloc}", "content-type: application/json", *headers]
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, line: str, *headers: str, body: bytes = b"") -> tuple[int, bytes]:
        """Status and body. Raises OSError and EOFError."""
        if self._idle:
            reader, writer = self._idle.pop()
        else:
            reader, writer = await asyncio.open_connection(*self._address, ssl=self._tls)
        lines = [f"{line} HTTP/1.1", *self._lines, *headers, f"content-length: {len(body)}"]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        content = await reader.readexactly(int(length[1]) if length else 0)
        self._idle.append((reader, writer))
        return int(head.split()[1]), content

    async def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
            await writer.wait_closed()


class Mix:
    """Of ten requests six read, two list, one creates, one updates."""

    def __init__(self, client: Client) -> None:
        self._client, self._turns = client, itertools.count()
        self._paths: list[str] = []

    async def act(self) -> int:
        turn = next(self._turns)
        path = self._paths[turn % len(self._paths)]
        if turn % 10 == 0:
            return await self.create()
        if turn % 10 == 1:
            request = self._client.ask(f"PATCH {path}", "if-match: *", body=b'{"quantity": 2}')
        else:
            request = self._client.ask(f"GET {ITEMS if turn % 10 in (2, 3) else path}")
        return (await request)[0]

    async def create(self) -> int:
        key = uuid.uuid4().hex
        item = json.dumps({"name": f"load {key}"}).encode()
        status, body = await self._client.ask(f"POST {ITEMS}", f"idempotency-key: {key}", body=item)
        if status == 201:
            self._paths.append(f"{ITEMS}/{json.loads(body)['data']['id']}")
        return status


async def closed(act: Act, seconds: float, users: int = USERS) -> list[Sample]:
    """As many as the users get done."""
    end = perf_counter() + seconds

    async def user() -> list[Sample]:
        samples = []
        while (now := perf_counter()) < end:
            samples.append(await _sample(act, now))
        return samples

    return list(itertools.chain(*await asyncio.gather(*(user() for _ in range(users)))))


async def steady(act: Act, rate: float, seconds: float) -> list[Sample]:
    """`rate` requests a second, each when it is due."""
    began, tasks = perf_counter(), []
    for number in range(max(1, int(rate * seconds))):
        due = began + number / rate
        await asyncio.sleep(max(0, due - perf_counter()))
        tasks.append(asyncio.create_task(_sample(act, due)))
    return await asyncio.gather(*tasks)


async def _sample(act: Act, due: float) -> Sample:
    try:
        status = await act()
    except (OSError, EOFError):
        status = 0
    return Sample(status, (perf_counter() - due) * 1000)


def percentile(samples: Sequence[Sample], share: float) -> float:
    """In milliseconds."""
    return sorted(sample.ms for sample in samples)[int(len(samples) * share)]


async def load(base_url: str, headers: Sequence[str], seconds: float) -> bool:
    client = Client(base_url, headers)
    mix = Mix(client)
    if (status := await mix.create()) != 201:
        sys.exit(f"error: {base_url} answers {status} to who creates an item")
    capacity = len(await closed(mix.act, seconds / 4)) / (seconds / 4)
    samples = await steady(mix.act, capacity / 2, seconds)
    await client.close()
    print(f"capacity {capacity:.0f} requests a second; {len(samples)} at half of it")
    failed = [sample.status for sample in samples if not 200 <= sample.status < 300]
    errors = len(failed) / len(samples)
    p50, p95, p99 = (percentile(samples, share) for share in (0.50, 0.95, 0.99))
    print(f"errors {errors:.2%} {sorted(set(failed)) or ''}")
    print(f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms")
    return p95 < GOAL_MS and errors < GOAL_ERRORS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m dev.load")
    parser.add_argument("--base-url", default="http://127.0.0.1:8000")
    parser.add_argument("--header", action="append", default=[], metavar="'NAME: VALUE'")
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    if not asyncio.run(load(options.base_url, options.header, options.seconds)):
        goal = f"p95 < {GOAL_MS} ms, errors < {GOAL_ERRORS:.1%}"
        sys.exit(f"error: the goal is {goal}\n\nhint: 429 needs RATE_LIMIT=1000000/1 at its start")


if __name__ == "__main__":
    main()
