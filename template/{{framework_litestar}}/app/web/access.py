"""Where a router is made, it says what its routes need; the edge holds it."""

from typing import Any

from app.auth.caller import Needs


def requires(resource: str, *, strict: bool = False) -> dict[str, Any]:
    """For `opt=`: the method says whether to read, to write or to delete. `strict`: an address has
    few tries, for routes where somebody may guess."""
    return {"needs": Needs(resource, strict)}
