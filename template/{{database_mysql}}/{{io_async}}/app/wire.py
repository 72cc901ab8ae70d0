"""What no part of aiomysql tells. It stands on PyMySQL before 1.2: what follows escapes no bytes
for it (its issue 1080)."""

import select
from typing import Any

TIMEOUTS: tuple[str, ...] = ()  # it has none, nor needs it: who waits for a server is cancelled


def has_spoken(connection: Any) -> bool:
    """Whether there is something to be read, on the way or already here; or it is broken off."""
    reader = connection._reader
    if reader.exception() or reader.at_eof() or reader._buffer:
        return True
    incoming = select.poll()
    incoming.register(socket_of(connection).fileno(), select.POLLIN)
    return bool(incoming.poll(0))


def socket_of(connection: Any) -> Any:
    return connection._writer.get_extra_info("socket")
