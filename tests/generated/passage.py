"""A way to the database that can be shut, opened, frozen and lost."""

import contextlib
import ctypes
import socket
import struct
import threading
import time
from typing import Self
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from tests.generated.process import free_port

SO_ATTACH_FILTER = 26  # Linux's
NOTHING = struct.pack("HBBI", 6, 0, 0, 0)  # the filter that keeps no byte of any packet


class Passage:
    """Listens on `port` while it is open; while it is frozen, takes all and forwards nothing."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        folder, file = query.get("host"), query.get("unix_socket")
        port = parts.port or (5432 if parts.scheme.startswith("postgres") else 3306)
        self.target = f"{folder}/.s.PGSQL.5432" if folder else file or (parts.hostname, port)
        self.port = free_port()
        user = parts.netloc.rpartition("@")[0]
        self.url = urlunsplit(parts._replace(netloc=f"{user}@127.0.0.1:{self.port}", query=""))
        self.flowing = threading.Event()
        self.flowing.set()
        self.listening: list[socket.socket] = []
        self.near: list[socket.socket] = []
        self.far: list[socket.socket] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.shut()

    def open(self) -> None:
        """Also after `lose`, for those who come now."""
        close(self.listening)
        listener = socket.create_server(("127.0.0.1", self.port))
        self.listening = [listener]
        threading.Thread(target=self._accept, args=[listener], daemon=True).start()

    def shut(self) -> None:
        """Every connection breaks, new ones are refused."""
        self.flowing.set()
        close([*self.listening, *self.near, *self.far])
        self.listening, self.near, self.far = [], [], []

    def freeze(self) -> None:
        self.flowing.clear()

    def thaw(self) -> None:
        self.flowing.set()

    def lose(self) -> None:
        """What is sent here is dropped, as where a machine is gone: nobody acknowledges it, and no
        connection breaks."""
        time.sleep(0.5)  # until all is acknowledged: it would be sent again, which is no silence
        code = ctypes.create_string_buffer(NOTHING)
        drop = struct.pack("HP", 1, ctypes.addressof(code))  # one instruction, and where it is
        for each in (*self.listening, *self.near):
            each.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, drop)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = self._connect()
                self.near.append(near)
                self.far.append(far)
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self._forward, args=ends, daemon=True).start()

    def _connect(self) -> socket.socket:
        if isinstance(self.target, tuple):
            return socket.create_connection(self.target)
        far = socket.socket(socket.AF_UNIX)
        far.connect(self.target)
        return far

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                self.flowing.wait()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)


def close(sockets: list[socket.socket]) -> None:
    """Who waits for one of them hears of it: `close` alone tells no thread."""
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
