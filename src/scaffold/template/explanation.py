"""What a choice brings, measured: what is rendered with it, beside what is rendered without."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffold.choices import answers
from scaffold.choices.questions import (
    NONE,
    Answer,
    Answers,
    Constraint,
    Question,
    Questionnaire,
    choices_in,
)
from scaffold.errors import Incompatible
from scaffold.template import preview
from scaffold.template.preview import Preview

SETTING = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]+)=|^\| `([A-Z][A-Z0-9_]+)` \|", re.MULTILINE)
TARGET = re.compile(r"^([a-z]+):.*?## ", re.MULTILINE)
COMMAND = re.compile(r'\bcommands\.add_parser\(\s*"(\w+)"')
TABLE = re.compile(r'\bop\.create_table\(\s*"(\w+)"')


@dataclass(frozen=True)
class Difference:
    added: list[str]
    removed: list[str]


@dataclass(frozen=True)
class Explanation:
    compared_with: Answer  # the other answer to the same question
    lines: int  # more than without
    changed: list[str]  # files on both sides that differ
    differences: Mapping[str, Difference]  # by what they are of
    excludes: list[tuple[str, Constraint]]  # choices of other questions, as `deploy=kubernetes`


def explain(source: Path, asked: Questionnaire, question: Question, value: str) -> Explanation:
    answer, other = _sides(question, value)
    sides = _beside(asked, question, answer, other)
    given, without = (preview.make(source, side) for side in sides)
    shared = given.contents.keys() & without.contents.keys()
    return Explanation(
        compared_with=other,
        lines=given.lines - without.lines,
        changed=sorted(path for path in shared if given.contents[path] != without.contents[path]),
        differences={
            what: _difference(named(given), named(without)) for what, named in TRAITS.items()
        },
        excludes=[*_excluded(asked, question, value)],
    )


def _sides(question: Question, value: str) -> tuple[Answer, Answer]:
    """The choice, and what stands for its absence: no choice, else the default, else another."""
    if question.several:
        return [value], []
    rest = [other for other in question.values if other != value]
    plain = [other for other in (NONE, question.static_default) if other in rest]
    return value, (plain or rest)[0]


def _beside(
    asked: Questionnaire, question: Question, answer: Answer, other: Answer
) -> tuple[Answers, Answers]:
    """Both with the same other answers: the defaults of the one that goes with both."""
    named: Answers = {"project_name": "service"}
    try:
        rest = answers.complete(asked, {**named, question.key: answer}, defaults=True)
        return rest, answers.complete(asked, {**rest, question.key: other}, defaults=True)
    except Incompatible:
        rest = answers.complete(asked, {**named, question.key: other}, defaults=True)
        return answers.complete(asked, {**rest, question.key: answer}, defaults=True), rest


def _files(made: Preview) -> Iterable[str]:
    return made.contents


def _settings(made: Preview) -> Iterator[str]:
    for path in (".env.example", "docs/settings.md"):
        for in_environment, in_table in SETTING.findall(_text(made, path)):
            yield in_environment or in_table


def _dependencies(made: Preview) -> list[str]:
    found: list[str] = _pyproject(made, "project").get("dependencies", [])
    return found


def _development(made: Preview) -> list[str]:
    found: list[str] = _pyproject(made, "dependency-groups").get("dev", [])
    return found


def _pyproject(made: Preview, table: str) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(_text(made, "pyproject.toml")).get(table, {})
    return found


def _commands(made: Preview) -> Iterator[str]:
    yield from (f"make {name}" for name in TARGET.findall(_text(made, "Makefile")))
    for path in made.contents:
        if path.startswith("app/"):
            yield from (f"app {name}" for name in COMMAND.findall(_text(made, path)))


def _tables(made: Preview) -> Iterator[str]:
    for path in made.contents:
        if path.startswith("migrations/versions/"):
            yield from TABLE.findall(_text(made, path))


TRAITS: dict[str, Callable[[Preview], Iterable[str]]] = {
    "files": _files,
    "settings": _settings,
    "dependencies": _dependencies,
    "development_dependencies": _development,
    "commands": _commands,
    "tables": _tables,
}


def _text(made: Preview, path: str) -> str:
    return made.contents[path].decode() if path in made.contents else ""


def _difference(given: Iterable[str], without: Iterable[str]) -> Difference:
    here, there = [*dict.fromkeys(given)], [*dict.fromkeys(without)]
    return Difference(
        added=[name for name in here if name not in there],
        removed=[name for name in there if name not in here],
    )


def _excluded(
    asked: Questionnaire, question: Question, value: str
) -> Iterator[tuple[str, Constraint]]:
    """Choices that are impossible beside this one."""
    for other in asked.questions:
        for choice in other.choices:
            for constraint in asked.constraints(choice):
                if value in choices_in(constraint.beside.get(question.key, [])):
                    yield f"{other.key}={choice.value}", constraint
