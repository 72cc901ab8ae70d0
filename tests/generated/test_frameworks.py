"""One contract over every framework: what clients read and hear does not tell which one it is."""

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.client import HTTPMessage
from string import Template
from typing import Any
from uuid import UUID

import jsonschema
import pytest

from corpus import Case, read_corpus, send
from tests.generated.conftest import Make, Project
from tests.generated.credentials import create_account, sign_in
from tests.generated.process import SECRET_KEY, Database, Service, run
from tests.generated.test_contract import serving

Document = dict[str, Any]
# The first is what the others are compared with.
PROJECTS = ["postgresql-jwt", "litestar-postgresql-jwt", "flask-postgresql-jwt"]
ITEMS = "/api/v1/items"
AUTH = "/api/v1/auth"
JSON, MERGE_PATCH = (f"Content-Type: application/{kind}" for kind in ("json", "merge-patch+json"))
ADMIN = {"email": "replay@example.org", "password": "a long password"}
VIEWER = json.dumps(ADMIN | {"email": "viewer@example.org"})
# Impatient with a body that does not come.
SETTINGS = {"REQUEST_TIMEOUT_SECONDS": "2", "DATABASE_TIMEOUT_SECONDS": "1"}
NEW_EACH_TIME = {
    r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}": "ID",
    r"[0-9a-f]{32}": "HEX",
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z": "TIME",
    r'(?<=_token":")[^"]+|(?<=next_cursor":")[^"]+|(?<=[?&]cursor=)[^>&]+': "OPAQUE",
    r"(?<=;t=)\d+": "SECONDS",
}

# Method and path, headers, body. `$id`, `$access_token` and `$refresh_token` are what the newest
# answer with such a field said.
EXCHANGE: list[tuple[str, list[str], str | None]] = [
    (f"POST {AUTH}/register", [JSON], VIEWER),
    (f"POST {AUTH}/register", [JSON], VIEWER),
    (f"POST {AUTH}/token", [JSON], VIEWER.replace("a long", "another")),
    (f"POST {AUTH}/token", [JSON], VIEWER),
    (f"GET {AUTH}/me", [], None),
    (f"POST {ITEMS}", [JSON], '{"name": "lamp"}'),
    (f"POST {AUTH}/refresh", [JSON], '{"refresh_token": "$refresh_token"}'),
    (f"POST {AUTH}/logout", [JSON], '{"refresh_token": "$refresh_token"}'),
    (f"POST {AUTH}/refresh", [JSON], '{"refresh_token": "$refresh_token"}'),
    (f"POST {AUTH}/token", [JSON], json.dumps(ADMIN)),
    (f"GET {ITEMS}", [], None),
    (f"POST {ITEMS}", [JSON, "Idempotency-Key: a"], '{"name": "Ü\\u0001\\u007f\\n\\"<😀"}'),
    (f"POST {ITEMS}", [JSON, "Idempotency-Key: a"], '{"name": "Ü\\u0001\\u007f\\n\\"<😀"}'),
    (f"POST {ITEMS}", [JSON, "Idempotency-Key: a"], '{"name": "another"}'),
    (f"POST {ITEMS}", [JSON], '{"name": "lamp", "quantity": 2147483647, "description": ""}'),
    (f"POST {ITEMS}", [JSON], '{"name": "lamp"}'),
    (f"GET {ITEMS}/$id", [], None),
    (f"HEAD {ITEMS}/$id", [], None),
    (f"OPTIONS {ITEMS}/$id", [], None),
    (f"POST {ITEMS}/$id", [JSON], "{}"),
    (f"GET {ITEMS}/$id/", ['If-None-Match: "1"'], None),
    (f"GET {ITEMS}?limit=1&cursor=", [], None),
    (f"GET {ITEMS}?limit=1&page=2&sort=name&name__contains=L", [], None),
    (f"GET {ITEMS}?quantity__gte=1&created_at__gte=2026-01-01T00:00:00%2B01:00", [], None),
    (f"PUT {ITEMS}/$id", [JSON], '{"name": "desk"}'),
    (f"PUT {ITEMS}/$id", [JSON, 'If-Match: "9"'], '{"name": "desk"}'),
    (f"PUT {ITEMS}/$id", [JSON, 'If-Match: "1"'], '{"name": "desk"}'),
    (f"PATCH {ITEMS}/$id", [MERGE_PATCH, "If-Match: *"], '{"quantity": 1}'),
    (f"PATCH {ITEMS}/$id", [JSON, "If-Match: *"], "{}"),
    (f"DELETE {ITEMS}/$id", ["If-Match: *"], None),
    (f"DELETE {ITEMS}/$id", ["If-Match: *"], None),
]  # fmt: skip


Heard = tuple[int, dict[str, str], str]


