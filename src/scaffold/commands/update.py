"""`scaffold update`: take over another release of the template, keeping every edit."""

from pathlib import Path
from typing import Annotated

import typer

from scaffold.choices import answers, questions
from scaffold.choices.questions import Answers, Questionnaire
from scaffold.commands.flags import Folder, Json, Plain
from scaffold.commands.goal import (
    Branch,
    Diff,
    DryRun,
    Goal,
    NoCommit,
    NoLock,
    Options,
    finish,
    reach,
    start,
)
from scaffold.errors import Usage
from scaffold.report import Report, can_ask
from scaffold.template import releases, upgrades
from scaffold.template.releases import shown
from scaffold.update import act, project
from scaffold.update.project import Project

EPILOG = """\b
Examples:
  scaffold update --dry-run
  scaffold update
  scaffold update --to 0.2.0 --branch
  scaffold update --continue
"""


def update(  # noqa: PLR0913 one parameter per flag
    *,
    to: Annotated[
        str | None,
        typer.Option(metavar="RELEASE", help="Which (default: the newest).", show_default=False),
    ] = None,
    dry_run: DryRun = False,
    diff: Diff = False,
    branch: Branch = False,
    no_commit: NoCommit = False,
    no_lock: NoLock = False,
    defaults: Annotated[
        bool, typer.Option("--defaults", help="Answer new questions by their defaults.")
    ] = False,
    go_on: Annotated[
        bool, typer.Option("--continue", help="End an update: its conflicts are resolved.")
    ] = False,
    abort: Annotated[
        bool, typer.Option("--abort", help="Take an update back that has not ended.")
    ] = False,
    plain: Plain = False,
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Take over a newer template, keeping your edits."""
    report = Report("update", as_json, plain)
    begins = bool(to or dry_run or diff or branch or no_commit or no_lock or defaults)
    if go_on + abort + begins > 1:
        raise Usage("`--continue` and `--abort` go alone", "leave out the other flags")
    if go_on:
        _resume(project.find(folder), report)
    elif abort:
        _abort(project.find(folder), report)
    else:
        options = Options(dry_run, diff, branch, not no_commit, not no_lock)
        found = start(folder, options)
        reach(found, _goal(found, to, defaults, report), options, report)


def _resume(found: Project, report: Report) -> None:
    with report.waiting("merging"):
        outcome = act.resume(found)
    finish(found, outcome, report, {"project": str(found.folder)})


def _abort(found: Project, report: Report) -> None:
    kept = act.abort(found)
    report.say(f"{found.folder.name} is as it was before the update")
    if kept:
        report.say(f"what you had edited since is kept: `git show {kept}`")
    report.finish({"project": str(found.folder), "done": "aborted", "kept_under": kept})


def _goal(found: Project, to: str | None, defaults: bool, report: Report) -> Goal:
    release = _release(to)
    _refuse_downgrade(found, release)
    recorded = upgrades.migrated(found.answers, found.release, release)
    with releases.source(release) as source:
        asked = questions.read(source, found.folder.name)
    taken = answers.accepted(asked, recorded, shown(release))
    chosen = _complete(asked, taken, defaults, report)
    return Goal(
        command=f"scaffold update --to {to}" if to else "scaffold update",
        title=f"Update the template to {shown(release)}",
        release=release,
        answers=chosen,
        upgrades=upgrades.between(found.release, release, chosen),
        new_questions={key: answer for key, answer in chosen.items() if key not in taken},
        dropped_answers={key: answer for key, answer in recorded.items() if key not in taken},
    )


def _release(to: str | None) -> str:
    if to is None:
        return releases.current()
    return f"v{to}" if f"v{to}" in releases.names() else to


def _refuse_downgrade(found: Project, release: str) -> None:
    if releases.is_older(release, found.release):
        raise Usage(
            f"{shown(release)} is older than {shown(found.release)}, which this project is on",
            "there is no way back by an update: revert the commit of the one that brought it here",
        )


def _complete(asked: Questionnaire, taken: Answers, defaults: bool, report: Report) -> Answers:
    """With answers to the questions that are new."""
    new = any(question.key not in taken for question in asked.questions)
    if new and not defaults and not report.as_json and can_ask():
        from scaffold.asking import wizard

        return wizard.ask_missing(asked, taken, plain=report.plain)
    return answers.complete(asked, taken, defaults=True, spelling=answers.as_word)
