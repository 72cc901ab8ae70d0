"""All answers on one screen, each to be changed, and the command that gives them."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from scaffold.asking.dialogue import Option, Screen
from scaffold.choices import answers
from scaffold.choices.questions import Answer, Answers, Question, Questionnaire, choices_in, written

if TYPE_CHECKING:
    from scaffold.asking.wizard import Wizard

MAKE, LEAVE = "", "-"  # no keys of questions


def screen(asking: "Wizard", chosen: Answers) -> tuple[Screen, Sequence[Option]]:
    asked = [
        _line(asking, question, names(question, chosen[question.key]))
        for question in asking.questionnaire.questions
    ]
    return (
        Screen(
            asking.heading("Review"),
            asking.place(),
            "Make it, or change an answer",
            below="\n  ".join(filter(None, [asking.measure(chosen), command(asking, chosen)])),
            has_back=asking.has_back(),
            keeps=True,
        ),
        [Option(MAKE, "Make it"), *asked, Option(LEAVE, "Leave", "and keep the answers")],
    )


def _line(asking: "Wizard", question: Question, said: str) -> Option:
    rule = asking.policy.rules.get(question.key)
    locked = rule and rule.locked is not None
    obstacle = f"{said}, locked: {rule.reason}" if rule and locked else ""
    return Option(question.key, title(question), said, obstacle)


def record(asking: "Wizard", chosen: Answers) -> str:
    """What stays on the terminal."""
    questions = asking.questionnaire.questions
    width = max(len(title(question)) for question in questions)
    lines = [
        f"  {title(question):<{width}}  {names(question, chosen[question.key])}"
        for question in questions
    ]
    return "\n".join([asking.questionnaire.folder, *lines, "", f"  {command(asking, chosen)}", ""])


def command(asking: "Wizard", chosen: Answers) -> str:
    """The one command that gives the same answers, here and elsewhere."""
    words = [asking.command]
    for question in asking.questionnaire.questions:
        if _needs_flag(asking.questionnaire, question, chosen, asking.own):
            words += [question.flag, shlex.quote(written(chosen[question.key]))]
    return " ".join([*words, "--defaults"])


def title(question: Question) -> str:
    words = question.key.replace("_", " ")
    return words.upper() if len(words) < len("api") else words.capitalize()  # CI


def names(question: Question, answer: Answer) -> str:
    if not question.choices:
        return written(answer)
    found = [choice.name for choice in question.choices if choice.value in choices_in(answer)]
    return ", ".join(found) or "None"


def _needs_flag(
    questionnaire: Questionnaire, question: Question, chosen: Answers, own: Answers
) -> bool:
    answer = chosen[question.key]
    defaults = (answers.default(questionnaire, question, chosen, each) for each in ({}, own))
    return any(answer != default for default in defaults)
