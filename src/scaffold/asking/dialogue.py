"""What the wizard says and hears, whatever kind of terminal it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Back(Exception):
    """The person wants to see the screen before."""


@dataclass(frozen=True)
class Option:
    value: str
    name: str
    gives: str = ""
    obstacle: str = ""  # why it cannot be chosen


@dataclass(frozen=True)
class Screen:
    heading: str
    place: str  # as 2/7, or nothing
    message: str
    note: str = ""  # why it is asked again
    below: str = ""
    has_back: bool = True
    keeps: bool = False  # leaving loses nothing
    is_long: bool = False  # of a list: to be narrowed by typing


class Terminal(Protocol):
    """Each method raises Back, and KeyboardInterrupt where the person leaves."""

    def one(self, screen: Screen, options: Sequence[Option], selected: str) -> str: ...

    def several(
        self, screen: Screen, options: Sequence[Option], selected: Sequence[str]
    ) -> list[str]: ...

    def text(self, screen: Screen, start: str) -> str: ...
