"""A view, or a blueprint where it is registered, says what it needs; the edge holds it."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint

from app.auth.caller import Needs

Guarded = TypeVar("Guarded", bound=Blueprint | Callable[..., Any])


def requires(resource: str, *, strict: bool = False) -> Callable[[Guarded], Guarded]:
    """The method says whether to read, to write or to delete. `strict`: an address has few tries,
    for routes where somebody may guess."""

    def mark(guarded: Guarded) -> Guarded:
        vars(guarded)["needs"] = Needs(resource, strict)
        return guarded

    return mark
