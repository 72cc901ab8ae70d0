"""What no part of aiomysql tells. It stands on PyMySQL before 1.2: what follows escapes no bytes
for it (its issue 1080)."""

import select
from typing import Any


def has_spoken(connection: Any) -> bool:
    """Whether there is something to be read, on the way or already here."""
    socket = select.poll()
    socket.register(connection._writer.get_extra_info("socket").fileno(), select.POLLIN)
    reader = connection._reader
    return bool(reader.at_eof() or reader._buffer or socket.poll(0))
