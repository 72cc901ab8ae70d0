"""Left out of what schemathesis makes up: what is refused by rules that no JSON Schema can state.

The corpus and the tests of lists have these cases, each with its answer.
"""

from typing import Any
from uuid import uuid4

import schemathesis


@schemathesis.hook
def filter_query(context: Any, query: dict[str, Any] | None) -> bool:
    """A cursor is one that the service has signed, and comes without `page`."""
    return not query or "cursor" not in query or (query["cursor"] == "" and "page" not in query)


@schemathesis.hook
def filter_body(context: Any, body: Any) -> bool:
    """To a schema 1.0 is an integer, and text may hold NUL or begin with a space."""
    values = body.values() if isinstance(body, dict) else []
    return not any(_is_between(value) for value in values)


def _is_between(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value or value != value.strip()
    return isinstance(value, float) and value.is_integer()


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Every parameter at once is refused, and so is a key that was used with another body."""
    if "page" in case.query:
        case.query.pop("cursor", None)
    if 0 < len(case.headers.get("Idempotency-Key", "")) < 256:
        case.headers["Idempotency-Key"] = str(uuid4())
