"""Who may come in. In the order of the contract: 429 by address, 401, 429 by caller, 403."""

from typing import Literal

from app.auth.caller import ANYBODY, PUBLIC, Authenticate, Caller
from app.edge.address import network_of
from app.edge.asgi import Head, Scope
from app.edge.rates import STRICT, Rate, Rates
from app.edge.routing import Route
from app.edge.store import Unit
from app.errors import Forbidden, RateLimited, Unauthenticated


class Admission:
    """`authenticate` None: nobody is asked who they are. A request's standing among its caller's
    others is left in `scope`, for the headers of its answer."""

    def __init__(self, rates: Rates, rate: Rate, authenticate: Authenticate | None) -> None:
        self.rates, self._rate, self._authenticate = rates, rate, authenticate

    async def by_address(self, scope: Scope, head: Head, route: Route) -> None:
        """Before any work. Who has to prove something pays by name, or here when they cannot."""
        rate = STRICT if route.strict else self._rate
        await self._count(scope, _address(head), rate, cost=0 if self._asks(route) else 1)

    async def caller(self, scope: Scope, head: Head, route: Route, unit: Unit) -> Caller:
        """Denied by default: also when a route has not said what it needs."""
        caller = ANYBODY
        if self._authenticate and self._asks(route):
            caller = await self._known(self._authenticate, scope, head, unit)
        if route.permission is None:
            raise Forbidden("This route declares no permission.")
        if caller is not ANYBODY:
            caller.needs(route.permission)
        return caller

    def _asks(self, route: Route) -> bool:
        return self._authenticate is not None and route.is_api and route.permission != PUBLIC

    async def _known(
        self, authenticate: Authenticate, scope: Scope, head: Head, unit: Unit
    ) -> Caller:
        try:
            caller = await authenticate(head, unit)
        except Unauthenticated:
            await self._count(scope, _address(head), self._rate)
            raise
        await self._count(scope, f"caller {caller.id}", self._rate)
        return caller

    async def _count(self, scope: Scope, key: str, rate: Rate, cost: Literal[0, 1] = 1) -> None:
        standing = scope["standing"] = await self.rates.hit(key, rate, cost)
        if standing.left < 0:
            raise RateLimited


def _address(head: Head) -> str:
    return f"address {network_of(head.client)}"
