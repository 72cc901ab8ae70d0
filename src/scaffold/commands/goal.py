"""What a project is to become, and how `update`, `set`, `add` and `remove` bring it there."""

import re
import shlex
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from scaffold.choices.answers import differing
from scaffold.choices.questions import Answer, Answers, said
from scaffold.errors import Conflicts, WouldLoseEdits
from scaffold.report import Report
from scaffold.template.releases import shown
from scaffold.template.upgrades import Upgrade
from scaffold.text import counted, listed, rows
from scaffold.update import act, plan, project, screens
from scaffold.update.act import Outcome
from scaffold.update.plan import Plan
from scaffold.update.project import Project
from scaffold.update.screens import Notice

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be done, and change nothing.")
]
Diff = Annotated[bool, typer.Option("--diff", help="Print it as a patch too, on stdout.")]
Branch = Annotated[bool, typer.Option("--branch", help="Do it on a new branch.")]
NoCommit = Annotated[bool, typer.Option("--no-commit", help="Stage it, and do not commit.")]
NoLock = Annotated[bool, typer.Option("--no-lock", help="Leave uv.lock as it is.")]


@dataclass(frozen=True)
class Options:
    """How to go there, alike for the four commands."""

    dry_run: bool
    diff: bool
    branch: bool
    commit: bool
    lock: bool
    allow_delete: Sequence[str] = ()


@dataclass(frozen=True)
class Goal:
    command: str  # as it was typed, without options
    title: str  # of the commit
    release: str
    answers: Answers
    upgrades: Sequence[Upgrade] = ()
    new_questions: Mapping[str, Answer] = field(default_factory=dict)
    dropped_answers: Answers = field(default_factory=dict)
    not_migrated: Sequence[str] = ()

    @property
    def renames(self) -> dict[str, str]:
        """From the oldest name to the newest: a file may have moved in several releases."""
        renames: dict[str, str] = {}
        for upgrade in self.upgrades:
            onward = {old: upgrade.renames.get(new, new) for old, new in renames.items()}
            renames = upgrade.renames | onward
        return renames

    @property
    def branch(self) -> str:
        return "scaffold/" + re.sub(r"[^a-z0-9.]+", "-", self.title.lower()).strip("-.")


def start(folder: Path, options: Options) -> Project:
    """The project, before anything is asked. Raises TreeDirty unless it can be merged into."""
    found = project.find(folder)
    act.require_none_under_way(found)
    if not options.dry_run:
        found.require_ready()
    return found


def reach(found: Project, goal: Goal, options: Options, report: Report) -> None:
    with ExitStack() as stack:
        with report.waiting("comparing"):
            made = stack.enter_context(
                plan.make(found, goal.release, goal.answers, goal.renames, options.allow_delete)
            )
        _reach(made, goal, options, report)


def _reach(made: Plan, goal: Goal, options: Options, report: Report) -> None:
    notices = _notices(made, goal.upgrades)
    data = _data(made, goal, notices) | {"diff": made.diff() if options.diff else None}
    if made.is_empty:
        name = made.project.folder.name
        report.say(f"nothing to do: {name} is on {shown(goal.release)} with these answers")
        report.finish(data)
        return
    sections = _sections(goal, notices)
    report.say(screens.screen(made, sections), end="")
    if options.diff:
        report.show(data["diff"].encode())
    _refuse_lost_edits(made, goal, report, data)
    if options.dry_run:
        report.say(f"\nNothing was changed. {_prospect(made, goal)}")
        report.finish(data | {"done": "planned"})
        return
    branch = goal.branch if options.branch else None
    message = screens.message(goal.title, made, sections)
    with report.waiting("merging"):
        outcome = act.apply(
            made, message, commit=options.commit, relock=options.lock, branch=branch
        )
    report.say("")
    finish(made.project, outcome, report, data | {"branch": branch})