@pytest.fixture(scope="module")
def services(make: Make) -> Iterator[list[Service]]:
    """Alike but for the framework, each with a database of its own."""
    with ExitStack() as stack:
        yield [stack.enter_context(served(make(name))) for name in PROJECTS]


@contextmanager
def served(project: Project) -> Iterator[Service]:
    with Database(project.folder) as database:
        settings = {"DATABASE_URL": database.create("replayed"), "SECRET_KEY": SECRET_KEY}
        run(project.folder, ".venv/bin/app", "migrate", **settings)
        create_account(project.folder, "admin", ADMIN, **settings)
        with serving(project, settings | SETTINGS) as service:
            yield service


@pytest.fixture(scope="module")
def documents(services: list[Service]) -> list[Document]:
    return [service.get("/openapi.json").json() for service in services]


def test_the_documents_say_the_same(documents: list[Document]) -> None:
    first, *others = map(skeleton, documents)

    for other in others:
        assert other == first


def skeleton(node: Any) -> Any:
    """Paths, operation ids, parameters, statuses, headers, security: all but schemas."""
    if isinstance(node, dict):
        said = {key: value for key, value in node.items() if value is not False}
        return {key: skeleton(said[key]) for key in sorted(said) if not key.startswith("schema")}
    return sorted(map(skeleton, node), key=json.dumps) if isinstance(node, list) else node


def test_their_schemas_give_the_same_verdicts(documents: list[Document]) -> None:
    values = list(values_of(read_corpus().values()))

    first, *others = (dict(verdicts(document, values)) for document in documents)

    for other in others:
        assert other == first
    assert {True, False} <= {verdict for verdicts in first.values() for verdict in verdicts}


def values_of(cases: Iterable[Case]) -> Iterator[Any]:
    """Every body of the corpus that is JSON, and every field of one."""
    for case in cases:
        try:
            value = json.loads(str(case.body))
        except ValueError:
            continue
        yield value
        yield from value.values() if isinstance(value, dict) else ()


def verdicts(document: Document, values: list[Any]) -> Iterator[tuple[str, list[bool]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for where, schema in schemas_of(operation):
                known = schema | {"components": document["components"]}
                validator = jsonschema.Draft202012Validator(known)
                yield f"{method} {path} {where}", [validator.is_valid(value) for value in values]


def schemas_of(operation: Document) -> Iterator[tuple[str, Document]]:
    for parameter in operation["parameters"]:
        yield parameter["name"], parameter["schema"]
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield media_type, content["schema"]


def test_an_exchange_is_answered_alike_byte_for_byte(services: list[Service]) -> None:
    answers = [list(replay(service)) for service in services]

    for request, expected, *others in zip(EXCHANGE, *answers, strict=True):
        for other in others:
            assert other == expected, request


def replay(service: Service) -> Iterator[Heard]:
    known: dict[str, str] = {}
    with service.client() as client:
        for number, (line, headers, body) in enumerate(EXCHANGE):
            method, path = Template(line).substitute(known).split(" ")
            sent = dict(header.split(": ", 1) for header in headers)
            sent |= {"X-Request-ID": f"replay-{number}"}
            if "access_token" in known:
                sent |= {"Authorization": f"Bearer {known['access_token']}"}
            content = Template(body).substitute(known) if body else None
            answer = client.request(method, path, headers=sent, content=content)
            known |= dict(re.findall(r'"(id|access_token|refresh_token)":"([^"]+)"', answer.text))
            yield heard(answer.status_code, answer.headers, answer.content)


def heard(status: int, headers: Mapping[str, str] | HTTPMessage, body: bytes) -> Heard:
    """Without what is new each time."""
    lines = {name.lower(): masked(value) for name, value in headers.items()}
    return status, lines | {"date": "", "content-length": ""}, masked(body.decode())


def masked(text: str) -> str:
    for pattern, word in NEW_EACH_TIME.items():
        text = re.sub(pattern, word, text)
    return text


def test_strangers_are_answered_alike_byte_for_byte(services: list[Service]) -> None:
    corpus = read_corpus()

    first, *others = (dict(strangers(service, corpus)) for service in services)

    for other in others:
        pairs = {name: (first[name], other[name]) for name in corpus}
        assert {name: (one, two) for name, (one, two) in pairs.items() if one != two} == {}


def strangers(service: Service, corpus: dict[str, Case]) -> Iterator[tuple[str, Heard | None]]:
    """With the same names on each: lists are sorted by them."""
    caller, numbers = sign_in(service, ADMIN), itertools.count(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("corpus.uuid4", lambda: UUID(int=next(numbers)))
        for name, case in corpus.items():
            answer = send(service.url, case, [caller])
            yield name, heard(*answer) if answer else None
