"""The headers that every answer has, and what other origins may read (CORS)."""

from app.edge.asgi import Head, request_id
from app.edge.etag import matches
from app.edge.rates import Standing
from app.edge.store import Answer
from app.settings import Settings

SECURITY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
TRANSPORT = {"strict-transport-security": "max-age=63072000; includeSubDomains"}
OURS = {"content-length", "server", "date", "x-request-id", "set-cookie"}
EXPOSED = (
    "ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, "
    "X-Request-ID"
)
ALLOWED = "Accept, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-ID"


def finished(
    answer: Answer, head: Head, settings: Settings, standing: Standing | None = None
) -> Answer:
    """What a route sets itself (Cache-Control, a policy of its own) stays."""
    answer = _not_modified(answer, head)
    headers = SECURITY | (TRANSPORT if settings.environment == "production" else {})
    headers |= standing.headers() if standing else {}
    headers |= {name: value for name, value in answer.headers if name not in OURS}
    headers |= _cors(answer, head, settings.cors_origins) | {"x-request-id": request_id.get()}
    if answer.status in (204, 304):
        headers.pop("content-type", None)
    else:
        headers["content-length"] = str(len(answer.body))
    cookies = [(name, value) for name, value in answer.headers if name == "set-cookie"]
    body = b"" if head.method == "HEAD" else answer.body
    return Answer(answer.status, [*headers.items(), *cookies], body)


def _not_modified(answer: Answer, head: Head) -> Answer:
    tag = dict(answer.headers).get("etag")
    if tag is None or answer.status != 200 or head.method not in ("GET", "HEAD"):
        return answer
    known = matches(head.headers.get("if-none-match"), tag)
    return Answer(304, [("etag", tag)]) if known else answer


def _cors(answer: Answer, head: Head, origins: frozenset[str]) -> dict[str, str]:
    """Closed unless a setting names the origin. Never credentials: no cookie of ours exists."""
    if not origins:
        return {}
    origin = head.headers.get("origin", "")
    if origin not in origins and "*" not in origins:
        return {"vary": "Origin"}
    headers = {"access-control-allow-origin": origin or "*", "vary": "Origin"}
    headers["access-control-expose-headers"] = EXPOSED
    if answer.status == 204 and head.method == "OPTIONS":  # a preflight, or as good as one
        headers["access-control-allow-methods"] = dict(answer.headers)["allow"]
        headers["access-control-allow-headers"] = ALLOWED
        headers["access-control-max-age"] = "600"
    return headers
