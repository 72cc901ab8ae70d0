"""Where a router is included, it says what its routes need; the edge holds it."""

from fastapi import Depends, params

from app.auth.caller import Needs


class Mark(Needs):
    """A dependency that does nothing: glue.py reads it, then spares FastAPI the call."""

    async def __call__(self) -> None: ...


def requires(resource: str, *, strict: bool = False) -> params.Depends:
    """For `dependencies=`: the method says whether to read, to write or to delete. `strict`: an
    address has few tries, for routes where somebody may guess."""
    mark: params.Depends = Depends(Mark(resource, strict))
    return mark
