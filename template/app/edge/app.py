"""The edge: one ASGI application around any framework. It owns the transaction, the deadline and
every header; whatever happens inside, the client gets an answer of the contract."""

import asyncio
import logging
import time

from app.auth.caller import ANYBODY, Authenticate, admit
from app.edge.accept import check_acceptable, prefers_problem
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
from app.edge.health import Health
from app.edge.life import live
from app.edge.routing import Route, Routes
from app.edge.store import Answer, Store, Unit
from app.edge.strict import check_body, check_query
from app.errors import Overloaded, RequestTimeout
from app.settings import Settings

access = logging.getLogger("app.access")
LEFT = Answer(499)  # for the log: nobody is there to hear it


class Edge:
    def __init__(
        self,
        app: App,
        routes: Routes,
        store: Store,
        authenticate: Authenticate,
        settings: Settings,
    ) -> None:
        self.app, self.routes, self.store, self.settings = app, routes, store, settings
        self.authenticate = authenticate
        self.health = Health(store)
        self.working = set[asyncio.Task[None]]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            delay = self.settings.drain_delay_seconds
            drain, close = self.health.drain, self._close
            await live(receive, send, drain=drain, delay=delay, close=close)
        elif scope["type"] == "http":
            await self._request(scope, Head.of(scope), receive, send)

    async def _request(self, scope: Scope, head: Head, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        request_id.set(head.identify())
        try:
            answer = await self._answer(scope, head, receive)
        except ClientLeft:
            answer = LEFT
        except Exception as error:
            problem = prefers_problem(head.headers.get("accept")) and not self.health.owns(head)
            answer = failure(explain(error, self.store), problem=problem)
        if answer is not LEFT:
            await send_answer(send, finished(answer, head, self.settings))
        if not self.health.owns(head):
            self._log(scope, head, answer.status, began)

    async def _answer(self, scope: Scope, head: Head, receive: Receive) -> Answer:
        """Refusals in the order of the contract: the first that applies is told."""
        if self.health.owns(head):
            await self._body(head, receive)
            return await self.health.answer(head)
        self._check_load()
        body = await self._body(head, receive)
        self._check_load()  # others may have been faster
        route, allow = self.routes.find(head.method, head.path)
        if head.method == "OPTIONS":
            return Answer(204, [("allow", allow)])
        exchange = Exchange(scope, head, body, receive)
        return await exchange.answer(
            self._start(exchange, route),
            seconds=self.settings.request_timeout_seconds,
            commit_seconds=self.settings.database_timeout_seconds,
        )

    def _check_load(self) -> None:
        """Bodies on their way do not count: slow clients would shut out the others."""
        if len(self.working) >= self.settings.in_flight_limit:
            raise Overloaded

    async def _body(self, head: Head, receive: Receive) -> bytes:
        try:
            async with asyncio.timeout(self.settings.request_timeout_seconds):
                return await read_body(receive, head, self.settings.body_limit_bytes)
        except TimeoutError:
            raise RequestTimeout(headers={"connection": "close"}) from None

    def _start(self, exchange: Exchange, route: Route) -> asyncio.Task[None]:
        work = asyncio.create_task(self._work(exchange, route))
        self.working.add(work)  # in flight until it has really ended, also when it was late
        work.add_done_callback(self.working.discard)
        return work

    async def _work(self, exchange: Exchange, route: Route) -> None:
        try:
            if not route.is_api:
                check_query(exchange.head.query, route.queries)
                return await exchange.through(self.app)
            async with self.store.unit(write=not exchange.head.reads) as exchange.unit:
                await self._admit(exchange, exchange.unit, route)
                await exchange.through(self.app)
        except Exception as error:
            exchange.break_off(error)

    async def _admit(self, exchange: Exchange, unit: Unit, route: Route) -> None:
        head = exchange.head
        caller = await admit(route.permission, head, unit, self.authenticate)
        exchange.scope["caller"] = caller
        check_acceptable(head.headers.get("accept"))
        check_body(head, exchange.body)
        check_query(head.query, route.queries)

    async def _close(self) -> None:
        if self.working:  # background tasks whose clients have their answers
            await asyncio.wait(self.working, timeout=self.settings.request_timeout_seconds)
        await self.store.close()

    def _log(self, scope: Scope, head: Head, status: int, began: float) -> None:
        fields = {
            "method": head.method,
            "route": self.routes.template(head.path),
            "status": status,
            "duration_ms": round((time.perf_counter() - began) * 1000, 1),
            "caller": scope.get("caller", ANYBODY).id,
            "client": head.client,
        }
        access.info("request", extra={"fields": fields})
