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

    def find(self, method: str, path: str) -> tuple[Route, str]:
        """The route, and what Allow says of its path. Raises NotFound, whatever the method, and
        MethodNotAllowed; HEAD goes where GET does, OPTIONS wherever a path is."""
        found = [route for route in self._routes if route.pattern.fullmatch(path)]
        if not found or "//" in path:
            raise NotFound
        allow = _allow({route.method for route in found})
        served = "GET" if method == "HEAD" else method
        for route in found:
            if served in (route.method, "OPTIONS") or not route.method:
                return route, allow
        raise MethodNotAllowed(headers={"allow": allow})

    def template(self, path: str) -> str:
        """For logs: few words, whatever strangers ask for."""
        matching = (route.template for route in self._routes if route.pattern.fullmatch(path))
        return next(matching, "unmatched")


def _allow(methods: set[str]) -> str:
    implied = {"OPTIONS", *(["HEAD"] if "GET" in methods else [])}
    return ", ".join(sorted((methods | implied) - {""}))
