"""The questions, asked one at a time on a terminal, ending in a review.

Prompts go to the terminal behind stderr, so stdout stays free for data.
"""

import shlex
import sys
from collections.abc import Callable
from typing import Any

import questionary
from prompt_toolkit.output import create_output

from scaffold import answers
from scaffold.answers import Given, Spelling
from scaffold.errors import Refusal
from scaffold.questions import Answer, Answers, Question, Questionnaire, choices_in

MAKE, CHANGE, LEAVE = "yes", "change an answer", "leave"


def ask(questionnaire: Questionnaire, given: Answers, target: str) -> Answers:
    """Every answer: those given, the others asked for. Raises KeyboardInterrupt for `leave`."""
    chosen = ask_missing(questionnaire, given)
    while True:
        print(_review(questionnaire, chosen, target), file=sys.stderr)
        decision = _prompt(questionary.select, "Make it", choices=[MAKE, CHANGE, LEAVE])
        if decision == LEAVE:
            raise KeyboardInterrupt
        if decision == MAKE:
            return chosen
        chosen = _change(questionnaire, chosen)


def equivalent(questionnaire: Questionnaire, chosen: Answers, target: str) -> str:
    """The one command that gives the same answers."""
    words = ["scaffold", "new", target]
    for question in questionnaire.questions:
        if chosen[question.key] != questionnaire.default(question, chosen):
            words += [question.flag, question.words(chosen[question.key])]
    return shlex.join([*words, "--defaults"])


def ask_missing(
    questionnaire: Questionnaire, given: Answers, spelling: Spelling = answers.as_flag
) -> Given:
    chosen: Given = {}
    missing = [question for question in questionnaire.questions if question.key not in given]
    for question in questionnaire.questions:
        if question in missing:
            place = f"{missing.index(question) + 1}/{len(missing)}"
            print(_heading(questionnaire, question, place), file=sys.stderr)
            default = questionnaire.default(question, chosen)
            chosen[question.key] = _ask(questionnaire, question, default, chosen)
        else:
            answers.check(questionnaire, question, given[question.key], chosen, spelling)
            chosen[question.key] = given[question.key]
    return chosen


def _change(questionnaire: Questionnaire, chosen: Given) -> Given:
    choices = [
        questionary.Choice(_title(question), question) for question in questionnaire.questions
    ]
    question: Question = _prompt(questionary.select, "Change which answer", choices=choices)
    others = {key: answer for key, answer in chosen.items() if key != question.key}
    answer = _ask(questionnaire, question, chosen[question.key], others)
    try:
        return answers.complete(questionnaire, chosen | {question.key: answer}, defaults=False)
    except Refusal as refusal:
        print(f"\n{refusal.message}\n{refusal.hint}", file=sys.stderr)
        return chosen


def _ask(
    questionnaire: Questionnaire, question: Question, default: Answer, chosen: Answers
) -> Answer:
    if not question.choices:
        return _ask_text(questionnaire, question, default, chosen)
    width = max(len(choice.name) for choice in question.choices)
    choices = []
    for choice in question.choices:
        obstacle = questionnaire.obstacle(choice, chosen)
        title = choice.name if obstacle else f"{choice.name:<{width}}  {choice.gives}"
        checked = question.several and choice.value in default
        choices.append(questionary.Choice(title, choice.value, obstacle or None, checked))
    if question.several:
        several: list[str] = _prompt(
            questionary.checkbox,
            question.help,
            choices=choices,
            validate=lambda values: questionnaire.problem(question, values, chosen) or True,
        )
        return several
    one: str = _prompt(questionary.select, question.help, choices=choices, default=default)
    return one


def _ask_text(
    questionnaire: Questionnaire, question: Question, default: Answer, chosen: Answers
) -> Answer:
    def validate(text: str) -> str | bool:
        return questionnaire.problem(question, text, chosen) or True

    # A default that is refused (a folder called 2024) would only have to be deleted.
    start = default if validate(str(default)) is True else ""
    text: str = _prompt(questionary.text, question.help, default=start, validate=validate)
    return text


def _prompt(kind: Callable[..., questionary.Question], message: str, **options: Any) -> Any:
    output = create_output(stdout=sys.stderr)
    return kind(message, qmark="?", output=output, **options).unsafe_ask()


def _heading(questionnaire: Questionnaire, question: Question, place: str) -> str:
    title = f"{questionnaire.folder} · {_title(question)}"
    return f"\n{title:<72}{place:>7}"


def _title(question: Question) -> str:
    return question.key.replace("_", " ").capitalize()


def _review(questionnaire: Questionnaire, chosen: Answers, target: str) -> str:
    width = max(len(question.key) for question in questionnaire.questions)
    lines = [
        f"  {_title(question):<{width}}  {_names(question, chosen[question.key])}"
        for question in questionnaire.questions
    ]
    command = equivalent(questionnaire, chosen, target)
    return "\n".join([f"\n{questionnaire.folder}", *lines, "", f"  {command}", ""])


def _names(question: Question, answer: Answer) -> str:
    if not question.choices:
        return question.words(answer)
    names = [choice.name for choice in question.choices if choice.value in choices_in(answer)]
    return ", ".join(names) or "None"
