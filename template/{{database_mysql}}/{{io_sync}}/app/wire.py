"""What no part of PyMySQL tells."""

import select
from typing import Any


def has_spoken(connection: Any) -> bool:
    """Whether there is something to be read."""
    socket = select.poll()
    socket.register(connection._sock.fileno(), select.POLLIN)
    return bool(socket.poll(0))
