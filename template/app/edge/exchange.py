"""One request on its way through a framework.

The framework's answer is kept until it is whole; then the transaction ends, and only then the
client hears of it. This happens inside the framework's last `send`, so that what it does after
answering (background tasks, the exit of yield dependencies) runs after the commit.
"""

import asyncio
from contextlib import suppress
from functools import cached_property
from typing import Any

from app.edge.asgi import App, ClientLeft, Head, Message, Receive, Scope, has_left
from app.edge.idempotency import Claims, replayed
from app.edge.store import Answer, Claim, Kept, Unit
from app.errors import AppError, Conflict, DeadlinePassed, IdempotencyKeyReused, Unavailable
from app.log import log

UNKNOWN = "It is not known whether this was written: read before you retry."
WATCH_SECONDS = 0.05  # most have their answer by then, and to watch a client takes a task


class Exchange:
    def __init__(self, scope: Scope, head: Head, body: bytes, receive: Receive) -> None:
        self.scope, self.head, self.body = scope, head, body
        self.unit: Unit | None = None
        self.claim: Claim | None = None
        self._answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._source = receive
        self._committing = False
        self._asked = False
        self._start: Message = {}
        self._chunks: list[bytes] = []

    async def answer(
        self, work: asyncio.Task[None], *, seconds: float, commit_seconds: float
    ) -> Answer:
        """What `work` brings about, unless it is late or nobody waits for it: then it is cancelled
        and rolled back. Raises what went wrong, DeadlinePassed, ClientLeft."""

        def stop(error: Exception) -> None:
            if self._committing:  # neither a late nor a leaving client changes what is true now
                loop.call_later(commit_seconds, self.fail, Unavailable(UNKNOWN))
            elif not self._answer.done():
                self.fail(error)
                work.cancel()

        def left(task: asyncio.Task[None]) -> None:
            if not task.cancelled():
                stop(ClientLeft())

        loop = asyncio.get_running_loop()
        work.add_done_callback(self._unwatch)
        watch = loop.call_later(WATCH_SECONDS, lambda: self._left.add_done_callback(left))
        deadline = loop.call_later(seconds, stop, DeadlinePassed())
        try:
            return await self._answer
        finally:
            watch.cancel()
            deadline.cancel()

    async def once(self, app: App, unit: Unit, claim: Claim, claims: Claims) -> None:
        """A request that was answered before, with the same key, does nothing more."""
        self.claim = claim
        claims.take(claim, self._answer)
        kept = await unit.find(claim)
        if kept:
            return self._replay(kept, claim)
        try:
            await self.through(app)
        except Exception as error:
            await self._give_up(error)

    async def through(self, app: App) -> None:
        inner = {
            **self.scope,
            "method": "GET" if self.head.method == "HEAD" else self.head.method,
            "path": self.head.path,
            "raw_path": self.head.path.encode(errors="surrogateescape"),
            "headers": self.head.raw if self.head.repeated else self.scope["headers"],
            "unit": self.unit,
            "extensions": {},
        }
        await app(inner, self._receive, self._keep)
        self.fail(RuntimeError("the framework did not answer"))

    def end(self, answer: Answer) -> None:
        if not self._answer.done():
            self._answer.set_result(answer)

    def fail(self, error: Exception) -> None:
        if not self._answer.done():
            self._answer.set_exception(error)
            self._answer.exception()  # seen: nobody may be waiting any more

    def break_off(self, error: Exception) -> None:
        """`error` came out of the framework; after an answer it has no other way to be heard."""
        if self._answer.done():
            log.error("failed after the answer", exc_info=error)
        self.fail(error)

    @cached_property
    def _left(self) -> asyncio.Task[None]:
        """Ends when the client leaves."""
        return asyncio.create_task(_left(self._source))

    def _unwatch(self, _: asyncio.Task[None]) -> None:
        if "_left" in vars(self):
            self._left.cancel()

    async def _receive(self) -> Message:
        if self._asked:
            await asyncio.shield(self._left)
            return {"type": "http.disconnect"}
        self._asked = True
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def _keep(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            await self._settle(_answer(self._start, b"".join(self._chunks)))

    async def _settle(self, answer: Answer) -> None:
        """Nothing may be raised: a framework that has answered cannot answer again."""
        if "_left" not in vars(self) and has_left(self._source):
            self.fail(ClientLeft())
        try:
            if answer.status < 400 and not self.head.reads and not self._answer.done():
                await self._commit(answer)
        except Exception as error:
            await self._give_up(error)
        else:
            await self._leave()
            self.end(answer)

    async def _leave(self) -> None:
        """Before anybody hears of it: who comes next finds a connection."""
        try:
            if self.unit:
                await self.unit.close()
        except Exception:  # the answer is true all the same
            log.warning("a connection was not given back", exc_info=True)

    async def _commit(self, answer: Answer) -> None:
        if self.unit is None:
            return
        self._committing = True
        if self.claim:
            await self.unit.keep(self.claim, answer)
        await self.unit.commit()

    async def _give_up(self, error: Exception) -> None:
        """Another process may have been faster with the same key: then its answer counts."""
        taken = isinstance(error, Conflict) or not isinstance(error, AppError)
        kept = None
        if taken and self.unit and self.claim and not self._answer.done():
            with suppress(Exception):  # what went wrong first is what is told
                kept = await self.unit.find(self.claim)
        if kept and self.claim:
            self._replay(kept, self.claim)
        else:
            self.break_off(error)

    def _replay(self, kept: Kept, claim: Claim) -> None:
        try:
            self.end(replayed(kept, claim))
        except IdempotencyKeyReused as error:
            self.fail(error)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _answer(start: Message, body: bytes) -> Answer:
    headers: list[tuple[Any, Any]] = list(start.get("headers", []))
    text = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers]
    return Answer(start["status"], text, body)
