"""What strangers send, and the one answer that each gets: corpus.toml, sent byte by byte.

A client library would hide, mend or refuse to send half of it. Only HTTP is known here, no code.
"""

import json
import socket
import ssl
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from string import Template
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4


@dataclass(frozen=True)
class Case:
    """corpus.toml says what each field means."""

    name: str
    ask: str = ""
    answer: str = ""
    headers: Sequence[str] = ()
    body: str | Sequence[Any] | None = None
    encoding: str = "utf-8"
    chunks: int = 0
    length: int | None = None
    raw: str = ""
    present: Sequence[str] = ()
    absent: Sequence[str] = ()


class Answer(NamedTuple):
    status: int
    headers: HTTPMessage
    body: bytes


def read_corpus() -> dict[str, Case]:
    corpus = tomllib.loads(Path(__file__).with_name("corpus.toml").read_text())
    groups = [(group, own) for group in corpus["group"] for own in group.pop("cases")]
    cases = [case for group, own in groups for case in _cases(corpus["every"], group, own)]
    return {case.name: case for case in cases}


def _cases(*layers: dict[str, Any]) -> Iterator[Case]:
    fields = {key: value for layer in layers for key, value in layer.items()}
    for added in ("headers", "present", "absent"):
        fields[added] = [line for layer in layers for line in layer.get(added, ())]
    fields["name"] = ": ".join(layer["name"] for layer in layers[1:])
    asks = fields.get("ask", "")
    for ask in [asks] if isinstance(asks, str) else asks:
        asked = "" if ask is asks else f", {ask}"
        yield Case(**fields | {"ask": ask, "name": fields["name"] + asked})


def send(url: str, case: Case, credentials: Sequence[str]) -> Answer | None:
    """None: no answer came. Raises OSError when the service does not listen to the end."""
    values = {"name": uuid4().hex}
    if "$" in case.ask:
        values["id"] = make_item(url, credentials)["id"]
    if "$taken" in str(case.body):
        values["taken"] = make_item(url, credentials)["name"]
    with _connect(url, seconds=1 if case.raw else 20) as connection:
        connection.sendall(case.raw.encode("latin-1") or _bytes(url, case, credentials, values))
        if case.answer == "none":
            return None
        response = HTTPResponse(connection, method=case.ask.partition(" ")[0])
        try:
            response.begin()
            return Answer(response.status, response.headers, response.read())
        except (HTTPException, ConnectionError, TimeoutError):
            return None


def make_item(url: str, credentials: Sequence[str]) -> dict[str, str]:
    media_type, body = ["Content-Type: application/json"], '{"name":"$name"}'
    made = send(url, Case("", "POST /api/v1/items", "", media_type, body), credentials)
    assert made is not None
    item: dict[str, str] = json.loads(made.body)["data"]
    return item


def _connect(url: str, seconds: float) -> socket.socket:
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    plain = socket.create_connection((host, parts.port or (443 if secure else 80)), seconds)
    if not secure:
        return plain
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def _bytes(url: str, case: Case, credentials: Sequence[str], values: dict[str, str]) -> bytes:
    headers = [f"Host: {urlsplit(url).netloc}", *credentials, *case.headers]
    body = _body(case, values)
    if case.chunks:
        headers.append("Transfer-Encoding: chunked")
        body = b"".join(_chunks(body, case.chunks))
    elif case.body is not None or case.length:
        headers.append(f"Content-Length: {case.length or len(body)}")
    head = "\r\n".join([f"{case.ask} HTTP/1.1", *headers, "", ""])
    return Template(head).safe_substitute(values).encode("latin-1") + body


def _body(case: Case, values: dict[str, str]) -> bytes:
    parts = [case.body] if isinstance(case.body, str) else case.body or []
    pairs = [(part, 1) if isinstance(part, str) else part for part in parts]
    text = "".join(Template(text).safe_substitute(values) * times for text, times in pairs)
    return text.encode(case.encoding)


def _chunks(body: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        part = body[start : start + size]
        yield b"%x\r\n%b\r\n" % (len(part), part)
    yield b"0\r\n\r\n"


def faults(case: Case, answer: Answer | None) -> list[str]:
    """What is wrong with the answer: nothing, if all is well."""
    if answer is None:
        return [] if case.raw or case.answer == "none" else ["no answer"]
    if case.raw:
        return [f"a failure: {answer.status}"] * (answer.status >= 500)
    names = [name.lower() for name in answer.headers]
    return [
        *(f"twice: {name}" for name in set(names) if names.count(name) > 1),
        *(f"missing: {line}" for line in case.present if not _has(answer, line)),
        *(f"unwanted: {line}" for line in case.absent if _has(answer, line)),
        *_status_faults(case, answer),
        *(_error_faults(answer) if answer.status >= 400 and answer.body else ()),
    ]


def _has(answer: Answer, line: str) -> bool:
    name, colon, value = line.partition(": ")
    return name in answer.headers and (not colon or answer.headers[name] == value)


def _status_faults(case: Case, answer: Answer) -> Iterator[str]:
    status, _, code = case.answer.partition(" ")
    if status not in ("any", str(answer.status)):
        yield f"not {case.answer}: {answer.status} {answer.body[:300]!r}"
    elif code and answer.body and code != _error(answer)["code"]:
        yield f"not {case.answer}: {answer.body!r}"


def _error_faults(answer: Answer) -> Iterator[str]:
    error = _error(answer)
    details = {"details"} if answer.status == 422 else set()
    if error.keys() != {"code", "message", "hint", "request_id"} | details:
        yield f"another shape: {answer.body!r}"
    if error["request_id"] != answer.headers["X-Request-ID"]:
        yield f"another request id: {answer.body!r}"
    if len(answer.body) > 4096:
        yield f"as long as if it repeated the request: {len(answer.body)}"


def _error(answer: Answer) -> dict[str, Any]:
    """Of the envelope, or of a problem in the envelope's words."""
    body: dict[str, Any] = json.loads(answer.body)
    problem = {"type", "title", "status", "detail"}
    own = {key: value for key, value in body.items() if key not in problem}
    return own | {"message": body["detail"]} if "title" in body else dict(own["error"])
