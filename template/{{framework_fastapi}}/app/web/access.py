"""Where a router is included, it says what its routes need; the edge holds it."""

from fastapi import Depends, params

from app.auth.caller import KNOWN, PUBLIC, permission


class Needs:
    """A mark on routes: FastAPI calls it and nothing happens."""

    def __init__(self, resource: str, *, strict: bool) -> None:
        self.resource, self.strict = resource, strict

    async def __call__(self) -> None: ...

    def permission(self, method: str) -> str:
        """PUBLIC and KNOWN are the same for every method."""
        if self.resource in (PUBLIC, KNOWN):
            return self.resource
        return permission(self.resource, method)


def requires(resource: str, *, strict: bool = False) -> params.Depends:
    """For `dependencies=`: the method says whether to read, to write or to delete. `strict`: an
    address has few tries, for routes where somebody may guess."""
    mark: params.Depends = Depends(Needs(resource, strict=strict))
    return mark
