"""Threads for what waits: the database is asked in one, by all that a request does."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextvars import ContextVar, copy_context
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

Result = TypeVar("Result")
_loop: ContextVar[asyncio.AbstractEventLoop] = ContextVar("loop")


class Lane:
    """A thread that does one thing after the other, and keeps no process from its end."""

    def __init__(self) -> None:
        self._calls = SimpleQueue[Callable[[], None]]()
        Thread(target=self._work, name="lane", daemon=True).start()

    async def run(self, call: Callable[[], Result]) -> Result:
        """No thread can be cancelled: who is cancelled meanwhile goes when `call` has ended."""
        loop, context = asyncio.get_running_loop(), copy_context()
        context.run(_loop.set, loop)
        outcome, ended = Future[Result](), loop.create_future()

        def work() -> None:
            try:
                outcome.set_result(context.run(call))
            except BaseException as error:
                outcome.set_exception(error)
            loop.call_soon_threadsafe(ended.set_result, None)

        self._calls.put(work)
        try:
            await asyncio.wait({ended})
        except asyncio.CancelledError:
            await asyncio.wait({ended})
            raise
        return outcome.result()

    def _work(self) -> None:
        while True:
            self._calls.get()()


def on_loop(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """In a lane: what `coroutine` gives on the event loop that the lane serves."""
    return asyncio.run_coroutine_threadsafe(coroutine, _loop.get()).result()
