"""What each release changed that a project has to know: releases/upgrades.yml.

The file is a list, oldest release first. Every entry has a `version`; the rest may be left out:

- version: 0.2.0
  renames:     [{from: app/old.py, to: app/new.py}]
  removed:     [{path: app/gone.py, why: "nothing reads it"}]
  environment: [{from: OLD, to: NEW}]                     # without `to`: nothing reads it any more
  answers:     [{from: {database: pg}, to: {database: postgresql}}, {from: db, to: database}]
  breaking:    [{what: "..."}]
  manual:      [{do: "..."}]

`when` on a line, `{auth: [jwt, oidc], database: sqlite}`, keeps it to projects with such answers:
all of its questions have to hold, each by any of its choices.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scaffold import distribution
from scaffold.choices.questions import Answer, Answers, choices_in
from scaffold.errors import Refusal
from scaffold.template import releases

FILE = "upgrades.yml"
# What a line of each part says: what it must, and what it may.
PARTS = {
    "renames": (("from", "to"), ()),
    "removed": (("path", "why"), ()),
    "environment": (("from",), ("to",)),
    "answers": (("from", "to"), ()),
    "breaking": (("what",), ()),
    "manual": (("do",), ()),
}

Line = Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """A release in the file."""

    version: str
    lines: Mapping[str, tuple[Line, ...]]  # by part

    def fitting(self, part: str, answers: Answers) -> Iterator[Line]:
        return (line for line in self.lines[part] if holds(line.get("when", {}), answers))


@dataclass(frozen=True)
class Upgrade:
    """What a release changed for one project."""

    version: str
    renames: dict[str, str]
    removed: dict[str, str]  # path → why
    environment: dict[str, str | None]  # old name → new
    breaking: list[str]
    manual: list[str]

    @classmethod
    def of(cls, entry: Entry, answers: Answers) -> "Upgrade":
        return cls(
            version=entry.version,
            renames={line["from"]: line["to"] for line in entry.fitting("renames", answers)},
            removed={line["path"]: line["why"] for line in entry.fitting("removed", answers)},
            environment={
                line["from"]: line.get("to") for line in entry.fitting("environment", answers)
            },
            breaking=[line["what"] for line in entry.fitting("breaking", answers)],
            manual=[line["do"] for line in entry.fitting("manual", answers)],
        )

    def __bool__(self) -> bool:
        changes = (self.renames, self.removed, self.environment, self.breaking, self.manual)
        return any(changes)


def between(old: str, new: str, answers: Answers) -> list[Upgrade]:
    """What applies to a project with these answers that goes from one release to another."""
    found = (Upgrade.of(entry, answers) for entry in _passed(old, new))
    return [upgrade for upgrade in found if upgrade]


def migrated(answers: Answers, old: str, new: str) -> dict[str, Answer]:
    """The answers under the names that questions and choices have in `new`."""
    found = dict(answers)
    for entry in _passed(old, new):
        for line in entry.fitting("answers", found):
            _rename(found, line["from"], line["to"])
    return found


def holds(when: Mapping[str, str | list[str]], answers: Answers) -> bool:
    return all(
        set(choices_in(choices)) & set(choices_in(answers.get(question, [])))
        for question, choices in when.items()
    )


def read(folder: Path) -> list[Entry]:
    """The file's entries, none without a file. Raises Refusal for one that is not as it must be."""
    path = folder / FILE
    if not path.exists():
        return []
    try:
        return list(entries(yaml.safe_load(path.read_bytes()) or []))
    except (yaml.YAMLError, ValueError) as error:
        raise Refusal(
            f"{path} is not well-formed: {error}",
            "docs/how-to/release.md says how it is written",
        ) from error


def entries(document: Any) -> Iterator[Entry]:
    """The entries as YAML has them. Raises ValueError for what says nothing or too much."""
    last = ""
    if not isinstance(document, list):
        raise ValueError("no list of releases")
    for entry in document:
        version = entry.get("version") if isinstance(entry, dict) else None
        if not isinstance(version, str) or not releases.RELEASE.fullmatch(f"v{version}"):
            raise ValueError(f"an entry without a `version` such as 0.2.0: {entry}")
        if last and releases.order(f"v{last}") >= releases.order(f"v{version}"):
            raise ValueError(f"{version} stands after {last}")
        last = version
        for part in entry.keys() - PARTS.keys() - {"version"}:
            raise ValueError(f"{version} has `{part}`; there are {', '.join(PARTS)}")
        lines = {part: tuple(_lines(version, part, entry.get(part, []))) for part in PARTS}
        yield Entry(version, lines)


def _passed(old: str, new: str) -> list[Entry]:
    """The entries after `old`, up to `new`: of one under development, those of its version too."""
    start, (*end, _, _) = releases.order(old), releases.order(new)
    return [
        entry
        for entry in read(distribution.releases())
        if start < (order := releases.order(f"v{entry.version}")) and list(order[:3]) <= end
    ]


def _rename(answers: dict[str, Answer], old: str | Answers, new: Any) -> None:
    if isinstance(old, str):
        if old in answers:
            answers[new] = answers.pop(old)
        return
    if not holds(old, answers):
        return
    for question, choice in old.items():
        answer = answers.pop(question)
        if isinstance(answer, list):
            answers[question] = [each for each in answer if each not in choices_in(choice)]
    for question, choice in new.items():
        answer = answers.get(question, choice)
        several = isinstance(answer, list)
        answers[question] = (
            list(dict.fromkeys([*answer, *choices_in(choice)])) if several else choice
        )


def _lines(version: str, part: str, lines: Any) -> Iterator[Line]:
    required, optional = PARTS[part]
    if not isinstance(lines, list):
        raise ValueError(f"`{part}` of {version} is no list")
    for line in lines:
        place = f"in `{part}` of {version}: {line}"
        keys = line.keys() - {"when"} if isinstance(line, dict) else set()
        if not set(required) <= keys <= {*required, *optional}:
            raise ValueError(f"not {' and '.join(required)} {place}")
        if not _are_answers(line.get("when", {})):
            raise ValueError(f"`when` does not name choices by question {place}")
        right = [_is_text(line[key]) for key in keys]
        if part == "answers" and not any(right):
            right = [_are_answers(line[key]) for key in keys]
        if not all(right):
            raise ValueError(f"neither text nor choices {place}")
        yield line


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _are_answers(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(question, str)
        and (_is_text(choice) or (isinstance(choice, list) and all(map(_is_text, choice))))
        for question, choice in value.items()
    )
