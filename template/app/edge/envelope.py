"""The body of every answer: as types, which the framework documents, and as bytes, for refusals."""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from app.edge.accept import JSON, PROBLEM
from app.edge.asgi import request_id
from app.edge.store import Answer, Store
from app.errors import (
    AppError,
    Conflict,
    DeadlinePassed,
    Detail,
    MalformedRequest,
    NotFound,
    Unavailable,
    ValidationFailed,
)
from app.log import log

Data = TypeVar("Data")
DETAILS = 20  # in an answer: each field of a large body may be wrong


class Envelope(BaseModel, Generic[Data]):
    success: Literal[True] = True
    data: Data


class ErrorBody(BaseModel):
    code: str
    message: str
    hint: str
    request_id: str
    details: list[Detail] | None = None


class ErrorEnvelope(BaseModel):
    success: Literal[False] = False
    error: ErrorBody


class Problem(BaseModel):
    """The same error as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str
    request_id: str
    details: list[Detail] | None = None


def failure(error: AppError, *, problem: bool = False) -> Answer:
    body = _problem(error) if problem else _envelope(error)
    headers = {"content-type": PROBLEM if problem else JSON, **error.headers}
    if error.status == 503:
        headers.setdefault("retry-after", "1")
    return Answer(
        error.status, list(headers.items()), body.model_dump_json(exclude_none=True).encode()
    )


def _envelope(error: AppError) -> ErrorEnvelope:
    return ErrorEnvelope(
        error=ErrorBody(
            code=error.code,
            message=error.message,
            hint=error.hint,
            request_id=request_id.get(),
            details=_details(error),
        )
    )


def _problem(error: AppError) -> Problem:
    return Problem(
        type="about:blank",
        title=HTTPStatus(error.status).phrase,
        status=error.status,
        detail=error.message,
        code=error.code,
        hint=error.hint,
        request_id=request_id.get(),
        details=_details(error),
    )


def _details(error: AppError) -> list[Detail] | None:
    return list(error.details[:DETAILS]) if error.status == 422 else None


def success(data: Any) -> Answer:
    body = json.dumps({"success": True, "data": data}, separators=(",", ":")).encode()
    return Answer(200, [("content-type", JSON)], body)


def of_status(status: int, headers: Mapping[str, str]) -> AppError:
    """A framework's own error in the words of the contract; what it has no words for is a bug."""
    for error in AppError.__subclasses__():
        if error.status == status:
            return error(headers=headers)
    return AppError()


def refused(errors: Iterable[Mapping[str, Any]]) -> AppError:
    """What pydantic found; `loc` begins with body, query, path or header. Input is not echoed."""
    found = list(errors)
    for error in found:
        where, kind = error["loc"][0], error["type"]
        if where == "path":
            return NotFound()
        if where == "query" and kind == "extra_forbidden":
            return MalformedRequest("A query parameter is unknown.")
        if where == "body" and kind == "missing" and len(error["loc"]) == 1:
            return MalformedRequest("The body is missing.")
    return ValidationFailed(details=[_detail(error) for error in found])


def _detail(error: Mapping[str, Any]) -> Detail:
    path, kind, message = [str(part) for part in error["loc"][1:]], error["type"], error["msg"]
    if kind == "extra_forbidden":
        path[-1:] = ["*"]  # the client's own word
    if kind.endswith("_parsing"):
        message = message.partition(",")[0]  # "…, invalid character: found `z` at 1"
    return Detail(".".join(path) or "*", kind, message)


def explain(error: BaseException, store: Store) -> AppError:
    """Any exception as an error of the contract; one that nobody expected is logged: a 500."""
    if isinstance(error, AppError):
        return error
    state = store.sqlstate(error) or ""
    if state == "23505":
        return Conflict("A value that must be unique is taken.")
    if state in ("57014", "55P03"):  # statement or lock timeout
        return DeadlinePassed()
    if state[:2] in ("08", "25", "40", "53", "57"):
        log.warning("the database is away", exc_info=error)
        return Unavailable("The database is away.")
    if state[:2] in ("22", "23"):
        return ValidationFailed("The database refuses a value.")
    log.error("nobody expected this", exc_info=error)
    return AppError()
