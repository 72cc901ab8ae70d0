"""The flags that commands share, and every question in copier.yml as one."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from scaffold.choices.questions import Question, Questionnaire

Folder = Annotated[
    Path,
    typer.Option(
        "--project", metavar="DIR", help="The project (default: here).", show_default=False
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document, and never ask.")]
Plain = Annotated[bool, typer.Option("--plain", help="Ask by numbered lines, for screen readers.")]


def with_flags(
    command: Callable[..., None], questionnaire: Questionnaire, *, defaults: bool = True
) -> Callable[..., None]:
    """The command, its `**flags` spelled out after its argument, as Typer reads it. `defaults`:
    they have some, which the help tells."""
    signature = inspect.signature(command)
    argument, *own, _flags = signature.parameters.values()
    asked = [_flag(questionnaire, question, defaults) for question in questionnaire.questions]
    parameters = [argument, *asked, *own]
    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # read by Typer
    return command


def _flag(questionnaire: Questionnaire, question: Question, defaults: bool) -> inspect.Parameter:
    metavar = "A,B" if question.several else "TEXT"
    sources = ", ".join(source.flag for source in questionnaire.sources(question))
    default = question.static_default or (f"depends on {sources}" if sources else "from TARGET")
    choices = f": {', '.join(question.values)}" if question.choices else ""
    text = f"{question.help}{choices}" + f" (default: {default})" * defaults
    option = typer.Option(question.flag, help=text, metavar=metavar, show_default=False)
    annotation: Any = list[str] | None if question.several else str | None
    return inspect.Parameter(
        question.key,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[annotation, option],
    )
