"""Is it well-formed? Asked once, before any framework parses: malformed is 400, not 422.

Parsers disagree: json.loads takes NaN, a BOM and lone surrogates; all take the last of equal keys.
"""

import json
import math
from typing import Any, Never
from urllib.parse import parse_qsl

from app.edge.accept import JSON
from app.edge.asgi import Head
from app.errors import MalformedRequest, UnsupportedMediaType

DEPTH = 64
MERGE_PATCH = "application/merge-patch+json"


def check_query(query: bytes, known: frozenset[str] | None) -> None:
    if not query:
        return
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        raise MalformedRequest("The query is not well-formed.") from None
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise MalformedRequest("A query parameter is repeated.")
    if known is not None and not known.issuperset(names):
        raise MalformedRequest("A query parameter is unknown.")


def check_body(head: Head, body: bytes) -> None:
    if not body:
        return  # a route that needs one says so itself
    if not _is_json(head):
        raise UnsupportedMediaType
    try:
        _check_json(body.decode())
    except (ValueError, RecursionError):
        raise MalformedRequest("The body is not well-formed JSON.") from None


def _is_json(head: Head) -> bool:
    media, *options = head.headers.get("content-type", "").lower().split(";")
    known = (JSON, MERGE_PATCH) if head.method == "PATCH" else (JSON,)
    parameters = [option.partition("=") for option in options]
    charsets = {value.strip(' "') for name, _, value in parameters if name.strip() == "charset"}
    return (
        media.strip() in known and charsets <= {"utf-8"} and "content-encoding" not in head.headers
    )


def _check_json(text: str) -> None:
    """Raises ValueError or RecursionError."""
    value = _DECODER.decode(text)
    if "\\u" in text:  # only an escape can make a lone surrogate
        json.dumps(value, ensure_ascii=False).encode()
    if text.count("[") + text.count("{") > DEPTH and _is_deeper(value, DEPTH):
        raise ValueError("nested too deep")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) != len(pairs):
        raise ValueError("a repeated key")
    return found


def _constant(name: str) -> Never:
    raise ValueError(name)


def _float(digits: str) -> float:
    if math.isinf(value := float(digits)):
        raise ValueError("no double holds it")
    return value


def _int(digits: str) -> int:
    _float(digits)
    return int(digits)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int
)


def _is_deeper(value: Any, depth: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return depth == 0 or any(_is_deeper(each, depth - 1) for each in inner)
