"""The service's own OpenAPI document: it states what the contract promises, and it is true."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import BIN
from tests.contract.items import ITEMS
from tests.contract.test_paths import resolve

pytestmark = pytest.mark.docs
CONFIG = Path(__file__).with_name("schemathesis.toml")
ITEM = ITEMS + "/{item_id}"
ANY = {400, 406, 429, 500, 503}
BODY = {408, 409, 413, 415, 422}
WRITE = {404, 412, 428}
STATUSES = {
    ("get", ITEMS): {200, 422} | ANY,
    ("post", ITEMS): {201} | ANY | BODY,
    ("get", ITEM): {200, 304, 404} | ANY,
    ("put", ITEM): {200} | ANY | BODY | WRITE,
    ("patch", ITEM): {200} | ANY | BODY | WRITE,
    ("delete", ITEM): {204} | ANY | WRITE,
}
HEADERS = {
    ("get", ITEMS, 200): {"Link"},
    ("post", ITEMS, 201): {"ETag", "Location", "Idempotency-Replayed"},
    ("get", ITEM, 200): {"ETag"},
    ("get", ITEM, 304): {"ETag"},
    ("put", ITEM, 200): {"ETag"},
    ("patch", ITEM, 200): {"ETag"},
}
PARAMETERS = {
    ("post", ITEMS): ("idempotency-key", False),
    ("get", ITEM): ("if-none-match", False),
    ("put", ITEM): ("if-match", True),
    ("patch", ITEM): ("if-match", True),
    ("delete", ITEM): ("if-match", True),
}
OPERATIONS = [pytest.param(*operation, id=" ".join(operation)) for operation in STATUSES]
Document = dict[str, Any]


def operation(document: Document, method: str, path: str) -> Document:
    """`path` by its shape: what the id is called is the framework's affair."""
    [found] = [
        known for known in document["paths"] if re.sub(r"\{\w+\}", "{item_id}", known) == path
    ]
    operation: Document = document["paths"][found][method]
    return operation


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_an_operation_states_its_statuses(
    document: Document, credentials: list[str], method: str, path: str
) -> None:
    guarded = {401, 403} if credentials else set()

    stated = {int(status) for status in operation(document, method, path)["responses"]}

    assert stated == STATUSES[method, path] | guarded


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_response_states_its_headers(document: Document, method: str, path: str) -> None:
    for status, response in operation(document, method, path)["responses"].items():
        stated = set(resolve(response, document).get("headers", {}))

        expected = {"X-Request-ID", "RateLimit", "RateLimit-Policy"}
        expected |= HEADERS.get((method, path, int(status)), set())
        expected |= {"Retry-After"} if status in ("429", "503") else set()
        expected |= {"WWW-Authenticate"} if status == "401" else set()
        assert expected <= stated, status


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_an_operation_states_the_headers_that_it_reads(
    document: Document, method: str, path: str
) -> None:
    parameters: list[Document] = operation(document, method, path)["parameters"]

    stated = [
        (parameter["name"].lower(), parameter["required"])
        for parameter in [resolve(parameter, document) for parameter in parameters]
        if parameter["in"] == "header"
    ]

    known = PARAMETERS.get((method, path))
    assert stated == ([known] if known else [])


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_an_operation_states_who_may_call_it(
    document: Document, credentials: list[str], method: str, path: str
) -> None:
    everywhere: list[Document] = document.get("security", [])
    own: list[Document] | None = operation(document, method, path).get("security")
    stated = everywhere if own is None else own

    schemes = document["components"].get("securitySchemes", {})
    assert bool(stated) == bool(credentials)
    assert {name for requirement in stated for name in requirement} == set(schemes)


def test_an_error_is_stated_in_both_forms(document: Document) -> None:
    for response in document["components"]["responses"].values():
        assert set(response["content"]) == {"application/json", "application/problem+json"}


def test_the_largest_page_is_stated(document: Document) -> None:
    parameters = operation(document, "get", ITEMS)["parameters"]
    [limit] = [each["schema"] for each in parameters if each["name"] == "limit"]

    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 100, 20)


def test_a_patch_may_be_a_merge_patch(document: Document) -> None:
    content = operation(document, "patch", ITEM)["requestBody"]["content"]

    assert set(content) == {"application/json", "application/merge-patch+json"}


@pytest.mark.accounts
def test_a_sign_in_needs_no_credentials_and_takes_no_key(document: Document) -> None:
    for name in ("register", "token", "refresh"):
        stated = document["paths"][f"/api/v1/auth/{name}"]["post"]
        assert not stated.get("security")
        assert "429" in stated["responses"]
        names = {parameter["name"].lower() for parameter in stated.get("parameters", [])}
        assert "idempotency-key" not in names


# By schemathesis: what is valid is taken, what is not is refused, and nothing fails


@pytest.mark.explored
def test_the_service_is_as_its_document_says(
    tmp_path: Path, base_url: str, credentials: list[str]
) -> None:
    check(tmp_path, base_url, credentials, examples=15)


@pytest.mark.full
def test_the_service_is_as_its_document_says_at_length(
    tmp_path: Path, base_url: str, credentials: list[str]
) -> None:
    check(tmp_path, base_url, credentials, examples=200)


def check(folder: Path, base_url: str, credentials: list[str], examples: int) -> None:
    """Without the sign-ins: ten of them a minute are all that one address has."""
    schemathesis = str(BIN / "schemathesis")
    command = [schemathesis, "--config-file", str(CONFIG), "run", f"{base_url}/openapi.json"]
    options = ["--max-examples", str(examples), "--seed", "1", "--no-color"]
    options += ["--exclude-path-regex", "/auth/(register|token|refresh|logout)$"]
    headers = [word for line in credentials for word in ("--header", line)]
    if credentials:  # it sends them also where it leaves them out; ignored_auth does not
        options += ["--exclude-checks", "missing_required_header"]

    done = subprocess.run(
        [*command, *options, *headers],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(CONFIG.parent)},  # where its hooks are
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )

    assert done.returncode == 0, done.stdout
