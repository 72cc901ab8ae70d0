"""What the tests of the wizard share: the keys that lead to a screen, and what was made."""

from collections.abc import Callable
from pathlib import Path

import yaml

from tests.cli.terminal import DOWN, ENTER, Terminal
from tests.combinations import QUESTIONS

Start = Callable[..., Terminal]

BARE = ("--no-git", "--no-lock")
EACH = (DOWN, DOWN, ENTER)  # of the presets: none, to choose each answer
REVIEW = "Make it, or change an answer"
LINES = ["make it", *QUESTIONS, "leave"]  # of the review


def stored(project: Path) -> dict[str, object]:
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text())
    return {key: value for key, value in answers.items() if not key.startswith("_")}


def go_to(terminal: Terminal, question: str | None = None) -> None:
    """By the defaults, to a question or to the review."""
    terminal.answer("What is it to be", *EACH)
    for key in list(QUESTIONS)[1:]:
        if key == question:
            break
        terminal.answer(QUESTIONS[key]["help"], ENTER)
    terminal.see(QUESTIONS[question]["help"] if question else REVIEW)


def change(terminal: Terminal, question: str) -> None:
    """From the review to the question."""
    terminal.answer(REVIEW, *[DOWN] * LINES.index(question), ENTER)
    terminal.see(QUESTIONS[question]["help"])
