"""Start and end of the process."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import FrameType
from typing import Any

from app.edge.asgi import Receive, Send


async def live(
    receive: Receive,
    send: Send,
    running: AbstractAsyncContextManager[None],
    *,
    drain: Callable[[], None],
    delay: float,
) -> None:
    """ASGI's lifespan. The database is not asked for: the process starts without it."""
    await receive()
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(running)
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        _drain_on_sigterm(drain, delay)
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})


def _drain_on_sigterm(drain: Callable[[], None], delay: float) -> None:
    """Not ready at once, so that balancers look elsewhere; the server hears of it `delay` later
    and closes the listener."""
    loop, server = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)

    def begin(number: int, frame: FrameType | None) -> None:
        drain()
        loop.call_soon_threadsafe(loop.call_later, delay, end, number, frame)

    def end(*signalled: Any) -> None:
        if callable(server):
            server(*signalled)

    signal.signal(signal.SIGTERM, begin)
