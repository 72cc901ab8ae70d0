"""`scaffold options`: what can be chosen, and what each choice brings."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import PurePath
from typing import Annotated, Any

import typer

from scaffold import distribution
from scaffold.choices import policy, questions, schema, words
from scaffold.choices.policy import Policy
from scaffold.choices.questions import Answers, Choice, Question, Questionnaire, written
from scaffold.commands.flags import Json
from scaffold.report import Report
from scaffold.template import explanation
from scaffold.template.explanation import Difference, Explanation
from scaffold.text import wrapped

EPILOG = """\b
Examples:
  scaffold options
  scaffold options --json
  scaffold options explain auth=jwt
"""
EXPLAIN_EPILOG = """\b
Examples:
  scaffold options explain auth=jwt
  scaffold options explain kubernetes --json
"""

WIDTH = 80


def options(*, as_json: Json = False) -> None:
    """What can be chosen, and what each choice gives or costs."""
    asked = questions.read(distribution.source())
    report = Report("options", as_json)
    rules = policy.read(asked)
    sections = ("\n".join(_section(asked, question, rules)) for question in asked.questions)
    report.show(("\n\n".join(sections) + "\n").encode())
    report.finish({"questions": [_question(asked, each, rules) for each in asked.questions]})


def explain(
    choice: Annotated[
        str,
        typer.Argument(
            metavar="CHOICE",
            help="`question=choice`, or the choice alone where one question has it.",
            show_default=False,
        ),
    ],
    *,
    as_json: Json = False,
) -> None:
    """What one choice brings, measured: rendered with it, and without."""
    source = distribution.source()
    asked = questions.read(source)
    question, value = words.find(asked, choice)
    report = Report("options explain", as_json)
    with report.waiting("rendering"):
        found = explanation.explain(source, asked, question, value)
    chosen = next(each for each in question.choices if each.value == value)
    report.show(_explained(asked, question, chosen, found).encode())
    report.finish(_data(asked, question, chosen, found))


GROUP = {"explain": (explain, EXPLAIN_EPILOG)}


def _section(asked: Questionnaire, question: Question, rules: Policy) -> Iterator[str]:
    yield f"{question.key}  {question.help} ({question.flag})"
    if not question.choices:
        if question.key in rules.locked:
            yield wrapped(f"locked: {rules.locked[question.key]}", WIDTH, "  ", "  ")
        yield f"  default: {question.static_default or 'from the name of the folder'}"
        if rule := schema.reason(asked, question):
            yield wrapped(rule, WIDTH, "  ", "  ")
        return
    width = max(map(len, question.values))
    indent = " " * (width + 4)
    for choice in question.choices:
        told = f"{choice.gives} (default)" if question.is_default(choice) else choice.gives
        yield f"  {choice.value:<{width}}  {told}"
        obstacles = [each.reason for each in asked.constraints(choice)]
        for obstacle in filter(None, [*obstacles, rules.obstacle(question, choice.value)]):
            yield wrapped(obstacle, WIDTH, indent, indent)
    if asked.sources(question):
        for beside, answer in asked.defaults(question):
            yield f"  default with {_said(beside)}: {written(answer)}"


def _question(asked: Questionnaire, question: Question, rules: Policy) -> dict[str, Any]:
    fixed = question.static_default is not None
    return {
        "key": question.key,
        "flag": question.flag,
        "help": question.help,
        "several": question.several,
        "default": question.default if fixed else None,
        "defaults": [
            {"beside": beside, "default": answer}
            for beside, answer in (asked.defaults(question) if asked.sources(question) else ())
        ],
        "rule": schema.reason(asked, question) if not question.choices else "",
        "locked": rules.locked.get(question.key),
        "choices": [
            _choice(asked, choice) | {"not_allowed": rules.obstacle(question, choice.value) or None}
            for choice in question.choices
        ],
    }


def _choice(asked: Questionnaire, choice: Choice) -> dict[str, Any]:
    return {
        "value": choice.value,
        "name": choice.name,
        "gives": choice.gives,
        "constraints": [asdict(constraint) for constraint in asked.constraints(choice)],
    }


def _explained(asked: Questionnaire, question: Question, choice: Choice, found: Explanation) -> str:
    other = written(found.compared_with)
    rows = {
        "files": _files(found),
        **{
            name.replace("_dependencies", ""): _either(difference)
            for name, difference in found.differences.items()
            if name != "files"
        },
        "not with": "; ".join(_obstacles(asked, choice, found)),
    }
    told = {name: row for name, row in rows.items() if row}
    width = max(map(len, told))
    lines = [f"{question.key}={choice.value}  {choice.name}: {choice.gives}"]
    lines.append(f"Beside {question.key}={other}, all other answers alike:\n")
    for name, row in told.items():
        start = f"  {name:<{width}}  "
        lines.append(wrapped(row, WIDTH, start, " " * len(start)))
    return "\n".join(lines) + "\n"


def _obstacles(asked: Questionnaire, choice: Choice, found: Explanation) -> Iterator[str]:
    for constraint in asked.constraints(choice):
        yield f"{_said(constraint.beside)} ({constraint.reason})"
    for word, constraint in found.excludes:
        yield f"{word} ({constraint.reason})"


def _files(found: Explanation) -> str:
    """How many, then the folders of those that come."""
    files = found.differences["files"]
    counts = ((files.added, "more"), (files.removed, "fewer"), (found.changed, "changed"))
    told = [f"{len(paths)} {what}" for paths, what in counts if paths]
    folders = Counter(PurePath(path).parent.as_posix() for path in files.added)
    places = ", ".join(f"{folder}/ {count}" for folder, count in folders.items())
    return f"{', '.join(told)}, {found.lines:+,} lines" + (f": {places}" if places else "")


def _either(difference: Difference) -> str:
    added, removed = ", ".join(difference.added), ", ".join(difference.removed)
    if added and removed:
        return f"{added} instead of {removed}"
    return added or (f"without {removed}" if removed else "")


def _said(beside: Answers) -> str:
    return " and ".join(f"{key}={written(answer)}" for key, answer in beside.items())


def _data(
    asked: Questionnaire, question: Question, choice: Choice, found: Explanation
) -> dict[str, Any]:
    return {
        "question": question.key,
        "choice": _choice(asked, choice),
        "compared_with": written(found.compared_with),
        "lines": found.lines,
        **{what: asdict(difference) for what, difference in found.differences.items()},
        "files": asdict(found.differences["files"]) | {"changed": found.changed},
        "excludes": [
            {"choice": word, "beside": each.beside, "reason": each.reason}
            for word, each in found.excludes
        ],
    }
