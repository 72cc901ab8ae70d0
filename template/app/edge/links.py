"""The Link header of a list (RFC 8288): where to go on, and back."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

from app.edge.paging import CursorMeta, PageMeta

Target = tuple[str, tuple[str, int | str]]  # the relation, the parameter that leads there

LISTED: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            "Link": {
                "description": "`first`, `prev` and `next`, as far as there are such pages.",
                "schema": {"type": "string"},
            }
        }
    }
}


def links(path: str, query: str, meta: PageMeta | CursorMeta) -> str:
    """Every other parameter of the query stays."""
    given = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in given if name not in ("page", "cursor")]
    return ", ".join(
        f'<{path}?{urlencode([*kept, target])}>; rel="{relation}"'
        for relation, target in _targets(meta)
    )


def _targets(meta: PageMeta | CursorMeta) -> Iterator[Target]:
    if isinstance(meta, CursorMeta):
        yield "first", ("cursor", "")
        if meta.next_cursor is not None:
            yield "next", ("cursor", meta.next_cursor)
        return
    yield "first", ("page", 1)
    if meta.page > 1:
        yield "prev", ("page", meta.page - 1)
    if meta.page * meta.limit < meta.total:
        yield "next", ("page", meta.page + 1)
