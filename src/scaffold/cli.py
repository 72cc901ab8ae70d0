"""The command line: what exists, and how every run ends."""

import gc
import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

from scaffold import distribution, interruption, report
from scaffold.errors import Cancelled, Refusal, Usage, did_you_mean

SCREEN = """\
Make a backend service that is ready for production, and keep it current.

Usage: scaffold COMMAND

Start      new        make a service
Grow       add, remove, set   change a choice later
Keep up    update     take over a newer template, keeping your edits
           check      is it current, is it clean (for CI)
           diff       what differs from the template
           info       what this project was made from

scaffold new myservice --defaults     a FastAPI service on PostgreSQL in a second
scaffold new --help                   every question as a flag
"""

COMMANDS = ("new", "add", "remove", "set", "update", "check", "diff", "info")


def main() -> None:
    interruption.listen()
    gc.disable()  # looking for cycles would take a tenth of a run that lasts half a second
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    # Answered before Typer is imported: it would take most of the time.
    if not arguments or arguments[0] in ("--help", "-h"):
        print(SCREEN, end="")
        return 0
    if arguments[0] == "--version":
        print(f"scaffold {distribution.version()}")
        return 0
    try:
        _dispatch(arguments)
    except Exception as error:
        refusal = error if isinstance(error, Refusal) else _bug(error)
    except KeyboardInterrupt:
        hint = "run the command again to start over"
        refusal = Cancelled("cancelled; nothing was written", hint)
    else:
        return 0
    report.refuse(arguments[0], refusal, as_json="--json" in arguments)
    return refusal.exit_code


def _dispatch(arguments: Sequence[str]) -> None:
    if arguments[0] not in COMMANDS:
        kind = "a flag" if arguments[0].startswith("-") else "a command"
        raise Usage(
            f"`{arguments[0]}` is not {kind} of `scaffold`",
            did_you_mean(arguments[0], COMMANDS, "`scaffold` lists the commands"),
        )
    import typer

    command, examples = _command(arguments[0])
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_scaffold)
    app.command(arguments[0], epilog=examples)(command)
    try:
        code = typer.main.get_command(app)(arguments, prog_name="scaffold", standalone_mode=False)
    except typer.TyperException as error:
        raise _usage(arguments[0], error) from error
    except typer.Abort as error:  # so Typer calls ctrl-d
        raise KeyboardInterrupt from error
    if code == Cancelled.exit_code:  # and so ctrl-c
        raise KeyboardInterrupt


def _command(name: str) -> tuple[Callable[..., None], str]:
    """What runs, and the examples below its help. Of the commands, only this one is imported."""
    if name == "new":
        from scaffold.commands import new

        return new.command(distribution.source()), new.EPILOG
    if name in ("add", "remove", "set"):
        from scaffold.commands import change

        return change.command(change.VERBS[name]), change.VERBS[name].epilog
    module = importlib.import_module(f"scaffold.commands.{name}")
    return getattr(module, name), module.EPILOG


def _scaffold() -> None:
    """Without a callback, Typer makes its only command the root."""


def _usage(command: str, error: Any) -> Usage:
    """Typer's own usage errors in our form."""
    hint = f"`scaffold {command} --help` lists every flag"
    possibilities = getattr(error, "possibilities", None)  # only for an unknown flag
    if possibilities is None:
        return Usage(error.format_message().rstrip("."), hint)
    guess = f"did you mean `{possibilities[0]}`? " if possibilities else ""
    return Usage(f"`{error.option_name}` is not a flag of `scaffold {command}`", guess + hint)


def _bug(error: Exception) -> Refusal:
    import traceback

    traceback.print_exception(error)
    hint = f"this is a bug: please report it at {distribution.repository()}/issues"
    return Refusal(f"{type(error).__name__}: {error}", hint)
