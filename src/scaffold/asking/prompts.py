"""One screen at a time on a terminal that can move its cursor, with questionary.

Each screen takes the place of the one before. Prompts go to the terminal behind stderr, so stdout
stays free for data.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import questionary
from prompt_toolkit.application import Application
from prompt_toolkit.filters import Always, Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples, to_formatted_text
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings
from prompt_toolkit.layout import (
    ConditionalContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    VerticalAlign,
    Window,
)
from prompt_toolkit.output import create_output
from questionary.prompts.common import InquirerControl

from scaffold.asking.canvas import Resizing, columns, is_roomy
from scaffold.asking.dialogue import Back, Option, Screen
from scaffold.folding import folded
from scaffold.glyphs import POINTER

BACK = object()
ESCAPE_SECONDS = 0.1  # for the rest of an arrow key to arrive; less, and it is the key `esc`

STYLE = questionary.Style(
    [
        ("qmark", "fg:ansicyan bold"),
        ("question", "bold"),
        ("answer", ""),
        ("pointer", "fg:ansicyan bold"),
        ("highlighted", "bold"),
        ("selected", "bold"),
        ("note", "fg:ansiyellow bold"),
        ("heading", "bold"),
    ]
)


class Prompts:
    def one(self, screen: Screen, options: Sequence[Option], selected: str) -> str:
        question = questionary.select(
            screen.message,
            choices=_choices(options),
            default=selected,
            instruction=" ",  # ours are in the footer
            **_settings(screen),
        )
        return str(_ask(question, screen, {"↑↓": "move", "enter": "choose"}))

    def several(
        self, screen: Screen, options: Sequence[Option], selected: Sequence[str]
    ) -> list[str]:
        question = questionary.checkbox(
            screen.message,
            choices=_choices(options, selected),
            instruction="",
            **_settings(screen),
        )
        return [*_ask(question, screen, {"↑↓": "move", "space": "pick", "enter": "go on"})]

    def text(self, screen: Screen, start: str) -> str:
        output = create_output(stdout=sys.stderr)
        question = questionary.text(
            screen.message, default=start, qmark="?", style=STYLE, output=output
        )
        return str(_ask(question, screen, {"enter": "go on"}))


def _choices(options: Sequence[Option], selected: Sequence[str] = ()) -> list[questionary.Choice]:
    width = max(len(option.name) for option in options)
    choices = []
    for option in options:
        shown = option.name if option.obstacle else f"{option.name:<{width}}  {option.gives}"
        checked = option.value in selected
        choices.append(
            questionary.Choice(shown.rstrip(), option.value, option.obstacle or None, checked)
        )
    return choices


def _settings(screen: Screen) -> dict[str, Any]:
    return {
        "qmark": "?",
        "pointer": POINTER,
        "style": STYLE,
        "use_search_filter": screen.is_long,
        "use_jk_keys": not screen.is_long,
        "output": create_output(stdout=sys.stderr),
    }


def _ask(question: questionary.Question, screen: Screen, keys: Mapping[str, str]) -> Any:
    application = question.application
    _frame(application, screen, keys)
    if screen.has_back:
        application.key_bindings = merge_key_bindings(
            [application.key_bindings or KeyBindings(), _back()]
        )
    application.ttimeoutlen = ESCAPE_SECONDS
    application.erase_when_done = True
    application.before_render += Resizing()
    try:
        answer = question.unsafe_ask()
    except EOFError as error:  # ctrl-d
        raise KeyboardInterrupt from error
    if answer is BACK:
        raise Back
    return answer


def _back() -> KeyBindings:
    bindings = KeyBindings()

    @bindings.add("escape", eager=True)
    def back(event: KeyPressEvent) -> None:
        event.app.exit(result=BACK)

    return bindings


def _frame(application: "Application[Any]", screen: Screen, keys: Mapping[str, str]) -> None:
    """Heading and place above the question, the keys below it."""
    inner = application.layout
    for window in inner.find_all_windows():
        window.dont_extend_height = Always()
        if isinstance(window.content, InquirerControl):
            _mend(window.content)
    parts = [
        _window(lambda: _heading(screen)),
        *[_window(lambda: [("class:note", f"! {screen.note}")])] * bool(screen.note),
        inner.container,
        ConditionalContainer(
            _window(lambda: [("", f"\n  {screen.below}")]),
            Condition(lambda: bool(screen.below) and is_roomy()),
        ),
        _window(lambda: _footer(screen, keys)),
    ]
    application.layout = Layout(HSplit(parts, align=VerticalAlign.TOP), inner.current_window)


def _window(text: Callable[[], StyleAndTextTuples]) -> Window:
    def shown() -> StyleAndTextTuples:
        return folded(text(), columns(), indent=2)

    return Window(FormattedTextControl(shown), dont_extend_height=True, wrap_lines=True)


def _heading(screen: Screen) -> StyleAndTextTuples:
    gap = columns() - len(screen.heading) - len(screen.place) - 1
    return [("class:heading", f"{screen.heading}{' ' * max(gap, 2)}{screen.place}")]


def _footer(screen: Screen, keys: Mapping[str, str]) -> StyleAndTextTuples:
    """The keys; where there is little space, without what they do."""
    more = ["type to filter"] * screen.is_long + ["esc back"] * screen.has_back
    if not is_roomy():
        return [("class:instruction", " · ".join([" ".join(keys), *more, "ctrl-c leave"]))]
    told = [f"{key} {does}" for key, does in keys.items()]
    leave = "ctrl-c leave" + " (answers are kept)" * screen.keeps
    return [("class:instruction", "\n" + " · ".join([*told, *more, leave]))]


def _mend(control: InquirerControl) -> None:
    """Long lines are broken at words. And questionary, looking for a choice that is possible, looks
    at the whole list where a part is shown, for ever if need be."""
    unfolded = control.text
    control.text = lambda: folded(to_formatted_text(unfolded), columns(), indent=5)

    def is_valid() -> bool:
        shown = control.filtered_choices
        return not control.get_pointed_at().disabled or all(each.disabled for each in shown)

    control.is_selection_valid = is_valid  # type: ignore[method-assign]  # of this one list
