"""What machines ask: liveness, readiness, metrics. An orchestrator judges by silence: a probe
never waits."""

import asyncio

from app.edge.asgi import Head
from app.edge.envelope import failure, success
from app.edge.metrics import Metrics
from app.edge.rates import Rates
from app.edge.store import Answer, NotReady, Store
from app.errors import MethodNotAllowed, NotFound, Unavailable
from app.log import log

ALLOW = "GET, HEAD, OPTIONS"
CHECK_SECONDS = 0.8  # of the one second in which /ready answers


class Probes:
    """`metrics` None: they have a port of their own."""

    draining = False

    def __init__(self, store: Store, rates: Rates, metrics: Metrics | None) -> None:
        self._store, self._rates, self._metrics = store, rates, metrics
        self._check: asyncio.Task[None] | None = None

    def drain(self) -> None:
        self.draining = True

    def own(self, head: Head) -> bool:
        return head.path in ("/health", "/ready", "/metrics")

    async def answer(self, head: Head) -> Answer:
        if head.path == "/metrics" and self._metrics is None:
            raise NotFound
        if head.method == "OPTIONS":
            return Answer(204, [("allow", ALLOW)])
        if not head.reads:
            raise MethodNotAllowed(headers={"allow": ALLOW})
        if head.path == "/metrics" and self._metrics:
            return self._metrics.answer()
        return self._alive() if head.path == "/health" else await self._ready()

    def _alive(self) -> Answer:
        """The process answers; a dead database never restarts it."""
        return success({"status": "alive"})

    async def _ready(self) -> Answer:
        """Redis is told, and decides nothing: without it each process counts for itself."""
        reason = "draining: the process is about to end" if self.draining else await self._reason()
        if reason:
            return failure(Unavailable(reason))
        redis = self._rates.state()
        return success({"status": "ready"} | ({"redis": redis} if redis else {}))

    async def _reason(self) -> str:
        """Cancelling a driver that waits for a frozen server takes seconds: the check is left to
        itself, and asked again, until it ends. How it ends when nobody asks is no error."""
        if self._check is None or self._check.done():
            self._check = asyncio.create_task(self._store.check())
            self._check.add_done_callback(lambda check: check.cancelled() or check.exception())
        await asyncio.wait({self._check}, timeout=CHECK_SECONDS)
        if not self._check.done():
            return "database: it does not answer in time"
        return _told(self._check.exception())


def _told(error: BaseException | None) -> str:
    if error is None or isinstance(error, NotReady):
        return str(error or "")
    log.warning("the database is away", exc_info=error)
    return "database: it cannot be reached"
