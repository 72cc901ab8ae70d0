"""ETag is the row's version. If-Match is read at once and judged once the row is known."""

import re
from dataclasses import dataclass
from typing import Protocol

from app.errors import MalformedRequest, PreconditionRequired, VersionMismatch

_TAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
_TAGS = re.compile(rf"\*|{_TAG}(?:\s*,\s*{_TAG})*")


class Versioned(Protocol):
    @property
    def version(self) -> int: ...


def etag(row: Versioned) -> str:
    return f'"{row.version}"'


@dataclass(frozen=True)
class Precondition:
    """None: the client sent nothing. Judged late, since 404 comes before 428 and 412."""

    tags: frozenset[str] | None

    @classmethod
    def read(cls, if_match: str | None) -> "Precondition":
        if if_match is None:
            return cls(None)
        if not _TAGS.fullmatch(if_match.strip()):
            raise MalformedRequest("If-Match is neither * nor a list of entity tags.")
        return cls(_tags(if_match))

    def check(self, row: Versioned) -> None:
        if self.tags is None:
            raise PreconditionRequired
        if not {"*", etag(row)} & self.tags:
            raise VersionMismatch


def matches(if_none_match: str | None, tag: str) -> bool:
    """Weak comparison (RFC 9110, section 13.1.2)."""
    tags = {each.removeprefix("W/") for each in _tags(if_none_match or "")}
    return bool({"*", tag} & tags)


def _tags(header: str) -> frozenset[str]:
    return frozenset(re.findall(rf"\*|{_TAG}", header))
