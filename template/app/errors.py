"""Errors raised on purpose. Each knows its status, its code and how a caller recovers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Detail:
    """What is wrong with one field of a body or a query; never holds what was sent."""

    field: str
    code: str
    message: str


class AppError(Exception):
    """Also the answer to every exception that nobody expected: nothing of it reaches the client."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    hint: ClassVar[str] = "Try again later; if it persists, report the request id."

    def __init__(
        self,
        message: str = "",
        *,
        details: Sequence[Detail] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message or self.code.replace("_", " ").capitalize() + ".")
        self.message = str(self)
        self.details = details
        self.headers = dict(headers or {})


class MalformedRequest(AppError):
    status, code = 400, "malformed_request"
    hint = "Send well-formed JSON in UTF-8, and only the parameters that /docs names."


class Unauthenticated(AppError):
    status, code = 401, "unauthenticated"
    hint = "Send valid credentials."


class Forbidden(AppError):
    status, code = 403, "forbidden"
    hint = "Ask for the permission that is missing."


class NotFound(AppError):
    status, code = 404, "not_found"
    hint = "Check the path and the id."


class MethodNotAllowed(AppError):
    status, code = 405, "method_not_allowed"
    hint = "Use a method that Allow names."


class NotAcceptable(AppError):
    status, code = 406, "not_acceptable"
    hint = "Accept application/json."


class RequestTimeout(AppError):
    status, code = 408, "request_timeout"
    hint = "Send the body without pauses."


class Conflict(AppError):
    status, code = 409, "conflict"
    hint = "Choose another value for the field that must be unique."


class IdempotencyInProgress(AppError):
    status, code = 409, "idempotency_in_progress"
    hint = "Wait for the first request with this key, then retry."


class VersionMismatch(AppError):
    status, code = 412, "version_mismatch"
    hint = "Read it again, then retry with its new ETag."


class PayloadTooLarge(AppError):
    status, code = 413, "payload_too_large"
    hint = "Send a smaller body."


class UnsupportedMediaType(AppError):
    status, code = 415, "unsupported_media_type"
    hint = "Send application/json in UTF-8, without a Content-Encoding."


class ValidationFailed(AppError):
    status, code = 422, "validation_failed"
    hint = "Correct the fields that details name."


class IdempotencyKeyReused(AppError):
    status, code = 422, "idempotency_key_reused"
    hint = "Take a new Idempotency-Key for another request."


class PreconditionRequired(AppError):
    status, code = 428, "precondition_required"
    hint = "Send If-Match with the ETag that you read."


class RateLimited(AppError):
    status, code = 429, "rate_limited"
    hint = "Try again after Retry-After seconds."


class Unavailable(AppError):
    status, code = 503, "unavailable"
    hint = "Try again after Retry-After seconds."


class Overloaded(AppError):
    status, code = 503, "overloaded"
    hint = "Try again after Retry-After seconds."


class DeadlinePassed(AppError):
    """Nothing of the request was written."""

    status, code = 503, "timeout"
    hint = "Try again after Retry-After seconds."
