"""What the tab key offers: every command, its flags, and the values that they take.

It is all in the script of a shell, so that no process is started by the key; presets of one's own
are looked up in their folder.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scaffold import cli, distribution
from scaffold.choices import presets, questions
from scaffold.choices.questions import NONE, Question, Questionnaire
from scaffold.template import releases

Words = dict[str, str]  # what is offered, and what is said of it


@dataclass(frozen=True)
class Values:
    """What a flag or an argument takes."""

    words: Words
    several: bool = False  # with commas between
    paths: bool = False
    presets: bool = False  # those of one's own too


@dataclass(frozen=True)
class Flag:
    names: tuple[str, ...]
    help: str
    values: Values | None  # of one that takes a value


@dataclass(frozen=True)
class Command:
    name: str  # of one word or two
    help: str
    flags: tuple[Flag, ...]
    values: Values | None  # of its arguments


_HELP = Flag(("--help",), "Show this message and exit.", None)


def commands(shells: Iterable[str]) -> Iterator[Command]:
    """`shells`: those that can be named to the command that prints this."""
    known = _values(questions.read(distribution.source()))
    known["SHELL"] = Values(dict.fromkeys(shells, ""))
    for first, seconds in cli.COMMANDS.items():
        if cli.runs(first):
            yield _command(first, seconds, known)
        else:
            yield Command(first, "Sets of answers with a name.", (_HELP,), _seconds(first))
        for second in seconds:
            yield _command(f"{first} {second}", (), known)
    listed = Values(dict.fromkeys(cli.COMMANDS, ""))
    yield Command("help", "The flags of a command, and examples.", (), listed)


def _command(name: str, seconds: Sequence[str], known: Mapping[str, Values]) -> Command:
    typed = cli.typed(name)
    flags, values = [], None
    for each in typed.params:
        taken = known.get(each.opts[0]) or known.get(each.metavar or "")
        if each.param_type_name == "argument":
            values = taken
        else:
            takes = None if each.is_flag else taken or Values({})
            flags.append(Flag(tuple(each.opts), each.help, takes))
    if seconds:
        values = _seconds(name)
    return Command(name, typed.help, (*flags, _HELP), values)


def _seconds(first: str) -> Values:
    return Values({word: cli.typed(f"{first} {word}").help for word in cli.COMMANDS[first]})


def _values(asked: Questionnaire) -> dict[str, Values]:
    """By flag, or by what stands for a value in the help."""
    chosen = [question for question in asked.questions if question.choices]
    pairs = {
        f"{question.key}={word}": told
        for question in chosen
        for word, told in _choices(question).items()
    }
    alone = {
        choice.value: choice.gives
        for question in chosen
        for choice in question.choices
        if choice.value != NONE
    }
    listed = {name: each.gives for name, each in presets.known().items() if not each.path}
    names = [releases.shown(name) for name in releases.recorded(distribution.releases())]
    return {
        **{question.flag: Values(_choices(question), question.several) for question in chosen},
        **dict.fromkeys(("TARGET", "FILE", "DIR", "PATH", "PROJECT"), Values({}, paths=True)),
        "NAME|FILE": Values(listed, paths=True, presets=True),
        "QUESTION=CHOICE": Values(pairs),
        "CHOICE": Values(alone | pairs),
        **dict.fromkeys("AB", Values(listed | pairs, several=True, paths=True, presets=True)),
        "RELEASE": Values(dict.fromkeys(names, "")),
        "new|document": Values({"new": "The answers.", "document": "What --json prints."}),
    }


def _choices(question: Question) -> Words:
    none = {NONE: ""} if question.several else {}
    return {choice.value: choice.gives for choice in question.choices} | none
