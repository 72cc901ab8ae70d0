"""`scaffold set`, `add` and `remove`: the same release with other answers."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from scaffold.choices import answers, policy, questions, words
from scaffold.choices.answers import Given, differing
from scaffold.choices.questions import Answers, Questionnaire, choices_in, said
from scaffold.commands.flags import Folder, Json
from scaffold.commands.goal import (
    Branch,
    Diff,
    DryRun,
    Goal,
    NoCommit,
    NoLock,
    Options,
    reach,
    start,
)
from scaffold.report import Report
from scaffold.template import releases
from scaffold.update.project import Project

Choose = Callable[[Questionnaire, Answers, Sequence[str]], Given]


@dataclass(frozen=True)
class Verb:
    name: str
    choose: Choose
    help: str
    metavar: str
    takes: str
    epilog: str


VERBS = {
    verb.name: verb
    for verb in (
        Verb(
            "set",
            words.changed,
            "Change answers, keeping your edits.",
            "QUESTION=CHOICE",
            "The new answers; of several choices, `a,b` or `none`.",
            """\b
Examples:
  scaffold set database=mysql --dry-run
  scaffold set auth=jwt deploy=compose,kubernetes
""",
        ),
        Verb(
            "add",
            words.joined,
            "Add choices, keeping your edits.",
            "CHOICE",
            "What to add; `question=choice` where two questions have it.",
            """\b
Examples:
  scaffold add kubernetes --dry-run
  scaffold add ci=github-actions
""",
        ),
        Verb(
            "remove",
            words.left,
            "Remove choices, keeping your edits.",
            "CHOICE",
            "What to remove; `question=choice` where two questions have it.",
            """\b
Examples:
  scaffold remove kubernetes --dry-run
  scaffold remove api-key --allow-delete app/auth/keys.py
""",
        ),
    )
}


def command(verb: Verb) -> Callable[..., None]:
    def change(  # noqa: PLR0913 one parameter per flag
        choices: Annotated[
            list[str], typer.Argument(metavar=verb.metavar, help=verb.takes, show_default=False)
        ],
        *,
        dry_run: DryRun = False,
        diff: Diff = False,
        branch: Branch = False,
        no_commit: NoCommit = False,
        no_lock: NoLock = False,
        allow_delete: Annotated[
            list[str] | None,
            typer.Option(
                metavar="PATH", help="Let this file go, with your edits.", show_default=False
            ),
        ] = None,
        folder: Folder = Path(),
        as_json: Json = False,
    ) -> None:
        options = Options(
            dry_run, diff, branch, not no_commit, not no_lock, tuple(allow_delete or [])
        )
        found = start(folder, options)
        reach(found, _goal(found, verb, choices), options, Report(verb.name, as_json))

    change.__doc__ = verb.help
    return change


def _goal(found: Project, verb: Verb, choices: Sequence[str]) -> Goal:
    with releases.source(found.release) as source:
        asked = questions.read(source, found.folder.name)
        leaving = questions.facts(source, "leaving") or {}
    before = _complete(asked, answers.from_project(asked, found.answers))
    after = _complete(asked, verb.choose(asked, before, choices))
    new = {key: answer for key, (_, answer) in differing(before, after).items()}
    policy.read(asked).judge(asked, new, answers.as_word)
    return Goal(
        command=shlex.join(["scaffold", verb.name, *choices]),
        title=_title(verb, before, after, choices),
        release=found.release,
        answers=after,
        not_migrated=_not_migrated(leaving, before, after),
    )


def _complete(asked: Questionnaire, given: Answers) -> Given:
    return answers.complete(asked, given, defaults=True, spelling=answers.as_word)


def _title(verb: Verb, before: Answers, after: Answers, choices: Sequence[str]) -> str:
    if verb.name != "set":
        names = [choice.rpartition("=")[2] for choice in choices]
        return f"{verb.name.capitalize()} {' and '.join(names)}"
    new = {key: said(answer) for key, (_, answer) in differing(before, after).items()}
    return "Set " + " and ".join(f"{key} to {answer}" for key, answer in new.items())


def _not_migrated(
    leaving: Mapping[str, Mapping[str, Sequence[str]]], before: Answers, after: Answers
) -> list[str]:
    """What the template says of each choice that leaves, and of its question."""
    sentences: list[str] = []
    for key, (old, new) in differing(before, after).items():
        gone = [choice for choice in choices_in(old) if choice not in choices_in(new)]
        for choice in [*gone, "*"] if gone else []:
            sentences += leaving.get(key, {}).get(choice, [])
    return sentences
