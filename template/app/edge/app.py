"""The edge: one ASGI application around any framework. It owns the transaction, the deadline and
every header; whatever happens inside, the client gets an answer of the contract."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.auth.caller import ANYBODY
from app.edge.accept import check_acceptable, prefers_problem
from app.edge.admission import Admission
from app.edge.asgi import (
    App,
    ClientLeft,
    Head,
    Receive,
    Scope,
    Send,
    read_body,
    request_id,
    send_answer,
)
from app.edge.envelope import explain, failure
from app.edge.exchange import Exchange
from app.edge.headers import finished
from app.edge.idempotency import Claims, read_claim
from app.edge.life import live
from app.edge.metrics import Metrics
from app.edge.probes import Probes
from app.edge.routing import Route, Routes
from app.edge.store import Answer, Store, Unit
from app.edge.strict import check_body, check_query
from app.errors import Overloaded, RequestTimeout
from app.log import log
from app.settings import Settings
from app.telemetry import make_telemetry

access = logging.getLogger("app.access")
LEFT = Answer(499)  # for the log: nobody is there to hear it


class Edge:
    def __init__(
        self, app: App, routes: Routes, store: Store, admission: Admission, settings: Settings
    ) -> None:
        self.app, self.routes, self.store, self.settings = app, routes, store, settings
        self.admission = admission
        self.claims = Claims()
        self.working = set[asyncio.Task[None]]()
        self.metrics = Metrics(store, settings, in_flight=lambda: len(self.working))
        self.telemetry = make_telemetry()
        apart = settings.metrics_port is not None
        self.probes = Probes(store, admission.rates, None if apart else self.metrics)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            delay = self.settings.drain_delay_seconds
            await live(receive, send, self._running(), drain=self.probes.drain, delay=delay)
        elif scope["type"] == "http":
            head = Head.of(scope, self.settings.trusted_proxies)
            request_id.set(head.identify())
            if self.probes.own(head):
                await self._probe(head, receive, send)
            else:
                await self._request(scope, head, receive, send)

    async def _probe(self, head: Head, receive: Receive, send: Send) -> None:
        """Neither limited nor logged, and no load keeps it from its answer."""
        try:
            await self._body(head, receive)
            answer = await self.probes.answer(head)
        except ClientLeft:
            return
        except Exception as error:
            answer = failure(explain(error, self.store))
        await self._send(send, finished(answer, head, self.settings))

    async def _request(self, scope: Scope, head: Head, receive: Receive, send: Send) -> None:
        began, end_span = time.perf_counter(), self.telemetry.begin(head)
        try:
            answer = await self._answer(scope, head, receive)
        except ClientLeft:
            answer = LEFT
        except Exception as error:
            problem = prefers_problem(head.headers.get("accept"))
            answer = failure(explain(error, self.store), problem=problem)
        if answer is not LEFT:
            answer = finished(answer, head, self.settings, scope.get("standing"))
            await self._send(send, answer)
        route = scope.get("template") or self.routes.template(head.path)
        end_span(route, answer.status)
        self._tell(scope, head, route, answer.status, time.perf_counter() - began)

    async def _send(self, send: Send, answer: Answer) -> None:
        """Who keeps connections is sent elsewhere while there is time: those that are left when the
        server ends break, perhaps as a request comes in."""
        if self.probes.draining:
            answer.headers.append(("connection", "close"))
        await send_answer(send, answer)

    async def _answer(self, scope: Scope, head: Head, receive: Receive) -> Answer:
        """Refusals in the order of the contract: the first that applies is told."""
        self._check_load()
        body = await self._body(head, receive)
        self._check_load()  # others may have been faster
        route = self.routes.find(head.method, head.path)
        if head.method == "OPTIONS":
            return Answer(204, [("allow", self.routes.allow(head.path))])
        scope["template"] = route.template
        exchange = Exchange(scope, head, body, receive)
        return await exchange.answer(
            self._begin(exchange, route),
            seconds=self.settings.request_timeout_seconds,
            commit_seconds=self.settings.database_timeout_seconds,
        )

    def _check_load(self) -> None:
        """Bodies on their way do not count: slow clients would shut out the others."""
        if len(self.working) >= self.settings.in_flight_limit:
            raise Overloaded

    async def _body(self, head: Head, receive: Receive) -> bytes:
        if not head.has_body:
            return b""
        try:
            async with asyncio.timeout(self.settings.request_timeout_seconds):
                return await read_body(receive, head, self.settings.body_limit_bytes)
        except TimeoutError:
            raise RequestTimeout(headers={"connection": "close"}) from None

    def _begin(self, exchange: Exchange, route: Route) -> asyncio.Task[None]:
        work = asyncio.create_task(self._work(exchange, route))
        self.working.add(work)  # in flight until it has really ended, also when it was late
        work.add_done_callback(self.working.discard)
        return work

    async def _work(self, exchange: Exchange, route: Route) -> None:
        try:
            await self.admission.by_address(exchange.scope, exchange.head, route)
            if route.answer:
                return exchange.end(route.answer)
            if not route.is_api:
                check_query(exchange.head.query, route.queries)
                return await exchange.through(self.app)
            async with self.store.unit(write=not exchange.head.reads) as exchange.unit:
                await self._admit(exchange, exchange.unit, route)
                await self._serve(exchange, exchange.unit, route)
        except Exception as error:
            exchange.break_off(error)

    async def _admit(self, exchange: Exchange, unit: Unit, route: Route) -> None:
        scope, head = exchange.scope, exchange.head
        scope["caller"] = await self.admission.caller(scope, head, route, unit)
        check_acceptable(head.headers.get("accept"))
        check_body(head, exchange.body)
        check_query(head.query, route.queries)

    async def _serve(self, exchange: Exchange, unit: Unit, route: Route) -> None:
        caller = exchange.scope["caller"].id
        claim = read_claim(exchange.head, exchange.body, caller) if route.creates else None
        if claim is None:
            await exchange.through(self.app)
        else:
            await exchange.once(self.app, unit, claim, self.claims)

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        for remark in self.settings.remarks:
            log.warning(remark)
        self.metrics.serve()
        yield
        if self.working:  # background tasks whose clients have their answers
            await asyncio.wait(self.working, timeout=self.settings.request_timeout_seconds)
        await self.admission.rates.close()
        await self.store.close()
        self.metrics.close()
        self.telemetry.close()

    def _tell(self, scope: Scope, head: Head, route: str, status: int, seconds: float) -> None:
        self.metrics.observe(head.method, route, status, seconds)
        fields = {
            "method": head.method,
            "route": route,
            "status": status,
            "duration_ms": round(seconds * 1000, 1),
            "caller": scope.get("caller", ANYBODY).id,
            "client": head.client,
        }
        access.info("request", extra={"fields": fields})
