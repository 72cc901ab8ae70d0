"""Which paths and methods the framework serves. The edge refuses the others before any work."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.edge.store import Answer
from app.errors import MethodNotAllowed, NotFound


@dataclass(frozen=True)
class Route:
    """`method` empty: what is mounted there judges for itself. `queries` None: any name goes.
    `permission` None: none was declared. `creates`: a POST that takes an Idempotency-Key.
    `strict`: whoever guesses here has few tries. `answer`: always this, from the edge itself."""

    template: str
    pattern: re.Pattern[str]
    method: str
    queries: frozenset[str] | None = None
    permission: str | None = None
    creates: bool = False
    strict: bool = False
    answer: Answer | None = None

    @property
    def is_api(self) -> bool:
        return self.template.startswith("/api/")


class Routes:
    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = list(routes)

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def find(self, method: str, path: str) -> Route:
        """Raises NotFound, whatever the method, and MethodNotAllowed; HEAD goes where GET does,
        OPTIONS wherever a path is."""
        found = self._at(path)
        if not found or "//" in path:
            raise NotFound
        served = "GET" if method == "HEAD" else method
        for route in found:
            if served in (route.method, "OPTIONS") or not route.method:
                return route
        raise MethodNotAllowed(headers={"allow": self.allow(path)})

    def allow(self, path: str) -> str:
        """The methods that a path takes, for the header of that name."""
        methods = {route.method for route in self._at(path)}
        implied = {"OPTIONS", *(["HEAD"] if "GET" in methods else [])}
        return ", ".join(sorted((methods | implied) - {""}))

    def template(self, path: str) -> str:
        """For logs: few words, whatever strangers ask for."""
        return next((route.template for route in self._at(path)), "unmatched")

    def _at(self, path: str) -> list[Route]:
        return [route for route in self._routes if route.pattern.fullmatch(path)]