def finish(found: Project, outcome: Outcome, report: Report, data: Mapping[str, Any]) -> None:
    """Say what was done, and how to go on or back."""
    data = {**data, "commit": outcome.commit, "locked": outcome.locked}
    if outcome.conflicts:
        raise Conflicts(
            f"{counted(len(outcome.conflicts), 'file')} in conflict; nothing was committed",
            "resolve what is marked, then `scaffold update --continue`; "
            "or go back with `scaffold update --abort`",
            data={**data, "done": "conflicts"},
        )
    steps = [(step, data[step]) for step in ("branch", "locked") if data.get(step)]
    if outcome.commit:
        title = found.repository.line("log", "-1", "--format=%s")
        steps.append(("committed", f'"{title}" ({outcome.commit})'))
        way = "Try it with `make setup` and `make test`. Undo it with `git reset --keep HEAD~1`."
    else:
        steps.append(("staged", "not committed"))
        way = "`scaffold update --continue` commits it, `scaffold update --abort` takes it back."
    report.say(f"{rows(steps)}\n{way}")
    done = "committed" if outcome.commit else "staged"
    report.finish({**data, "done": done})


def _notices(made: Plan, upgrades: Sequence[Upgrade]) -> list[Notice]:
    notices = []
    for upgrade in upgrades:
        sentences = [*upgrade.breaking, *upgrade.manual]
        sentences += [f"{path} is removed: {why}" for path, why in upgrade.removed.items()]
        notices += [Notice(upgrade.version, sentence) for sentence in sentences]
        for old, new in upgrade.environment.items():
            what = f"`{new}` replaces `{old}`" if new else f"`{old}` is no longer read"
            notices.append(Notice(upgrade.version, what, _places(made, old)))
    return notices


def _places(made: Plan, variable: str) -> list[str]:
    """Where the project will still name it; `.env`, too, which git does not know."""
    own = made.project.folder / ".env"
    lines = []
    if own.is_file() and made.read(own.name) is None:
        lines = own.read_text(encoding="utf-8", errors="replace").splitlines()
    word = re.compile(rf"\b{re.escape(variable)}\b")
    return made.places(variable) + [
        f"{own.name}:{number}" for number, line in enumerate(lines, 1) if word.search(line)
    ]


def _sections(goal: Goal, notices: Sequence[Notice]) -> dict[str, list[str]]:
    """What there is to say besides files, by title."""
    return {
        "New questions, answered so": [
            f"{key}: {said(answer)} (`scaffold set {key}=...` changes it)"
            for key, answer in goal.new_questions.items()
        ],
        "No longer asked": [
            f"{key} (it was {said(answer)})" for key, answer in goal.dropped_answers.items()
        ],
        "Before you deploy": [f"{each.version}: {each.sentence}" for each in notices],
        "Not migrated, yours to do": [*goal.not_migrated],
    }


def _data(made: Plan, goal: Goal, notices: Sequence[Notice]) -> dict[str, Any]:
    changed = differing(made.project.answers, goal.answers)
    return {
        "project": str(made.project.folder),
        "from": made.project.release,
        "to": goal.release,
        "answers": goal.answers,
        "changed_answers": {key: {"from": old, "to": new} for key, (old, new) in changed.items()},
        "new_questions": goal.new_questions,
        "dropped_answers": goal.dropped_answers,
        "changes": [asdict(change) for change in made.changes],
        "kept": [asdict(kept) for kept in made.kept],
        "conflicts": [
            {"path": each.path, "kind": each.kind, "lines": each.lines} for each in made.conflicts
        ],
        "in_the_way": made.in_the_way,
        "notes": made.notes,
        "before_deploy": [asdict(notice) for notice in notices],
        "not_migrated": goal.not_migrated,
        "done": "nothing",
        "commit": None,
        "branch": None,
        "locked": None,
    }


def _refuse_lost_edits(made: Plan, goal: Goal, report: Report, data: Mapping[str, Any]) -> None:
    """New answers delete no edit. (A new release asks by a conflict.)"""
    lost = made.would_lose
    if lost and made.release == made.project.release:
        report.say("")
        allowed = shlex.join(word for path in lost for word in ("--allow-delete", path))
        raise WouldLoseEdits(
            f"your edits in {listed(lost)} would be lost; nothing was written",
            f"save what you need of them elsewhere, then `{goal.command} {allowed}`",
            data=data,
        )


def _prospect(made: Plan, goal: Goal) -> str:
    if made.in_the_way:
        return f"`{goal.command}` waits until nothing is in the way."
    if not made.conflicts:
        return f"`{goal.command}` does this."
    return f"`{goal.command}` does this and leaves the conflicts to you, or to `--abort`."
