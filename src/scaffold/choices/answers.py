"""From flags, a data file, words and defaults to one complete set of answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from scaffold.choices import documents
from scaffold.choices.questions import (
    NONE,
    Answer,
    Answers,
    Choice,
    Question,
    Questionnaire,
    choices_in,
    written,
)
from scaffold.errors import AnswerNeeded, Incompatible, Refusal, Usage, did_you_mean, nearest

Given = dict[str, Answer]

EXAMPLE = "write one `key: value` a line, for example `framework: fastapi`"
NOTHING: Given = {}

# What the user writes before a choice: `--database `, or `database=` where flags are no way in.
Spelling = Callable[[Question], str]


def as_flag(question: Question) -> str:
    return f"{question.flag} "


def as_word(question: Question) -> str:
    return f"{question.key}="


def from_flags(questionnaire: Questionnaire, flags: Mapping[str, str | list[str] | None]) -> Given:
    return {
        question.key: read(question, value, as_flag(question))
        for question in questionnaire.questions
        if (value := flags[question.key]) not in (None, [])
    }


def from_file(questionnaire: Questionnaire, path: Path) -> Given:
    """Raises Usage with the file and the line of what is wrong in it."""
    document = documents.read(path, EXAMPLE)
    given: Given = {}
    for key, value in document.values.items():
        with document.at(key):
            given[key] = from_key(questionnaire, key, value)
    return given


def from_key(questionnaire: Questionnaire, key: str, value: Any) -> Answer:
    require_question(questionnaire, key, f"`{key}`")
    return read(questionnaire[key], value, f"{key}: ")


def from_project(questionnaire: Questionnaire, recorded: Answers) -> Given:
    """What a project recorded, of the questions that there are."""
    return {
        question.key: read(question, recorded[question.key], as_word(question))
        for question in questionnaire.questions
        if question.key in recorded
    }


def accepted(questionnaire: Questionnaire, recorded: Answers, release: str) -> Given:
    """What a project recorded, beside the questions of another release. Raises Incompatible for
    an answer that it does not take: no release drops one in silence."""
    taken: Given = {}
    for question in questionnaire.questions:
        if question.key in recorded:
            try:
                answer = read(question, recorded[question.key], as_word(question))
                check(questionnaire, question, answer, taken, as_word)
            except Refusal as refusal:
                raise Incompatible(
                    f"{release} does not take the answer to `{question.key}`: {refusal.message}",
                    f"{refusal.hint}; change it before the update, with "
                    f"`scaffold set {question.key}=...`",
                    refusal.fixes,
                ) from refusal
            taken[question.key] = answer
    return taken


def complete(
    questionnaire: Questionnaire,
    given: Answers,
    *,
    defaults: bool,
    spelling: Spelling = as_flag,
    own: Answers = NOTHING,
) -> Given:
    """All answers in the order of the questions, each found valid beside those before it.

    `own`: a person's defaults, before those of the template.
    """
    answers: Given = {}
    for question in questionnaire.questions:
        if question.key in given:
            answer = given[question.key]
        elif defaults:
            answer = default(questionnaire, question, answers, own)
        else:
            raise AnswerNeeded(
                f"`{question.key}` has no answer and there is no terminal to ask on",
                f"give it as `{question.flag}`, or take every default with `--defaults`",
            )
        check(questionnaire, question, answer, answers, spelling)
        answers[question.key] = answer
    return answers


def default(
    questionnaire: Questionnaire, question: Question, answers: Answers, own: Answers
) -> Answer:
    """The person's own default where it goes with `answers`, else the template's."""
    if question.key in own and not problem(questionnaire, question, own[question.key], answers):
        return own[question.key]
    return questionnaire.default(question, answers)


def problem(
    questionnaire: Questionnaire, question: Question, answer: Answer, answers: Answers
) -> str:
    """Why the answer is impossible beside `answers`, or nothing."""
    if found := _obstacle(questionnaire, question, answer, answers):
        choice, obstacle = found
        return f"`{choice.value}` {obstacle}"
    return questionnaire.problem(question, answer, answers)


def check(
    questionnaire: Questionnaire,
    question: Question,
    answer: Answer,
    answers: Answers,
    spelling: Spelling = as_flag,
) -> None:
    """Raises Incompatible for a choice impossible beside `answers`, Usage for a bad value."""
    if found := _obstacle(questionnaire, question, answer, answers):
        choice, obstacle = found
        raise _incompatible(questionnaire, question, choice, obstacle, answers, spelling)
    if problem := questionnaire.problem(question, answer, answers):
        raise Usage(f"`{spelling(question)}{written(answer)}` is not accepted", problem)


def _obstacle(
    questionnaire: Questionnaire, question: Question, answer: Answer, answers: Answers
) -> tuple[Choice, str] | None:
    """The first of the choices that is impossible beside `answers`, and why."""
    for choice in question.choices:
        taken = choice.value in choices_in(answer)
        if taken and (obstacle := questionnaire.obstacle(choice, answers)):
            return choice, obstacle
    return None


def _incompatible(  # noqa: PLR0913, PLR0917 all that the way out depends on
    questionnaire: Questionnaire,
    question: Question,
    choice: Choice,
    obstacle: str,
    answers: Answers,
    spelling: Spelling,
) -> Incompatible:
    fixes = [
        {other.key: value}
        for other in questionnaire.questions
        if other.key in answers and not other.several
        for value in other.values
        if not questionnaire.obstacle(choice, {**answers, other.key: value})
    ]
    ways = [
        f"use `{spelling(questionnaire[key])}{value}`"
        for fix in fixes
        for key, value in fix.items()
    ]
    name = spelling(question).rstrip(" =")
    if question.several:
        ways.append(f"leave `{choice.value}` out of `{name}`")
    else:
        ways.append(f"choose another `{name}`")
    return Incompatible(
        f"`{choice.value}` {obstacle}", ", or ".join(ways), fixes=[{"set": fix} for fix in fixes]
    )


def differing(before: Answers, after: Answers) -> dict[str, tuple[Answer, Answer]]:
    """What was and what is answered, of the questions that both have."""
    return {
        key: (before[key], answer)
        for key, answer in after.items()
        if key in before and before[key] != answer
    }


def require_question(questionnaire: Questionnaire, key: str, named: str) -> None:
    keys = [question.key for question in questionnaire.questions]
    if key not in keys:
        otherwise = f"questions: {', '.join(keys)}"
        raise Usage(f"{named} is not a question", did_you_mean(str(key), keys, otherwise))


def read(question: Question, value: Any, before: str) -> Answer:
    """`value` as an answer; `before` is what the user wrote before it: a flag or a key."""
    if question.several:
        return _read_several(question, value, before)
    if not isinstance(value, str):
        raise Usage(f"`{before}{value}` is not text", "put the value in quotes")
    if question.choices and value not in question.values:
        raise not_a_choice(question, value, before)
    return value


def _read_several(question: Question, value: Any, before: str) -> list[str]:
    """The chosen values in the order of the choices: `a,b`, `a` and `b` apart, or `none`."""
    words = [word.strip() for part in _listed(value) for word in str(part).split(",")]
    if words == [NONE]:
        return []
    if NONE in words:
        raise Usage(
            f"`{before}{NONE}` goes with no other value", f"leave out `{NONE}`, or the rest"
        )
    for word in words:
        if word not in question.values:
            raise not_a_choice(question, word, before)
    return ordered(question, words)


def ordered(question: Question, choices: Sequence[str]) -> list[str]:
    return [value for value in question.values if value in choices]


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def not_a_choice(question: Question, value: str, before: str) -> Usage:
    guess = nearest(value, question.values)
    valid = question.values + [NONE] * question.several
    return Usage(
        f"`{before}{value}` is not a choice",
        did_you_mean(value, question.values, f"Choices: {', '.join(valid)}"),
        fixes=[{"set": {question.key: guess}}] if guess else [],
    )
