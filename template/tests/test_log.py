import json
import logging
import sys
from typing import Any

import pytest

from app.log import LENGTH, JsonLines, Text


class Mute:
    def __str__(self) -> str:
        raise RuntimeError("nothing to say")


def record(message: str, *args: object, **fields: object) -> logging.LogRecord:
    given = logging.LogRecord("app", logging.INFO, __file__, 1, message, args, None)
    given.__dict__["fields"] = fields
    return given


def line(given: logging.LogRecord) -> dict[str, Any]:
    """Raises when it is not one line of JSON."""
    [text] = JsonLines().format(given).splitlines()
    parsed: dict[str, Any] = json.loads(text, parse_constant=int)
    return parsed


def test_fields_stand_beside_the_event() -> None:
    told = line(record("%s came", "she", number=3))

    assert (told["event"], told["level"], told["number"]) == ("she came", "info", 3)


@pytest.mark.parametrize(
    "odd", [Mute(), {1, 2}, float("nan"), {Mute(): 1}, b"\xff", "two\nlines", "\ud800"]
)
def test_any_value_gives_a_line(odd: object) -> None:
    assert "odd" in line(record("event", odd=odd))


@pytest.mark.parametrize("args", [("too", "many"), (Mute(),)])
def test_a_message_that_cannot_be_filled_is_not_lost(args: tuple[object, ...]) -> None:
    assert "of %s" in line(record("of %s", *args))["event"]


def test_an_exception_is_part_of_its_line() -> None:
    given = record("broken")
    try:
        raise ValueError("a\nb")
    except ValueError:
        given.exc_info = sys.exc_info()

    assert line(given)["exception"].endswith("ValueError: a\nb")


def test_a_huge_event_keeps_both_ends() -> None:
    event = line(record("begin" + "x" * LENGTH + "end"))["event"]

    assert len(event) < LENGTH + 10
    assert (event[:5], event[-3:]) == ("begin", "end")


def test_text_on_a_terminal_stays_on_its_line() -> None:
    assert Text().format(record("request", client="a\nb\x1b[2J")).splitlines() == [
        r"INFO    request client='a\nb\x1b[2J'"
    ]
