"""ASGI in small pieces: its types, one request's head, its body, an answer."""

import os
import re
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPMethod
from typing import Any

from app.edge.address import Network, client_of
from app.edge.store import Answer
from app.errors import PayloadTooLarge

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]  # each framework has its own types for the three

METHODS = frozenset(map(str, HTTPMethod))  # for labels and spans: any other is a stranger's word
request_id: ContextVar[str] = ContextVar("request_id", default="-")


class ClientLeft(Exception):
    """Nobody waits for the answer."""


@dataclass(frozen=True)
class Head:
    """A request without its body. `path` lacks one slash at its end; header lines of one name are
    joined, as RFC 9110, section 5.3, has it, and their name is `repeated`."""

    method: str
    path: str
    query: bytes
    headers: dict[str, str]
    client: str
    repeated: frozenset[str] = frozenset()

    @classmethod
    def of(cls, scope: Scope, trusted: Sequence[Network]) -> "Head":
        """`trusted`: proxies whose X-Forwarded-For is believed."""
        headers: dict[str, str] = {}
        repeated = set[str]()
        for name, value in scope["headers"]:
            key, text = name.decode("latin-1"), value.decode("latin-1")
            if key in headers:
                repeated.add(key)
                text = f"{headers[key]}, {text}"
            headers[key] = text
        peer = (scope.get("client") or ("-",))[0]
        return cls(
            method=scope["method"],
            path=scope["path"].removesuffix("/") or "/",
            query=scope["query_string"],
            headers=headers,
            client=client_of(peer, headers.get("x-forwarded-for"), trusted),
            repeated=frozenset(repeated),
        )

    @property
    def raw(self) -> list[tuple[bytes, bytes]]:
        return [(k.encode("latin-1"), v.encode("latin-1")) for k, v in self.headers.items()]

    @property
    def has_body(self) -> bool:
        """By RFC 9112, section 6.3."""
        return "content-length" in self.headers or "transfer-encoding" in self.headers

    @property
    def reads(self) -> bool:
        return self.method in ("GET", "HEAD", "OPTIONS")

    def identify(self) -> str:
        """The caller's X-Request-ID if it is harmless in a log line, else a new one."""
        given = self.headers.get("x-request-id", "")
        return given if re.fullmatch(r"[A-Za-z0-9._-]{1,64}", given) else os.urandom(16).hex()


def has_left(receive: Receive) -> bool:
    """Whether the client is known to have left. Asked by hand: a task costs four times as much."""
    while True:
        question = receive().__await__()
        try:
            next(question)
        except StopIteration as told:  # an empty body is told of first
            if told.value["type"] == "http.disconnect":
                return True
        else:
            question.close()
            return False


async def read_body(receive: Receive, head: Head, limit: int) -> bytes:
    """Raises PayloadTooLarge after reading up to ten times the limit: who still sends must be
    able to read the answer, and a closed socket would reach them as a reset."""
    too_large = PayloadTooLarge(f"The body is over {limit} bytes.", headers={"connection": "close"})
    if "expect" in head.headers and int(head.headers.get("content-length", "0")) > limit:
        raise too_large  # it waits for leave to send, and gets none
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        size += len(message.get("body", b""))
        if size <= limit:
            chunks.append(message.get("body", b""))
        if not message.get("more_body") or size > 10 * limit:
            break
    if size > limit:
        raise too_large
    return b"".join(chunks)


async def send_answer(send: Send, answer: Answer) -> None:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
