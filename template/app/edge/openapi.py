"""What the edge adds to every answer, it adds to the framework's OpenAPI document."""

import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from app.auth.caller import KNOWN, PUBLIC, Needs
from app.edge.accept import JSON, PROBLEM
from app.edge.envelope import ErrorEnvelope, Problem
from app.edge.routing import Route
from app.edge.strict import MERGE_PATCH
from app.errors import (
    AppError,
    Conflict,
    Forbidden,
    MalformedRequest,
    NotAcceptable,
    NotFound,
    PayloadTooLarge,
    PreconditionRequired,
    RateLimited,
    RequestTimeout,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
    ValidationFailed,
    VersionMismatch,
)

Node = dict[str, Any]
Operation = tuple[str, str]  # path template, method in upper case
Served = tuple[re.Pattern[str], Operation]
TEXT = {"type": "string"}
HEADERS = {
    "X-Request-ID": {"description": "Also in every log line.", "schema": TEXT},
    "RateLimit": {"description": "What is left, and for how long.", "schema": TEXT},
    "RateLimit-Policy": {"description": "Requests, and their seconds.", "schema": TEXT},
}
REPLAYED = {"description": "The answer was kept from before.", "schema": {"const": "true"}}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A retry with the same key and body is answered as the first was, for 24 h.",
    "schema": {**TEXT, "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}
TAGS = {**TEXT, "pattern": r'^(\*|(W/)?"[!#-~]*"(\s*,\s*(W/)?"[!#-~]*")*)$'}
ALWAYS: list[type[AppError]] = [
    MalformedRequest,
    NotAcceptable,
    RateLimited,
    AppError,
    Unavailable,
]
WITH_BODY: list[type[AppError]] = [
    RequestTimeout,
    Conflict,
    PayloadTooLarge,
    UnsupportedMediaType,
    ValidationFailed,
]
WITH_PRECONDITION: list[type[AppError]] = [VersionMismatch, PreconditionRequired]
IF_NONE_MATCH = {"name": "If-None-Match", "in": "header", "required": False, "schema": TEXT}


def describe(document: Node, needs: Mapping[Operation, Needs], schemes: Node) -> Node:
    """Changes the document in place and returns it. `schemes`: how callers prove who they are."""
    for path, method, operation in _operations(document):
        declared = needs.get((path, method.upper()))
        permission = declared.permission(method.upper()) if declared else None
        _security(operation, permission, schemes)
        parameters = operation.setdefault("parameters", [])
        operation["summary"] = operation["operationId"].replace("_", " ").capitalize()
        _preconditions(operation, method, parameters)
        _merge_patch(operation, method)
        _keys(operation, method, permission, parameters)
        _refusals(operation, path, parameters)
        for status, response in operation["responses"].items():
            _successes(status, response)
    _components(document, schemes)
    return document


def routes(
    document: Node, needs: Mapping[Operation, Needs], served: Iterable[Served]
) -> Iterator[Route]:
    """What the framework serves, with what the document and the routes themselves say of it."""
    known, keyed = _queries(document), _creating(document)
    for pattern, operation in served:
        template, method = operation
        declared = needs.get(operation)
        yield Route(
            template,
            pattern,
            method,
            queries=known.get(operation),
            permission=declared.permission(method) if declared else None,
            creates=operation in keyed,
            strict=declared is not None and declared.strict,
        )


def _creating(document: Node) -> frozenset[Operation]:
    """The operations that take an Idempotency-Key."""
    return frozenset(
        (path, method.upper())
        for path, method, operation in _operations(document)
        if KEY in operation["parameters"]
    )


def _queries(document: Node) -> dict[Operation, frozenset[str]]:
    """The query parameters that each declares: what is documented is accepted."""
    return {
        (path, method.upper()): frozenset(
            parameter["name"]
            for parameter in operation.get("parameters", [])
            if parameter["in"] == "query"
        )
        for path, method, operation in _operations(document)
    }


def _operations(document: Node) -> Iterator[tuple[str, str, Node]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if path.startswith("/api/"):
                yield path, method, operation


def _security(operation: Node, permission: str | None, schemes: Node) -> None:
    if schemes and permission != PUBLIC:
        operation["security"] = [{scheme: [permission] if permission else []} for scheme in schemes]


def _preconditions(operation: Node, method: str, parameters: list[Node]) -> None:
    for parameter in parameters:
        if parameter["name"].lower() == "if-match":  # optional in code: 404 comes before 428
            parameter |= {"name": "If-Match", "required": True, "schema": TAGS}
    tag = operation["responses"].get("200", {}).get("headers", {}).get("ETag")
    if method == "get" and tag:
        parameters.append(IF_NONE_MATCH)
        operation["responses"]["304"] = {"headers": {"ETag": tag}}


def _merge_patch(operation: Node, method: str) -> None:
    if method == "patch" and "requestBody" in operation:
        content = operation["requestBody"]["content"]
        content[MERGE_PATCH] = content[JSON]


def _keys(operation: Node, method: str, permission: str | None, parameters: list[Node]) -> None:
    """Not for sign-ins: a kept answer would hold live tokens."""
    if method == "post" and "201" in operation["responses"] and permission not in (PUBLIC, KNOWN):
        parameters.append(KEY)
        operation["responses"]["201"].setdefault("headers", {})["Idempotency-Replayed"] = REPLAYED


def _refusals(operation: Node, path: str, parameters: list[Node]) -> None:
    errors = list(ALWAYS)
    if "security" in operation:
        errors += [Unauthenticated, Forbidden]
    if "requestBody" in operation:
        errors += WITH_BODY
    if any(parameter["in"] == "query" for parameter in parameters):
        errors.append(ValidationFailed)
    if "{" in path:
        errors.append(NotFound)
    if any(parameter["name"].lower() == "if-match" for parameter in parameters):
        errors += WITH_PRECONDITION
    responses = operation["responses"]
    if str(Unauthenticated.status) in responses:  # of a sign-in: it says so itself
        errors.append(Unauthenticated)
    responses.pop(str(ValidationFailed.status), None)  # the framework's own, of another shape
    for error in errors:
        responses[str(error.status)] = {"$ref": f"#/components/responses/{error.__name__}"}


def _successes(status: str, response: Node) -> None:
    if "$ref" not in response:
        response["description"] = HTTPStatus(int(status)).phrase
        response["headers"] = response.get("headers", {}) | HEADERS


def _components(document: Node, schemes: Node) -> None:
    components = document.setdefault("components", {})
    if schemes:
        components["securitySchemes"] = schemes
    schemas = components.setdefault("schemas", {})
    for framework in ("HTTPValidationError", "ValidationError"):
        schemas.pop(framework, None)
    for model in (ErrorEnvelope, Problem):
        own = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= own.pop("$defs") | {model.__name__: own}
    errors: set[type[AppError]] = {*ALWAYS, *WITH_BODY, *WITH_PRECONDITION, NotFound}
    errors |= {Unauthenticated, Forbidden} if schemes else set()
    ordered = sorted(errors, key=lambda error: (error.status, error.code))
    components["responses"] = {error.__name__: _refusal(error) for error in ordered}


def _refusal(error: type[AppError]) -> Node:
    headers = dict(HEADERS)
    if error.status in (RateLimited.status, Unavailable.status):
        headers["Retry-After"] = {"description": "Seconds.", "schema": TEXT}
    if error is Unauthenticated:
        headers["WWW-Authenticate"] = {"description": "How to prove it.", "schema": TEXT}
    return {
        "description": error.hint,
        "headers": headers,
        "content": {
            JSON: {"schema": {"$ref": "#/components/schemas/ErrorEnvelope"}},
            PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}},
        },
    }
