"""`scaffold new`: questions → answers → files → lock → commit."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from scaffold import git, lock, target
from scaffold.asking import drafts
from scaffold.choices import questions
from scaffold.choices.questions import Answers, Questionnaire
from scaffold.choices.settling import Sources, cancelled, settle
from scaffold.commands.flags import Json, Plain, with_flags
from scaffold.errors import Cancelled, StepFailed
from scaffold.report import Report, can_ask
from scaffold.target import Target
from scaffold.template import rendering

EPILOG = """\b
Examples:
  scaffold new myservice
  scaffold new myservice --defaults
  scaffold new services/billing --description "Sends invoices." --defaults
  scaffold new myservice --preset minimal --dry-run
  scaffold new myservice --data-file answers.yml --json
"""

NEXT = (
    ("make setup", "create the environment"),
    ("make dev", "run it, on its own database"),
)


def command(source: Path) -> Callable[..., None]:
    """The command, with a flag for every question in copier.yml."""
    questionnaire = questions.read(source)

    def new(  # noqa: PLR0913 one parameter per flag
        target: Annotated[
            str, typer.Argument(metavar="TARGET", help="The folder to make.", show_default=False)
        ],
        *,
        defaults: Annotated[
            bool,
            typer.Option(
                "--defaults", help="Take the default of every question without an answer."
            ),
        ] = False,
        data_file: Annotated[
            Path | None,
            typer.Option(metavar="FILE", help="Take answers from a YAML file; flags win."),
        ] = None,
        preset: Annotated[
            str | None,
            typer.Option(
                metavar="NAME|FILE",
                help="Start from a set of answers; the rest are defaults.",
                show_default=False,
            ),
        ] = None,
        resume: Annotated[
            bool, typer.Option("--resume", help="Go on where the questions were left.")
        ] = False,
        plain: Plain = False,
        dry_run: Annotated[
            bool,
            typer.Option("--dry-run", help="List what would be made; write nothing, ask nothing."),
        ] = False,
        show: Annotated[
            str | None,
            typer.Option(metavar="PATH", help="Print this one file of it.", show_default=False),
        ] = None,
        no_git: Annotated[bool, typer.Option("--no-git", help="Make no git repository.")] = False,
        no_lock: Annotated[bool, typer.Option("--no-lock", help="Make no uv.lock.")] = False,
        as_json: Json = False,
        **flags: str | list[str] | None,
    ) -> None:
        """Make a service in the folder TARGET."""
        without = ["--no-git"] * no_git + ["--no-lock"] * no_lock
        command = shlex.join(["scaffold", "new", target, *without])
        sources = Sources(command, flags, data_file, preset, defaults, resume, plain)
        request = Request(target, sources, not no_git, not no_lock, dry_run or bool(show), show)
        run(source, questionnaire, request, Report("new", as_json, plain))

    return with_flags(new, questionnaire)


@dataclass(frozen=True)
class Request:
    """The parsed command line."""

    target: str
    sources: Sources
    git: bool
    lock: bool
    looks: bool = False
    show: str | None = None


def run(source: Path, questionnaire: Questionnaire, request: Request, report: Report) -> None:
    place = target.choose(request.target, clear=not request.looks)
    named = replace(questionnaire, folder=place.path.name)
    if request.looks:
        from scaffold.commands.look import look

        look(source, named, place, request.sources, request.show, report)
        return
    if request.git:
        git.require()
    settled = settle(named, place, request.sources, ask=not report.as_json and can_ask())
    try:
        report.step("rendering", lambda: _render(source, place, settled.answers))
    except KeyboardInterrupt as error:
        if settled.is_kept:
            raise cancelled(request.sources) from error
        raise
    if settled.is_kept:
        drafts.forget(place.path)
    _finish(place, request, report)
    report.say(_next_commands(place))
    report.finish({"path": str(place.path), **settled.data(), "next": [words for words, _ in NEXT]})


def _render(source: Path, place: Target, chosen: Answers) -> tuple[str, str]:
    with target.staged(place) as folder:
        rendering.render(source, folder, chosen)
        files = sum(path.is_file() for path in folder.rglob("*"))
    return "rendered", f"{files} files"


def _finish(place: Target, request: Request, report: Report) -> None:
    """Lock, then commit; a failure or ctrl-c keeps the files and tells how to go on."""
    steps: list[tuple[str, Callable[[], tuple[str, str]], str]] = []
    name = place.path.name
    if request.lock:
        steps.append(("locking", lambda: lock.lock(place.path), lock.RESUME))
    if request.git:
        steps.append(("committing", lambda: git.commit(place.path, name), git.resume(name)))
    for position, (doing, act, _) in enumerate(steps):
        rest = [*_enter(place), *(resume for _, _, resume in steps[position:])]
        hint = f"the files are all there; go on with `{' && '.join(rest)}`"
        try:
            report.step(doing, act)
        except StepFailed as error:
            raise StepFailed(error.message, hint) from error
        except KeyboardInterrupt as error:
            raise Cancelled(f"cancelled while {doing}", hint) from error


def _next_commands(place: Target) -> str:
    lines = [*_enter(place), *(f"{words:<20}  {gives}" for words, gives in NEXT)]
    return f"\n{place.path.name} is ready. Next:\n" + "\n".join(f"  {line}" for line in lines)


def _enter(place: Target) -> list[str]:
    return [] if place.is_here else [f"cd {shlex.quote(place.shown)}"]
