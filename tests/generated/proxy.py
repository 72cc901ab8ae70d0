"""One address for several services: as a Service of Kubernetes has it."""

import asyncio
import contextlib
import threading
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import Sequence
from typing import Self
from urllib.parse import urlsplit

from tests.generated.balancer import Balancer
from tests.generated.process import Service, free_port


class Proxy:
    """A new connection goes to one of the ready services, in turn, and stays with it to its end:
    nothing is read of what it carries, and nothing tried again."""

    def __init__(self, services: Sequence[Service], probe_seconds: float) -> None:
        self.balancer = Balancer(services, probe_seconds)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)

    def __enter__(self) -> Self:
        self.balancer.__enter__()
        self.thread.start()
        listening = asyncio.start_server(self._pass, "127.0.0.1", self.port)
        self.server = asyncio.run_coroutine_threadsafe(listening, self.loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
        self.balancer.__exit__()

    def add(self, service: Service) -> None:
        self.balancer.urls.append(service.url)

    def wait_for(self, service: Service, seconds: float = 30) -> None:
        """Until traffic goes to it."""
        deadline = time.monotonic() + seconds
        while service.url not in self.balancer.ready:
            assert time.monotonic() < deadline, service.log.read_text()
            time.sleep(0.02)

    def wait_for_a_probe(self) -> None:
        """Of all services; the next one is as far away as it can be."""
        before = self.balancer.ready
        while self.balancer.ready is before:
            time.sleep(0.02)

    async def _pass(self, reader: StreamReader, writer: StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError, asyncio.CancelledError):
            target = urlsplit(self.balancer.pick())
            far_reader, far_writer = await asyncio.open_connection(target.hostname, target.port)
            with contextlib.closing(far_writer):
                ends = (_forward(reader, far_writer), _forward(far_reader, writer))
                await asyncio.gather(*ends)

    async def _end(self) -> None:
        self.server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for each in others:
            each.cancel()
        await asyncio.gather(*others, return_exceptions=True)


async def _forward(source: StreamReader, sink: StreamWriter) -> None:
    while data := await source.read(65_536):
        sink.write(data)
        await sink.drain()
    sink.close()  # HTTP has no use for half of a connection
