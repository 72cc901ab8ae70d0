"""One question after the other as lines of text: for screen readers, and for terminals that cannot
move the cursor. Numbered choices, one line of input each."""

import sys
from collections.abc import Sequence

from scaffold.asking.dialogue import Back, Option, Screen

BACK = "b"


class Lines:
    def one(self, screen: Screen, options: Sequence[Option], selected: str) -> str:
        _show(screen, options)
        default = next(place for place, each in enumerate(options, 1) if each.value == selected)
        while True:
            word = _read(screen, f"Number [{default}]") or str(default)
            try:
                return _chosen(word, options)
            except ValueError as error:
                _say(str(error))

    def several(
        self, screen: Screen, options: Sequence[Option], selected: Sequence[str]
    ) -> list[str]:
        _show(screen, options)
        places = [str(place) for place, each in enumerate(options, 1) if each.value in selected]
        default = ",".join(places) or "0"
        while True:
            words = (_read(screen, f"Numbers as 1,2, or 0 for none [{default}]") or default).split(
                ","
            )
            try:
                chosen = [] if words == ["0"] else [_chosen(word, options) for word in words]
            except ValueError as error:
                _say(str(error))
            else:
                return [each.value for each in options if each.value in chosen]

    def text(self, screen: Screen, start: str) -> str:
        _show(screen, [])
        return _read(screen, f"Text [{start}]" if start else "Text") or start


def _show(screen: Screen, options: Sequence[Option]) -> None:
    place = f", {screen.place.replace('/', ' of ')}" if screen.place else ""
    _say(f"\n{screen.heading.replace(' · ', ' - ')}{place}")
    if screen.note:
        _say(f"Again: {screen.note}")
    _say(f"{screen.message}?")
    for number, option in enumerate(options, 1):
        said = f"not possible: {option.obstacle}" if option.obstacle else option.gives
        _say(f"  {number}. {option.name}{': ' * bool(said)}{said}")
    if screen.below:
        _say(f"The same as one command:\n{screen.below}")


def _read(screen: Screen, what: str) -> str:
    """A line of input. Its end, as ctrl-d gives it, is a way to leave."""
    way_back = f", {BACK} for back" if screen.has_back else ""
    print(f"{what}{way_back}: ", end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    word = line.strip()
    if word == BACK and screen.has_back:
        raise Back
    return word


def _chosen(word: str, options: Sequence[Option]) -> str:
    """Raises ValueError for what is no number of a choice that is possible."""
    numbers = {str(number): option for number, option in enumerate(options, 1)}
    if word.strip() not in numbers:
        raise ValueError(f"{word.strip()} is no number from 1 to {len(options)}")
    option = numbers[word.strip()]
    if option.obstacle:
        raise ValueError(f"{option.name} is not possible: {option.obstacle}")
    return option.value


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
