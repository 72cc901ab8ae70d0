"""Every command and its flags, from the commands themselves."""

import textwrap
from collections.abc import Iterator
from typing import Any

from scaffold import cli

HEAD = """\
# Commands

Written from the commands themselves by `make reference`. `scaffold help COMMAND` prints the same,
`scaffold` alone a list. What they end with is in [exit codes](exit-codes.md).
"""


def page() -> str:
    return "\n".join([HEAD, *(line for name in names() for line in _section(name))])


def names() -> Iterator[str]:
    """Each that does something, as it is typed: `options explain` after `options`."""
    for name, below in cli.COMMANDS.items():
        yield from [name] * cli.runs(name)
        yield from (f"{name} {word}" for word in below)


def _section(name: str) -> Iterator[str]:
    command = cli.typed(name)
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    flags = [each for each in command.params if each.param_type_name == "option"]
    words = [name, *map(_argument, arguments), *["[FLAGS]"] * bool(flags)]
    yield f"## scaffold {name}\n"
    yield f"{command.help}\n"
    yield f"```text\nscaffold {' '.join(words)}\n```\n"
    yield "| argument or flag | meaning |"
    yield "| --- | --- |"
    yield from (f"| `{_cell(each.metavar)}` | {_cell(each.help)} |" for each in arguments)
    yield from (f"| `{_cell(_flag(each))}` | {_cell(each.help)} |" for each in flags)
    yield f"\n```text\n{_examples(command.epilog)}```\n"


def _argument(argument: Any) -> str:
    word = argument.metavar + "..." * (argument.nargs < 0)
    return word if argument.required else f"[{word}]"


def _flag(flag: Any) -> str:
    return f"{flag.opts[0]}" if flag.is_flag else f"{flag.opts[0]} {flag.metavar}"


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _examples(epilog: str) -> str:
    """Without the mark that keeps their lines apart, and their heading."""
    return textwrap.dedent(epilog.partition("Examples:\n")[2])
