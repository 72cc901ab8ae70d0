"""What an update would do, computed beside the project: nothing of it is changed.

BASE is what the project's release renders with the project's answers, OURS the project,
THEIRS what the release to go to renders with the answers to have.
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scaffold.choices import questions
from scaffold.choices.answers import complete
from scaffold.choices.questions import Answers, Questionnaire
from scaffold.errors import Refusal, Usage
from scaffold.template import releases, rendering
from scaffold.template.rendering import ANSWERS_FILE
from scaffold.update import project, repository
from scaffold.update.merge import REMOVED, RENAMED, Conflict, merge
from scaffold.update.project import Project
from scaffold.update.repository import Files, Store
from scaffold.update.sides import (
    Kept,
    Sides,
    allow_deletions,
    follow_renames,
    respect_deletions,
    respect_untracked,
)


@dataclass(frozen=True)
class Change:
    kind: str  # new, updated, removed, renamed
    path: str
    old: str | None = None  # the path before, of a renamed one
    edited: bool = False  # it holds edits of the user's


@dataclass(frozen=True)
class Plan:
    project: Project
    release: str
    answers: Answers
    store: Store
    before: str  # the tree of the project as it lies there
    after: str  # and as it will be, conflicts marked
    changes: tuple[Change, ...]
    kept: tuple[Kept, ...]
    conflicts: tuple[Conflict, ...]
    in_the_way: tuple[str, ...]  # untracked files where the template brings one
    notes: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not self.changes and not self.conflicts

    @property
    def would_lose(self) -> list[str]:
        """Files with edits of the user's that have no place beside the new answers."""
        return [each.path for each in self.conflicts if each.kind in (REMOVED, RENAMED)]

    def diff(self) -> str:
        """As `git apply` takes it, which counts from the top of the repository."""
        top = self.project.prefix
        paths = (f"--src-prefix=a/{top}", f"--dst-prefix=b/{top}")
        words = ("diff-tree", "-r", "-p", "-M", "--binary", "--no-ext-diff", *paths)
        return self.store.git(*words, self.before, self.after).decode(errors="replace")

    def read(self, path: str) -> bytes | None:
        """A planned file's content."""
        entry = self.store.files(self.after).get(path)
        return self.store.read(entry) if entry else None

    def places(self, word: str) -> list[str]:
        """Where `word` stands in the planned files, as path:line."""
        command = ("grep", "--line-number", "--word-regexp", "--fixed-strings", "-I", "-z")
        found = self.store.git(*command, "-e", word, self.after, passing=(0, 1))
        hits = re.findall(rb"(?:^|\n)[0-9a-f]+:([^\0]+)\0(\d+)\0", found)
        return [f"{os.fsdecode(path)}:{int(line)}" for path, line in hits]


@contextmanager
def make(
    project: Project,
    release: str,
    answers: Answers,
    renames: Mapping[str, str] | None = None,
    allow_delete: Collection[str] = (),
) -> Iterator[Plan]:
    """`renames`: what the template moved, old → new. `allow_delete`: edited files that may go."""
    with repository.scratch(project.repository.top) as store:
        base = _render(store, project.release, project.answers)
        _refuse_hand_edits(project, store, base)
        before = store.tracked(project.prefix)
        sides = Sides(dict(base), store.files(before), _render(store, release, answers))
        ours = dict(sides.ours)
        moved = follow_renames(sides, renames or {})
        allow_deletions(store, sides, allow_delete)
        deleted = respect_deletions(project, store, sides)
        ignored, in_the_way = respect_untracked(project, sides)
        merged = merge(store, project, release, sides)
        after = store.tree(merged.files)
        edited = {path for path in base.keys() & ours.keys() if base[path] != ours[path]}
        yield Plan(
            project=project,
            release=release,
            answers=answers,
            store=store,
            before=before,
            after=after,
            changes=tuple(_changes(store, (before, after), moved, edited)),
            kept=(*deleted, *ignored),
            conflicts=merged.conflicts,
            in_the_way=tuple(in_the_way),
            notes=merged.notes,
        )


@contextmanager
def rendered(release: str, answers: Answers) -> Iterator[Path]:
    """A folder with what `release` makes of the answers."""
    with releases.source(release) as source, TemporaryDirectory(prefix="scaffold-") as scratch:
        checked = _checked(questions.read(source), answers)
        folder = Path(scratch) / "project"
        rendering.render(source, folder, checked, release)
        yield folder


def _checked(asked: Questionnaire, answers: Answers) -> Answers:
    """Raises Usage for what nobody could have answered so."""
    hint = "restore it with git, and change answers by `scaffold set`"
    missing = [question.key for question in asked.questions if question.key not in answers]
    if missing:
        raise Usage(f"{ANSWERS_FILE} has no answer to `{missing[0]}`", hint)
    try:
        return complete(asked, answers, defaults=False)
    except Refusal as refusal:
        raise Usage(f"{ANSWERS_FILE}: {refusal.message}", hint) from refusal


def _render(store: Store, release: str, answers: Answers) -> Files:
    with rendered(release, answers) as folder:
        return store.files(store.rendered(folder))


def _refuse_hand_edits(project: Project, store: Store, base: Files) -> None:
    """Raises Usage when the last change of the answers was not followed by the files.

    Then BASE is not what the project was made from, and a merge would take the files of the
    earlier answers for edits.
    """
    path = project.prefix + ANSWERS_FILE
    commit = store.line("log", "-1", "--format=%H", "HEAD", "--", path)
    earlier = _answers_at(store, f"{commit}^", path)
    if earlier is None or earlier == _answers_at(store, commit, path):
        return
    then, files = (store.files(f"{each}:{project.prefix}") for each in (f"{commit}^", commit))
    changed = [name for name, entry in files.items() if entry != then.get(name)]
    if any(files[name] == base.get(name) for name in changed if name != ANSWERS_FILE):
        return
    try:
        was = _render(store, *earlier)
    except Refusal:  # of a release that is not here, or not to be read: no evidence
        return
    stayed = [name for name in was if files.get(name) == was[name] != base.get(name)]
    if stayed:
        short = store.line("rev-parse", "--short", commit)
        raise Usage(
            f"{ANSWERS_FILE} was edited by hand in {short}: {stayed[0]} is still that of before",
            f"take the edit back (`git revert {short}`); answers change by `scaffold set`, "
            "the release by `scaffold update`",
        )


def _answers_at(store: Store, commit: str, path: str) -> tuple[str, Answers] | None:
    """Release and answers as they were recorded in `commit`."""
    shown = store.run("cat-file", "blob", f"{commit}:{path}")
    try:
        recorded = project.parsed(shown.stdout)
    except ValueError:
        return None
    release = recorded.get("_commit")
    return (release, project.public(recorded)) if isinstance(release, str) else None


def _changes(
    store: Store, trees: tuple[str, str], moved: Mapping[str, str], edited: Collection[str]
) -> Iterator[Change]:
    fields = iter(store.names("diff-tree", "-r", "-z", "-M", "-l0", "--name-status", *trees))
    was = {new: old for old, new in moved.items()}
    for status in fields:
        path = next(fields)
        if status[0] == "R":
            old, path = path, next(fields)
            yield Change("renamed", path, old, old in edited)
        elif status[0] == "A" and path in was:
            yield Change("renamed", path, was[path], was[path] in edited)
        elif not (status[0] == "D" and path in moved):
            kind = {"A": "new", "D": "removed"}.get(status[0], "updated")
            yield Change(kind, path, None, path in edited)
