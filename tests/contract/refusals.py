"""Every refusal of the contract by name, and the one shape that all have."""

import httpx2

MALFORMED = 400, "malformed_request"
UNAUTHENTICATED = 401, "unauthenticated"
FORBIDDEN = 403, "forbidden"
NOT_FOUND = 404, "not_found"
METHOD = 405, "method_not_allowed"
CONFLICT = 409, "conflict"
IN_PROGRESS = 409, "idempotency_in_progress"
MISMATCH = 412, "version_mismatch"
TOO_LARGE = 413, "payload_too_large"
MEDIA_TYPE = 415, "unsupported_media_type"
INVALID = 422, "validation_failed"
REUSED = 422, "idempotency_key_reused"
PRECONDITION = 428, "precondition_required"
LIMITED = 429, "rate_limited"
UNAVAILABLE = 503, "unavailable"
OVERLOADED = 503, "overloaded"

Refusal = tuple[int, str]


def assert_refused(answer: httpx2.Response, refusal: Refusal) -> None:
    assert answer.headers.get("Content-Type") == "application/json", answer.text
    body = answer.json()
    assert (answer.status_code, body["error"]["code"]) == refusal, answer.text
    assert body.keys() == {"success", "error"}
    assert body["success"] is False
    assert_explained(body["error"], answer)


def assert_problem(answer: httpx2.Response, refusal: Refusal) -> None:
    assert answer.headers.get("Content-Type") == "application/problem+json", answer.text
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == refusal, answer.text
    assert problem["status"] == answer.status_code
    assert problem.get("type", "about:blank")
    shared = problem.keys() & {"code", "hint", "request_id", "details"}
    error = {key: problem[key] for key in shared}
    assert problem["title"]
    assert_explained(error | {"message": problem["detail"]}, answer)


def assert_explained(error: dict[str, object], answer: httpx2.Response) -> None:
    details = {"details"} if answer.status_code == 422 else set()
    assert error.keys() == {"code", "message", "hint", "request_id"} | details
    assert error["message"]
    assert error["hint"]
    assert error["request_id"] == answer.headers["X-Request-ID"]
    assert details <= {"details"}
    for detail in error.get("details", ()):  # type: ignore[attr-defined]
        assert detail.keys() == {"field", "code", "message"}
        assert all(isinstance(value, str) and value for value in detail.values())
