"""What no part of PyMySQL tells."""

import select
from typing import Any

TIMEOUTS = ("read_timeout", "write_timeout")  # no thread that waits for a server can be cancelled


def has_spoken(connection: Any) -> bool:
    """Whether there is something to be read."""
    incoming = select.poll()
    incoming.register(socket_of(connection).fileno(), select.POLLIN)
    return bool(incoming.poll(0))


def socket_of(connection: Any) -> Any:
    return connection._sock
