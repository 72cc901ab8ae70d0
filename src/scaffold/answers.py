"""From flags, a data file and defaults to one complete set of answers."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from scaffold.errors import AnswerNeeded, Incompatible, Usage, did_you_mean, nearest
from scaffold.questions import NONE, Answer, Answers, Choice, Question, Questionnaire

Given = dict[str, Answer]


def from_flags(questionnaire: Questionnaire, flags: Mapping[str, str | list[str] | None]) -> Given:
    return {
        question.key: _read(question, value, question.flag)
        for question in questionnaire.questions
        if (value := flags[question.key]) not in (None, [])
    }


def from_file(questionnaire: Questionnaire, path: Path) -> Given:
    keys = [question.key for question in questionnaire.questions]
    given: Given = {}
    for key, value in _load(path).items():
        if key not in keys:
            otherwise = f"questions: {', '.join(keys)}"
            raise Usage(
                f"`{key}` in {path} is not a question", did_you_mean(str(key), keys, otherwise)
            )
        given[key] = _read(questionnaire[key], value, f"{key}:")
    return given


def complete(questionnaire: Questionnaire, given: Answers, *, defaults: bool) -> Given:
    """All answers in the order of the questions, each found valid beside those before it."""
    answers: Given = {}
    for question in questionnaire.questions:
        if question.key in given:
            answer = given[question.key]
        elif defaults:
            answer = questionnaire.default(question, answers)
        else:
            raise AnswerNeeded(
                f"`{question.key}` has no answer and there is no terminal to ask on",
                f"give it as `{question.flag}`, or take every default with `--defaults`",
            )
        check(questionnaire, question, answer, answers)
        answers[question.key] = answer
    return answers


def check(
    questionnaire: Questionnaire, question: Question, answer: Answer, answers: Answers
) -> None:
    """Raises Incompatible for a choice impossible beside `answers`, Usage for a bad value."""
    for choice in question.choices:
        taken = choice.value in ([answer] if isinstance(answer, str) else answer)
        if taken and (obstacle := questionnaire.obstacle(choice, answers)):
            raise _incompatible(questionnaire, question, choice, obstacle, answers)
    if problem := questionnaire.problem(question, answer, answers):
        raise Usage(f"`{question.flag} {question.words(answer)}` is not accepted", problem)


def _incompatible(
    questionnaire: Questionnaire,
    question: Question,
    choice: Choice,
    obstacle: str,
    answers: Answers,
) -> Incompatible:
    fixes = [
        {other.key: value}
        for other in questionnaire.questions
        if other.key in answers and not other.several
        for value in other.values
        if not questionnaire.obstacle(choice, {**answers, other.key: value})
    ]
    ways = [
        f"use `{questionnaire[key].flag} {value}`" for fix in fixes for key, value in fix.items()
    ]
    if question.several:
        ways.append(f"leave `{choice.value}` out of `{question.flag}`")
    else:
        ways.append(f"choose another `{question.flag}`")
    return Incompatible(
        f"`{choice.value}` {obstacle}", ", or ".join(ways), fixes=[{"set": fix} for fix in fixes]
    )


def _read(question: Question, value: Any, name: str) -> Answer:
    """`value` as an answer; `name` is what the user wrote it beside: a flag or a key."""
    if question.several:
        return _read_several(question, value, name)
    if not isinstance(value, str):
        raise Usage(f"`{name} {value}` is not text", "put the value in quotes")
    if question.choices and value not in question.values:
        raise _not_a_choice(question, value, name)
    return value


def _read_several(question: Question, value: Any, name: str) -> list[str]:
    """The chosen values in the order of the choices: `a,b`, `a` and `b` apart, or `none`."""
    words = [word.strip() for part in _listed(value) for word in str(part).split(",")]
    if words == [NONE]:
        return []
    if NONE in words:
        raise Usage(f"`{name} {NONE}` goes with no other value", f"leave out `{NONE}`, or the rest")
    for word in words:
        if word not in question.values:
            raise _not_a_choice(question, word, name)
    return [choice for choice in question.values if choice in words]


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def _not_a_choice(question: Question, value: str, name: str) -> Usage:
    guess = nearest(value, question.values)
    valid = question.values + [NONE] * question.several
    return Usage(
        f"`{name} {value}` is not a choice",
        did_you_mean(value, question.values, f"Choices: {', '.join(valid)}"),
        fixes=[{"set": {question.key: guess}}] if guess else [],
    )


def _load(path: Path) -> dict[str, Any]:
    example = "write one `key: value` a line, for example `framework: fastapi`"
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)  # noqa: S506 a SafeLoader
    except OSError as error:
        raise Usage(f"{path} cannot be read: {error.strerror}", "give a YAML file") from error
    except UnicodeDecodeError as error:
        raise Usage(f"{path} is not UTF-8 text", example) from error
    except yaml.YAMLError as error:
        raise Usage(f"{path} is not YAML: {_place(error)}", example) from error
    if not isinstance(document, dict):
        raise Usage(f"{path} does not hold answers by key", example)
    return document


def _place(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"{error.problem} (line {error.problem_mark.line + 1})"
    return str(error)


class _UniqueKeys(yaml.SafeLoader):
    """Refuses two answers to one question: YAML itself takes the last in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"`{key.value}` is there twice", key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)
