"""The command line: what exists, and how every run ends."""

import gc
import sys
from collections.abc import Sequence
from typing import Any

from scaffold import distribution, interruption, report
from scaffold.errors import Cancelled, Refusal, Usage, did_you_mean

SCREEN = """\
Make a backend service that is ready for production, and keep it current.

Usage: scaffold COMMAND

Start      new        make a service

scaffold new myservice --defaults     a FastAPI service on PostgreSQL in a second
scaffold new --help                   every question as a flag
"""

COMMANDS = ("new",)


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

    from scaffold.commands import new

    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_scaffold)
    app.command("new", epilog=new.EPILOG)(new.command(distribution.source()))
    try:
        code = typer.main.get_command(app)(arguments, prog_name="scaffold", standalone_mode=False)
    except typer.TyperException as error:
        raise _usage(arguments[0], error) from error
    except typer.Abort as error:  # so Typer calls ctrl-d
        raise KeyboardInterrupt from error
    if code == Cancelled.exit_code:  # and so ctrl-c
        raise KeyboardInterrupt


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
