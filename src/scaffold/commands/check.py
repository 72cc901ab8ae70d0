"""`scaffold check`: is a project current, as the template keeps it, and without conflicts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

import typer

from scaffold.choices import questions
from scaffold.commands.flags import Folder, Json
from scaffold.errors import Conflicts, Drifted, Outdated, Refusal
from scaffold.report import Report
from scaffold.template import releases
from scaffold.template.releases import shown
from scaffold.text import counted, rows
from scaffold.update import act, comparison, project
from scaffold.update.project import Project

EPILOG = """\b
Examples:
  scaffold check
  scaffold check --markers --json
"""

# As git and Copier leave them: an opening, a line between, a closing.
MARKED = re.compile(rb"^<<<<<<< .*?^=======\r?$.*?^>>>>>>> .*?$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Kind:
    refusal: type[Refusal]
    found: str
    clean: str
    way_out: str


KINDS = {  # the gravest first: what is half done comes before what is old
    "markers": Kind(
        Conflicts,
        "unresolved",
        "no conflict",
        "resolve what is marked, then `scaffold update --continue` or commit it",
    ),
    "updates": Kind(
        Outdated,
        "outdated",
        "no newer release",
        "see what is new with `scaffold update --dry-run`",
    ),
    "drift": Kind(
        Drifted,
        "drifted",
        "no drift",
        "see drift with `scaffold diff PATH`, undo it with `scaffold diff PATH | git apply -R`",
    ),
}


@dataclass(frozen=True)
class Finding:
    path: str
    why: str
    lines: tuple[tuple[int, int], ...] = ()


Findings = Mapping[str, list[Finding]]  # by what was checked, of KINDS


def check(
    *,
    updates: Annotated[
        bool, typer.Option("--updates", help="Is there a newer release of the template?")
    ] = False,
    drift: Annotated[
        bool, typer.Option("--drift", help="Are the files that the template keeps as it made them?")
    ] = False,
    markers: Annotated[
        bool, typer.Option("--markers", help="Was a conflict or an update left half done?")
    ] = False,
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Is this project current and clean? Without a flag, all three are checked."""
    found, report = project.find(folder), Report("check", as_json)
    asked = {"markers": markers, "updates": updates, "drift": drift}
    checks = {"markers": _markers, "updates": _updates, "drift": _drift}
    findings = {
        name: list(checks[name](found)) for name in checks if asked[name] or not any(asked.values())
    }
    report.say(_lines(findings), end="")
    data = _data(found, findings)
    _refuse(found, findings, report, data)
    clean = ", ".join(KINDS[name].clean for name in findings)
    report.say(f"{found.folder.name} on {shown(found.release)}: {clean}")
    report.finish(data)


def _markers(found: Project) -> Iterator[Finding]:
    here = found.prefix or "."
    files = found.repository
    if act.pending(found):
        yield Finding(".", "an update is under way")
    unmerged = files.names("diff", "--name-only", "--diff-filter=U", "-z", "--", here)
    for path in unmerged:
        yield Finding(path.removeprefix(found.prefix), "not merged")
    opened = ("grep", "-z", "--name-only", "-I", "-e", "^<<<<<<< ", "--", here)
    for path in files.names(*opened, passing=(0, 1)):
        if lines := _marked((files.top / path).read_bytes()):
            yield Finding(path.removeprefix(found.prefix), "conflict markers", lines)


def _marked(content: bytes) -> tuple[tuple[int, int], ...]:
    return tuple(
        (content.count(b"\n", 0, block.start()) + 1, content.count(b"\n", 0, block.end()) + 1)
        for block in MARKED.finditer(content)
    )


def _updates(found: Project) -> Iterator[Finding]:
    for name in releases.between(found.release, releases.current())[-1:]:
        yield Finding(".", f"{shown(name)} is there, this is on {shown(found.release)}")


def _drift(found: Project) -> Iterator[Finding]:
    with releases.source(found.release) as source:
        kept = questions.facts(source, "managed") or []
    with comparison.compared(found) as compared:
        differing = compared.differing()
    for path, why in differing.items():
        if any(fnmatchcase(path, pattern) for pattern in kept):
            yield Finding(path, why)


def _lines(findings: Findings) -> str:
    told = [
        (KINDS[name].found, _place(finding), finding.why)
        for name in findings
        for finding in findings[name]
    ]
    return rows(told)


def _place(finding: Finding) -> str:
    spans = ",".join(f"{first}-{last}" for first, last in finding.lines)
    return f"{finding.path}:{spans}" if spans else finding.path


def _data(found: Project, findings: Findings) -> dict[str, Any]:
    return {
        "project": str(found.folder),
        "release": found.release,
        "newest": releases.current(),
        **dict.fromkeys(KINDS),
        **{name: [asdict(finding) for finding in findings[name]] for name in findings},
    }


def _refuse(found: Project, findings: Findings, report: Report, data: Mapping[str, Any]) -> None:
    kinds = [kind for name, kind in KINDS.items() if findings.get(name)]
    if kinds:
        report.say("")
        many = sum(map(len, findings.values()))
        raise kinds[0].refusal(
            f"{found.folder.name} is {', '.join(kind.found for kind in kinds)} "
            f"({counted(many, 'finding')})",
            "; ".join(kind.way_out for kind in kinds),
            data=data,
        )
