"""Requests byte by byte: what a client library would hide, mend or refuse to send."""

import socket
import ssl
from collections.abc import Sequence
from typing import Self
from urllib.parse import urlsplit

import httpx2


class Wire:
    """One connection. Closed without a word at the end, whatever was left unsaid."""

    def __init__(self, base_url: str, credentials: Sequence[str] = ()) -> None:
        self.credentials = credentials
        url = urlsplit(base_url)
        self.host = url.netloc.encode()
        port = url.port or (443 if url.scheme == "https" else 80)
        self.socket = socket.create_connection((url.hostname or "", port), timeout=20)
        if url.scheme == "https":
            context = ssl.create_default_context()
            self.socket = context.wrap_socket(self.socket, server_hostname=url.hostname)
        self.file = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self.file.close()
        self.socket.close()

    def send(self, line: str | bytes, *headers: str | bytes, body: bytes = b"") -> None:
        """`line` as in `GET /health`; Host and credentials are added, nothing else is."""
        added = [b"Host: " + self.host, *map(_bytes, self.credentials)]
        head = [_bytes(line) + b" HTTP/1.1", *added, *map(_bytes, headers)]
        self.socket.sendall(b"\r\n".join(head) + b"\r\n\r\n" + body)

    def receive(self, method: str = "GET") -> httpx2.Response:
        """The next answer, `100 Continue` left out. Raises OSError when there is none."""
        status, headers = self._head()
        while status == 100:
            status, headers = self._head()
        has_body = method != "HEAD" and status not in (204, 304)
        body = self._body(headers) if has_body else b""
        headers.pop("Transfer-Encoding", None)
        return httpx2.Response(status, headers=headers, content=body)

    def ask(self, line: str | bytes, *headers: str | bytes, body: bytes = b"") -> httpx2.Response:
        self.send(line, *headers, body=body)
        return self.receive(_bytes(line).split()[0].decode())

    def _head(self) -> tuple[int, httpx2.Headers]:
        line = self.file.readline()
        if not line:
            raise ConnectionResetError("the service closed without an answer")
        headers = []
        while field := self.file.readline().rstrip(b"\r\n"):
            name, _, value = field.partition(b":")
            headers.append((name, value.strip()))
        return int(line.split()[1]), httpx2.Headers(headers)

    def _body(self, headers: httpx2.Headers) -> bytes:
        if headers.get("Transfer-Encoding") != "chunked":
            return self.file.read(int(headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.file.readline(), 16):
            body += self.file.read(size)
            self.file.readline()
        self.file.readline()
        return body


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
