"""`scaffold compare`: two sets of answers, by what they make."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from scaffold import distribution
from scaffold.choices import answers, presets, questions, words
from scaffold.choices.answers import Given, differing
from scaffold.choices.questions import Answers, Questionnaire, said
from scaffold.commands.flags import Json
from scaffold.report import Report
from scaffold.template import patch, preview
from scaffold.template.patch import Change
from scaffold.text import rows
from scaffold.update import project

EPILOG = """\b
Examples:
  scaffold compare auth=none auth=jwt
  scaffold compare minimal everything --diff
  scaffold compare services/billing database=mysql,deploy=compose,kubernetes
"""

SIDE = "A preset, a YAML file, a project's folder, or `question=choice,...`"
NAME = "service"  # where neither side has one


@dataclass(frozen=True)
class Side:
    name: str  # as it was written
    answers: Answers


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help=f"{SIDE}.", show_default=False)],
    b: Annotated[str, typer.Argument(metavar="B", help="The same.", show_default=False)],
    *,
    diff: Annotated[
        bool, typer.Option("--diff", help="Print what differs as a patch, on stdout.")
    ] = False,
    as_json: Json = False,
) -> None:
    """What two sets of answers make, as a diff. What is not answered has its default."""
    source, report = distribution.source(), Report("compare", as_json)
    first, second = _sides(questions.read(source), a, b)
    with report.waiting("rendering"):
        sides = (preview.make(source, side.answers) for side in (first, second))
        found = [*patch.changes(*sides)]
    summary = _summary(first, second, found)
    text = "".join(change.text for change in found)
    if diff:
        report.say(summary, end="")
    report.show((text if diff else summary).encode())
    report.finish(_data(first, second, found) | {"diff": text if diff else None})


def _sides(asked: Questionnaire, a: str, b: str) -> tuple[Side, Side]:
    """With the same name and description, unless each has its own."""
    first, second = _given(asked, a), _given(asked, b)
    texts = [question.key for question in asked.questions if not question.choices]
    shared = {"project_name": NAME} | {
        key: side[key] for side in (second, first) for key in texts if key in side
    }
    return Side(a, _complete(asked, shared | first)), Side(b, _complete(asked, shared | second))


def _given(asked: Questionnaire, word: str) -> Given:
    if "=" in word:
        return words.changed(asked, {}, re.split(r",(?=\w+=)", word))
    if Path(word).is_dir():
        recorded = project.read(Path(word), "name a project's folder, a preset or a YAML file")
        return answers.from_project(asked, project.public(recorded))
    return presets.answers(asked, word)


def _complete(asked: Questionnaire, given: Answers) -> Given:
    return answers.complete(asked, given, defaults=True, spelling=answers.as_word)


def _summary(a: Side, b: Side, found: Sequence[Change]) -> str:
    heading = f"{a.name} → {b.name}\n"
    if not found:
        return f"{heading}\nThe same files.\n"
    answered = [
        (key, f"{said(old)} → {said(new)}")
        for key, (old, new) in differing(a.answers, b.answers).items()
    ]
    files = [
        (
            change.kind,
            change.path,
            f"+{change.added_lines}" if change.added_lines else "",
            f"-{change.removed_lines}" if change.removed_lines else "",
            preview.said(change.origin),
        )
        for change in found
    ]
    return f"{heading}{rows(answered)}\n{rows(files)}\n{_counts(found)}\n"


def _counts(found: Sequence[Change]) -> str:
    kinds = [change.kind for change in found]
    told = [f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)]
    added = sum(change.added_lines for change in found)
    removed = sum(change.removed_lines for change in found)
    return f"{', '.join(told)}: {added:,} lines more, {removed:,} fewer"


def _data(a: Side, b: Side, found: Sequence[Change]) -> dict[str, Any]:
    changed: Mapping[str, Any] = differing(a.answers, b.answers)
    return {
        "a": {"name": a.name, "answers": a.answers},
        "b": {"name": b.name, "answers": b.answers},
        "changed_answers": {key: {"from": old, "to": new} for key, (old, new) in changed.items()},
        "files": [
            {
                "path": change.path,
                "kind": change.kind,
                "added_lines": change.added_lines,
                "removed_lines": change.removed_lines,
                "origin": list(change.origin),
            }
            for change in found
        ],
    }
