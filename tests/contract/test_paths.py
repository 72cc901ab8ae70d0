"""Contract, Paths."""

import base64
import hashlib
import re
from itertools import product
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from tests.contract.items import (
    ITEMS,
    JSON,
    as_read,
    create,
    new_body,
    new_name,
    path_of,
    unknown_path,
)
from tests.contract.refusals import METHOD, NOT_FOUND, PRECONDITION, assert_refused

LIST_METHODS = {"GET", "HEAD", "OPTIONS", "POST"}
ITEM_METHODS = {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"}
READ_METHODS = {"GET", "HEAD", "OPTIONS"}
METHODS = {
    "/health": READ_METHODS,
    "/ready": READ_METHODS,
    "/openapi.json": READ_METHODS,
    "/docs": READ_METHODS,
    ITEMS: LIST_METHODS,
    unknown_path(): ITEM_METHODS,
}


DOCS = {"/openapi.json", "/docs"}
docs = pytest.mark.docs
SENT: list[tuple[dict[str, str], bytes | None]] = [
    ({}, None),
    (JSON, b"{"),
    (JSON, b"{}"),
    (JSON, new_body()),
    (JSON, b" " * 1_100_000),
    ({"Content-Type": "text/plain"}, b"{}"),
]


def each(*paths: str) -> list[pytest.ParameterSet]:
    return [pytest.param(path, marks=docs if path in DOCS else ()) for path in paths]


def allowed(answer: httpx2.Response) -> set[str]:
    return set(re.split(r"\s*,\s*", answer.headers["Allow"]))


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_a_probe_answers_in_the_envelope(client: httpx2.Client, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.json()["success"]) == (200, True)
    assert answer.headers["Content-Type"] == "application/json"


# Items


def test_a_created_item_is_where_location_says(client: httpx2.Client) -> None:
    created = create(client, description="of brass", quantity=3)

    read = client.get(created.headers["Location"])

    assert read.status_code == 200
    assert read.json() == created.json()
    assert read.headers["ETag"] == created.headers["ETag"]


def test_put_replaces_an_item(client: httpx2.Client, item: dict[str, Any]) -> None:
    full = {"name": new_name(), "description": "of tin", "quantity": 9}

    answer = client.put(path_of(item), json=full, headers=as_read(item))

    assert answer.status_code == 200
    assert answer.json()["data"].items() >= full.items()
    assert client.get(path_of(item)).json() == answer.json()
    assert client.get(path_of(item)).headers["ETag"] == answer.headers["ETag"]


def test_patch_changes_what_it_names_and_nothing_else(client: httpx2.Client) -> None:
    item = create(client, description="of brass").json()["data"]

    answer = client.patch(path_of(item), json={"quantity": 7}, headers=as_read(item))

    changed = {"quantity", "version", "updated_at"}
    assert answer.status_code == 200
    assert answer.json()["data"]["quantity"] == 7
    assert {key: value for key, value in answer.json()["data"].items() if key not in changed} == {
        key: value for key, value in item.items() if key not in changed
    }
    assert client.get(path_of(item)).headers["ETag"] == answer.headers["ETag"]


def test_patch_takes_a_merge_patch_where_null_empties_a_field(client: httpx2.Client) -> None:
    item = create(client, description="of brass").json()["data"]
    headers = {"Content-Type": "application/merge-patch+json"} | as_read(item)

    answer = client.patch(path_of(item), content=b'{"description": null}', headers=headers)

    assert (answer.status_code, answer.json()["data"]["description"]) == (200, None)


def test_a_deleted_item_is_gone(client: httpx2.Client, item: dict[str, Any]) -> None:
    answer = client.delete(path_of(item), headers=as_read(item))

    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer.headers
    assert_refused(client.get(path_of(item)), NOT_FOUND)
    assert_refused(client.delete(path_of(item), headers=as_read(item)), NOT_FOUND)
    assert_refused(client.put(path_of(item), content=new_body(), headers=JSON), NOT_FOUND)
    assert item["name"] not in client.get(ITEMS, params={"name": item["name"]}).text


def test_the_name_of_a_deleted_item_is_free(client: httpx2.Client, item: dict[str, Any]) -> None:
    client.delete(path_of(item), headers=as_read(item))

    assert create(client, name=item["name"]).json()["data"]["id"] != item["id"]


# Methods


@pytest.mark.parametrize("path", each(*METHODS))
def test_options_names_the_methods(client: httpx2.Client, path: str) -> None:
    answer = client.options(path)

    assert (answer.status_code, answer.content) == (204, b"")
    assert allowed(answer) == METHODS[path]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param(method, path, marks=docs if path in DOCS else ())
        for path, methods in METHODS.items()
        for method in ("POST", "PUT", "PATCH", "DELETE", "PROPFIND", "TRACE")
        if method not in methods
    ],
)
def test_a_wrong_method_is_refused_with_the_right_ones(
    client: httpx2.Client, method: str, path: str
) -> None:
    answer = client.request(method, path)

    assert_refused(answer, METHOD)
    assert allowed(answer) == METHODS[path]


@pytest.mark.parametrize("path", each("/health", "/ready", "/openapi.json", "/docs", ITEMS))
def test_head_answers_as_get_without_the_body(client: httpx2.Client, path: str) -> None:
    head, get = client.head(path), client.get(path)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


