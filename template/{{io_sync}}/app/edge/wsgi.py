"""A WSGI application as the edge calls it: in one go, where the unit has its connection."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from typing import Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from app.edge.asgi import App, Receive, Scope, Send, send_answer
from app.edge.store import Answer

OF_A_BODY = ("CONTENT_TYPE", "CONTENT_LENGTH")


def to_asgi(application: WSGIApplication) -> App:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive())["body"]  # the edge has read it to its end
        run = scope["unit"].run if scope["unit"] else asyncio.to_thread
        await send_answer(send, await run(partial(_answer, application, _environ(scope, body))))

    return app


def _environ(scope: Scope, body: bytes) -> WSGIEnvironment:
    """By PEP 3333, and `asgi.scope`: what the edge knows of the request."""
    host, port = scope.get("server") or ("localhost", 80)
    return dict(_headers(scope)) | {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode(errors="surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,  # also what came in chunks
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "asgi.scope": scope,
    }


def _headers(scope: Scope) -> Iterator[tuple[str, str]]:
    """Not those with `_` in their names: they would pass for others with `-`."""
    for name, value in scope["headers"]:
        if b"_" not in name:
            key = name.decode("latin-1").upper().replace("-", "_")
            yield key if key in OF_A_BODY else f"HTTP_{key}", value.decode("latin-1")


def _answer(application: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Whole, also what is streamed: the edge commits before it sends."""
    head: list[Any] = []
    written: list[bytes] = []

    def start(
        status: str, headers: list[tuple[str, str]], _: Any = None
    ) -> Callable[[bytes], object]:
        head[:] = int(status[:3]), headers
        return written.append

    try:
        chunks = application(environ, start)
    except StopIteration as error:  # no future can carry it
        raise RuntimeError("StopIteration came out of the application") from error
    try:
        written.extend(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    status, headers = head
    return Answer(status, headers, b"".join(written))
