"""What a client takes, and what it prefers (RFC 9110, section 12.5.1)."""

from functools import lru_cache

from app.errors import NotAcceptable

JSON, PROBLEM = "application/json", "application/problem+json"
_JSON = ("*/*", "application/*", JSON)  # in rising precedence
_PROBLEM = (PROBLEM,)  # only who names it wants it


def check_acceptable(accept: str | None) -> None:
    """Successes are application/json; who only names problem+json takes them all the same."""
    if accept and not (_quality(accept, _JSON) or _quality(accept, _PROBLEM)):
        raise NotAcceptable


def prefers_problem(accept: str | None) -> bool:
    return bool(accept) and _quality(accept or "", _PROBLEM) > _quality(accept or "", _JSON)


@lru_cache(maxsize=256)
def _quality(accept: str, ranges: tuple[str, ...]) -> float:
    """0 to 1, by the most specific range that matches; 0 when none does."""
    best = (-1, 0.0)
    for part in accept.lower().split(","):
        name, *options = (piece.strip() for piece in part.split(";"))
        if name in ranges:
            best = max(best, (ranges.index(name), _weight(options)))
    return best[1]


def _weight(options: list[str]) -> float:
    for option in options:
        name, _, value = option.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
