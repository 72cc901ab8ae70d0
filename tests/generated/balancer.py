"""Which of several services traffic goes to, by their readiness: as an orchestrator does it."""

import itertools
import threading
from collections.abc import Sequence
from typing import Self

import httpx2

from tests.generated.process import Service

PROBE_SECONDS = 0.1


class Balancer:
    """Asks each /ready every `probe_seconds`, as long as the block lasts."""

    def __init__(self, services: Sequence[Service], probe_seconds: float = PROBE_SECONDS) -> None:
        self.probe_seconds = probe_seconds
        self.urls = [service.url for service in services]
        self.ready = list(self.urls)
        self.turn = itertools.count()
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._follow)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        self.thread.join()

    def pick(self) -> str:
        ready = self.ready
        return ready[next(self.turn) % len(ready)]

    def _follow(self) -> None:
        with httpx2.Client(timeout=1, trust_env=False) as client:
            while not self.ending.wait(self.probe_seconds):
                self.ready = [url for url in [*self.urls] if _is_ready(client, url)]


def _is_ready(client: httpx2.Client, url: str) -> bool:
    try:
        return client.get(url + "/ready").status_code == 200
    except httpx2.TransportError:
        return False
