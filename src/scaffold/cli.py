"""The command line: what exists, and how every run ends."""

import gc
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from scaffold import distribution, interruption, report
from scaffold.errors import Cancelled, Refusal, Usage, did_you_mean

SCREEN = """\
Make a backend service that is ready for production, and keep it current.

Usage: scaffold COMMAND

Start      new        make a service
           options    what can be chosen, and what each choice brings
           compare    two sets of answers, by what they make
           preset     sets of answers with a name
Grow       add, remove, set   change a choice later
Keep up    update     take over a newer template, keeping your edits
           check      is it current, is it clean (for CI)
           diff       what differs from the template
           info       what this project was made from
Programs   schema     the answers, and what `--json` prints, as JSON Schema
           mcp        serve coding agents, by the Model Context Protocol
           completion words for the tab key of bash, zsh, fish, PowerShell
Help       doctor     is this machine ready for this project
           help       the flags of a command, and examples: scaffold help new

scaffold new myservice --defaults     a FastAPI service on PostgreSQL in a second
"""

# By name: the commands that it has itself, which come with its next word.
COMMANDS: dict[str, tuple[str, ...]] = {
    "new": (),
    "options": ("explain",),
    "compare": (),
    "preset": ("save", "list", "show"),
    "add": (),
    "remove": (),
    "set": (),
    "update": (),
    "check": (),
    "diff": (),
    "info": (),
    "schema": (),
    "mcp": (),
    "completion": (),
    "doctor": (),
}
HELP = ("--help", "-h")
FLAGS = ("--help", "--version")  # without a command

Found = tuple[Callable[..., None], str]  # what runs, and the examples below its help


def main() -> None:
    _open_streams()
    interruption.listen()
    gc.disable()  # looking for cycles would take a tenth of a run that lasts half a second
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    if arguments and arguments[0] == "help":
        arguments = [*arguments[1:], "--help"]
    # Answered before Typer is imported: it would take most of the time.
    if not arguments or arguments[0] in (*HELP, "help"):
        report.put(SCREEN.encode())
        return 0
    if arguments[0] == "--version":
        report.put(f"scaffold {distribution.version()}\n".encode())
        return 0
    name, words = _parted(arguments)
    try:
        _dispatch(name, words)
    except Exception as error:
        refusal = error if isinstance(error, Refusal) else _bug(error)
    except KeyboardInterrupt:
        hint = "run the command again to start over"
        refusal = Cancelled("cancelled; nothing was written", hint)
    else:
        return 0
    report.refuse(name, refusal, as_json="--json" in arguments)
    return refusal.exit_code


def _open_streams() -> None:
    """One that is closed (`<&-`) leads to nowhere; else the next file would take its number."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free, which is this
            setattr(sys, name, os.fdopen(number, mode))


def _parted(arguments: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The command's name, of one word or two, and the words that it gets."""
    first, *rest = arguments
    if rest and rest[0] in COMMANDS.get(first, ()):
        return f"{first} {rest[0]}", rest[1:]
    return first, rest


def _dispatch(name: str, words: Sequence[str]) -> None:
    first = name.partition(" ")[0]
    if first not in COMMANDS:
        is_flag = first.startswith("-")
        raise Usage(
            f"`{first}` is not a {'flag' if is_flag else 'command'} of `scaffold`",
            did_you_mean(
                first,
                FLAGS if is_flag else [*COMMANDS, "help"],
                "`scaffold` lists the commands",
            ),
        )
    _refuse_misspelled(name, words)
    if not runs(name):
        report.put(_listed(name, words).encode())
        return
    try:
        code = typed(name)([*words], prog_name=f"scaffold {name}", standalone_mode=False)
    except Exception as error:
        import typer

        if isinstance(error, typer.TyperException):
            raise _usage(name, error) from error
        if isinstance(error, typer.Abort):  # so Typer calls ctrl-d
            raise KeyboardInterrupt from error
        raise
    if code == Cancelled.exit_code:  # and so ctrl-c
        raise KeyboardInterrupt


def _refuse_misspelled(name: str, words: Sequence[str]) -> None:
    """A word where only a command can be: those that have some take no other."""
    known = COMMANDS.get(name)
    if known and words and not words[0].startswith("-"):
        ways = f"`scaffold {name} --help` lists them"
        raise Usage(
            f"`{words[0]}` is not a command of `scaffold {name}`",
            did_you_mean(words[0], known, ways),
        )


def runs(name: str) -> bool:
    """Whether it does something alone. The one that does not is `preset`."""
    return name != "preset"


def _listed(name: str, words: Sequence[str]) -> str:
    """The commands of a command that does nothing alone."""
    if words and words[0] not in HELP:
        raise Usage(f"`scaffold {name}` needs a command", f"one of {', '.join(COMMANDS[name])}")
    group = {word: typed(f"{name} {word}").help for word in COMMANDS[name]}
    lines = "".join(f"  {word:<6} {told}\n" for word, told in group.items())
    return f"Usage: scaffold {name} COMMAND\n\n{lines}\nscaffold help {name} {COMMANDS[name][0]}\n"


def typed(name: str) -> Any:
    """The command as Typer reads it."""
    import typer

    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": [*HELP]},
    )
    found, examples = _command(name)
    app.command(name, epilog=examples)(found)
    return typer.main.get_command(app)


def _command(name: str) -> Found:
    """Of the commands, only this one is imported."""
    if name == "new":
        from scaffold.commands import new

        return new.command(distribution.source()), new.EPILOG
    if name in ("add", "remove", "set"):
        from scaffold.commands import change

        return change.command(change.VERBS[name]), change.VERBS[name].epilog
    first, _, second = name.partition(" ")
    module = importlib.import_module(f"scaffold.commands.{first}")
    if second:
        found: Found = module.GROUP[second]
        return found
    return getattr(module, name), module.EPILOG


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
