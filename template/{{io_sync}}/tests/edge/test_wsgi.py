"""The standard library's validator holds both sides to PEP 3333."""

from collections.abc import Iterable, Iterator
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment
from wsgiref.validate import validator

import httpx2
import pytest

from app.edge.asgi import Receive, Scope, Send
from app.edge.wsgi import to_asgi

TEXT = [("Content-Type", "text/plain")]


async def post(application: WSGIApplication, path: str, **sent: Any) -> httpx2.Response:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await to_asgi(application)({**scope, "unit": None}, receive, send)

    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.post(path, **sent)


async def test_an_application_hears_what_was_sent() -> None:
    heard: dict[str, Any] = {}

    def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        heard.update(environ, body=environ["wsgi.input"].read(9))
        start("200 OK", TEXT)
        return [b"heard"]

    answer = await post(
        validator(application),
        "/%C3%BC%20?a=%C3%BC",
        content=b"{}",
        headers={"content-type": "application/json", "if-match": "*", "if_none_match": "*"},
    )

    assert (answer.status_code, answer.text) == (200, "heard")
    assert (heard["REQUEST_METHOD"], heard["HTTP_IF_MATCH"]) == ("POST", "*")
    assert heard["PATH_INFO"].encode("latin-1").decode() == "/ü "
    assert (heard["QUERY_STRING"], heard["body"]) == ("a=%C3%BC", b"{}")
    assert (heard["CONTENT_TYPE"], heard["CONTENT_LENGTH"]) == ("application/json", "2")
    assert "HTTP_IF_NONE_MATCH" not in heard  # an underscore is no hyphen


async def test_a_streamed_answer_is_whole_and_its_stream_closed() -> None:
    closed: list[bool] = []

    def stream() -> Iterator[bytes]:
        try:
            yield from (b"b", b"c")
        finally:
            closed.append(True)

    def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("201 Created", TEXT)(b"a")
        return stream()

    answer = await post(validator(application), "/")

    assert (answer.status_code, answer.text, closed) == (201, "abc", [True])


@pytest.mark.parametrize(("raised", "told"), [(OSError, OSError), (StopIteration, RuntimeError)])
async def test_what_an_application_raises_comes_out(
    raised: type[Exception], told: type[Exception]
) -> None:
    def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        raise raised

    with pytest.raises(told):
        await post(application, "/")