def test_head_of_an_item_has_its_headers(client: httpx2.Client, item: dict[str, Any]) -> None:
    head, get = client.head(path_of(item)), client.get(path_of(item))

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == get.headers["ETag"]
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_head_of_nothing_is_not_found(client: httpx2.Client) -> None:
    assert client.head("/api/v1/nothing").status_code == 404
    assert client.head(unknown_path()).status_code == 404


# Paths that are no resource, and other spellings of those that are


def test_a_trailing_slash_keeps_method_and_body(
    client: httpx2.Client, item: dict[str, Any]
) -> None:
    created = client.post(ITEMS + "/", content=new_body(), headers=JSON)
    changed = client.patch(path_of(item) + "/", json={"quantity": 5}, headers=as_read(item))

    assert created.status_code == 201
    assert (changed.status_code, changed.json()["data"]["quantity"]) == (200, 5)
    assert_refused(client.delete(path_of(item) + "/"), PRECONDITION)


# The document


@docs
def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)


@docs
def test_the_document_names_each_operation_of_the_items_and_no_other(
    client: httpx2.Client, document: dict[str, Any]
) -> None:
    [item_path] = [path for path in document["paths"] if path.startswith(ITEMS + "/{")]
    paths = {ITEMS: ITEMS, item_path: unknown_path()}

    documented = {real: set(document["paths"][path]) for path, real in paths.items()}

    own = {path for path in document["paths"] if not path.startswith("/api/v1/auth/")}
    assert own == set(paths)
    for path, methods in documented.items():
        answered = allowed(client.options(path)) - {"HEAD", "OPTIONS"}
        assert {method.upper() for method in methods} - {"PARAMETERS"} == answered


@docs
def test_every_documented_operation_answers_as_documented(
    client: httpx2.Client, document: dict[str, Any]
) -> None:
    operations = [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    ]

    for method, path, operation in operations:
        item = create(client).json()["data"]
        real = re.sub(r"\{\w+\}", item["id"], path)
        for headers, (media_type, body) in product(
            ({}, as_read(item), {"If-Match": "broken"}, {"Accept": "text/html"}),
            SENT if "requestBody" in operation else SENT[:1],
        ):
            answer = client.request(method, real, content=body, headers=media_type | headers)
            assert_documented(answer, operation, document)


def assert_documented(
    answer: httpx2.Response, operation: dict[str, Any], document: dict[str, Any]
) -> None:
    responses = operation["responses"]
    assert str(answer.status_code) in responses, (operation["operationId"], answer.text)
    found = resolve(responses[str(answer.status_code)], document)
    assert {name for name in ("ETag", "Location") if name in answer.headers} <= set(
        found.get("headers", {})
    )
    media = answer.headers.get("Content-Type")
    content = found.get("content", {})
    assert media in (content or {None})
    if media:
        schema = content[media]["schema"] | {"components": document["components"]}
        Draft202012Validator(schema).validate(answer.json())


def resolve(node: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    found: Any = document
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return resolve(found, document)


@docs
def test_every_documented_query_parameter_is_taken(
    client: httpx2.Client, document: dict[str, Any]
) -> None:
    parameters = document["paths"][ITEMS]["get"]["parameters"]
    found = [resolve(parameter, document) for parameter in parameters]
    names = {parameter["name"] for parameter in found if parameter["in"] == "query"}

    answers = {name: client.get(ITEMS, params={name: example(name)}) for name in names}

    assert {"limit", "page", "cursor", "sort", "name", "name__contains"} <= names
    assert {"quantity__gte", "created_at__lt"} <= names
    assert {answer.status_code for answer in answers.values()} == {200}, answers


def example(parameter: str) -> str:
    values = {"limit": "1", "page": "1", "cursor": "", "sort": "name", "name": "a"}
    values |= {"quantity": "1", "created_at": "2026-01-01T00:00:00Z"}
    return values[parameter.partition("__")[0]]


# The docs page


@docs
def test_the_docs_page_and_what_it_loads_come_from_here(client: httpx2.Client) -> None:
    page = client.get("/docs")

    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert not re.search(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//""", page.text)
    assets = re.findall(r"""(?:src|href)\s*=\s*["']?([^"'\s>]+)""", page.text)
    served = [asset for asset in assets if not asset.startswith(("data:", "#"))]
    assert served
    for asset in served:
        answer = client.get(str(httpx2.URL(str(page.url)).join(asset)))
        assert (answer.status_code, len(answer.content) > 100) == (200, True), asset


@docs
def test_the_docs_page_has_a_policy_that_allows_itself_alone(client: httpx2.Client) -> None:
    page = client.get("/docs")

    policy = page.headers["Content-Security-Policy"]
    assert "://" not in policy
    assert "*" not in policy
    assert "frame-ancestors 'none'" in policy
    scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert "unsafe" not in scripts
    for script in re.findall(r"<script(?:\s+type=\S+)?>(.+?)</script>", page.text, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in scripts


@docs
def test_the_docs_page_reads_the_document(client: httpx2.Client) -> None:
    page = client.get("/docs")
    scripts = re.findall(r"""src\s*=\s*["']?([^"'\s>]+)""", page.text)
    texts = [page.text, *(client.get(script).text for script in scripts)]

    assert any("/openapi.json" in text for text in texts)
