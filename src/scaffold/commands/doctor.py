"""`scaffold doctor`: is this machine ready for this project."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from scaffold import doctor as rules
from scaffold.commands.flags import Folder, Json
from scaffold.doctor.finding import OK, PROBLEM, Finding
from scaffold.errors import NotReady
from scaffold.report import Report
from scaffold.text import counted, wrapped

EPILOG = """\b
Examples:
  scaffold doctor
  scaffold doctor --project services/billing --json
"""


WIDTH = 80


def doctor(*, folder: Folder = Path(), as_json: Json = False) -> None:
    """Is this machine ready for this project? Outside of one: for a new one. Changes nothing."""
    place = rules.find(folder)
    report = Report("doctor", as_json)
    with report.waiting("looking"):
        findings = list(rules.examine(place))
    within = place.answers is not None
    data = {
        "project": str(place.folder) if within else None,
        "rules": [asdict(finding) for finding in findings],
    }
    report.show("".join(_lines(findings)).encode())
    whose = place.folder.name if within else "a new project"
    problems = sum(finding.state == PROBLEM for finding in findings)
    if problems:
        report.say("")
        raise NotReady(
            f"this machine is not ready for {whose} ({counted(problems, 'problem')})",
            "do what stands below each of them, then ask again: `scaffold doctor`",
            data=data,
        )
    warnings = sum(finding.state != OK for finding in findings)
    remark = f", with {counted(warnings, 'warning')}" if warnings else ""
    report.say(f"\nthis machine is ready for {whose}{remark}")
    report.finish(data)


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    """What was found is wrapped; a way out is one line, to be pasted."""
    width = max(len(finding.rule) for finding in findings)
    for finding in findings:
        head = f"  {finding.state:<7}  {finding.rule:<{width}}  "
        indent = " " * len(head)
        yield wrapped(finding.found, WIDTH, head, indent)
        yield f"\n{indent}{finding.fix}\n" if finding.fix else "\n"
