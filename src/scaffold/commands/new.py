"""`scaffold new`: questions → answers → files → lock → commit."""

import inspect
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from scaffold import answers, git, lock, questions, rendering, target
from scaffold.errors import Cancelled, StepFailed
from scaffold.questions import Answers, Question, Questionnaire
from scaffold.report import Report, can_ask
from scaffold.target import Target

EPILOG = """\b
Examples:
  scaffold new myservice
  scaffold new myservice --defaults
  scaffold new services/billing --description "Sends invoices." --defaults
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
        no_git: Annotated[bool, typer.Option("--no-git", help="Make no git repository.")] = False,
        no_lock: Annotated[bool, typer.Option("--no-lock", help="Make no uv.lock.")] = False,
        as_json: Annotated[
            bool, typer.Option("--json", help="Print one JSON document, and never ask.")
        ] = False,
        **flags: str | list[str] | None,
    ) -> None:
        """Make a service in the folder TARGET."""
        request = Request(target, flags, data_file, defaults, not no_git, not no_lock)
        run(source, questionnaire, request, Report("new", as_json))

    signature = inspect.signature(new)
    target_parameter, *own, _flags = signature.parameters.values()
    asked = [_flag(questionnaire, question) for question in questionnaire.questions]
    parameters = [target_parameter, *asked, *own]
    new.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # read by Typer
    return new


def _flag(questionnaire: Questionnaire, question: Question) -> inspect.Parameter:
    metavar = "A,B" if question.several else "TEXT"
    sources = ", ".join(source.flag for source in questionnaire.sources(question))
    default = question.static_default or (f"depends on {sources}" if sources else "from TARGET")
    choices = f": {', '.join(question.values)}" if question.choices else ""
    text = f"{question.help}{choices} (default: {default})"
    option = typer.Option(question.flag, help=text, metavar=metavar, show_default=False)
    annotation: Any = list[str] | None if question.several else str | None
    return inspect.Parameter(
        question.key,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[annotation, option],
    )


@dataclass(frozen=True)
class Request:
    """The parsed command line."""

    target: str
    flags: Mapping[str, str | list[str] | None]
    data_file: Path | None
    defaults: bool
    git: bool
    lock: bool


def run(source: Path, questionnaire: Questionnaire, request: Request, report: Report) -> None:
    place = target.choose(request.target)
    if request.git:
        git.require()
    chosen = _answer(replace(questionnaire, folder=place.path.name), request, report)
    report.step("rendering", lambda: _render(source, place, chosen))
    _finish(place, request, report)
    report.say(_next_commands(place))
    report.finish(
        {"path": str(place.path), "answers": chosen, "next": [words for words, _ in NEXT]}
    )


def _answer(questionnaire: Questionnaire, request: Request, report: Report) -> Answers:
    given = answers.from_flags(questionnaire, request.flags)
    if request.data_file:
        given = answers.from_file(questionnaire, request.data_file) | given
    missing = any(question.key not in given for question in questionnaire.questions)
    if missing and not request.defaults and not report.as_json and can_ask():
        from scaffold import wizard

        return wizard.ask(questionnaire, given, request.target)
    return answers.complete(questionnaire, given, defaults=request.defaults)


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
