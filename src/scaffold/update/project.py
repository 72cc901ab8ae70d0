"""A project that was made from the template, in the repository that it lies in."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scaffold import distribution
from scaffold.choices.questions import Answer, Answers
from scaffold.errors import TreeDirty, Usage
from scaffold.template.rendering import ANSWERS_FILE
from scaffold.text import listed
from scaffold.update import repository
from scaffold.update.repository import JOURNAL, Repository

# What git leaves while it is in the middle of something.
UNDER_WAY = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
}


@dataclass(frozen=True)
class Project:
    folder: Path
    repository: Repository
    prefix: str  # of the project's paths in the repository: "" or "services/billing/"
    release: str
    answers: Answers

    def require_ready(self) -> None:
        """Raises TreeDirty for work that is not committed: an update must not mix with it."""
        for name, what in UNDER_WAY.items():
            if self.repository.path(name).exists():
                raise TreeDirty(f"{what} is under way in {self.repository.top}", "end it first")
        command = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=no")
        edited = [
            state[3:]
            for state in self.repository.names(*command)
            if state[0] != " " or (state[1] != " " and state[3:].startswith(self.prefix))
        ]
        if edited:
            raise TreeDirty(
                f"not committed: {listed(edited)}",
                "commit or stash it, so that the update is a commit of its own; "
                "`--dry-run` only looks",
            )


def find(folder: Path) -> Project:
    """Raises Usage when `folder` is no project of this template, in a repository."""
    repository.require()
    here = Repository(folder.resolve())
    try:
        recorded = read(folder)
        release = _release(folder, recorded)
    except Usage:
        recorded = _before(here)
        if not recorded:
            raise
        release = _release(folder, recorded)
    if here.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}").returncode:
        said = here.run("rev-parse", "--show-toplevel").stderr.decode().strip()
        raise Usage(
            f"{here.top} has no commit to update from" + (f": {said}" if said else ""),
            'make it a repository: `git init && git add --all && git commit --message="Start"`',
        )
    return Project(
        folder=folder.resolve(),
        repository=Repository(Path(here.line("rev-parse", "--show-toplevel"))),
        prefix=here.line("rev-parse", "--show-prefix"),
        release=release,
        answers=public(recorded),
    )


def _before(here: Repository) -> Mapping[str, Any]:
    """The answers file as committed, while an update is under way: killed, git leaves a half."""
    try:
        committed = here.run("cat-file", "blob", f"HEAD:./{ANSWERS_FILE}")
    except OSError:  # there is no such folder
        return {}
    if committed.returncode or not here.path(JOURNAL).exists():
        return {}
    return parsed(committed.stdout)


def read(
    folder: Path, way: str = "go to a project that `scaffold new` made, or name it with `--project`"
) -> Mapping[str, Any]:
    """The answers file, with what Copier records in it. `way`: out, where there is none."""
    path = folder / ANSWERS_FILE
    try:
        return parsed(path.read_bytes())
    except OSError as error:
        raise Usage(f"{path} cannot be read: {error.strerror}", way) from error
    except ValueError as error:
        raise Usage(f"{path} is not what was written there: {error}", _restore()) from error


def parsed(content: bytes) -> Mapping[str, Any]:
    """Raises ValueError unless it is a YAML mapping with text for keys."""
    try:
        document = yaml.safe_load(content)
    except yaml.YAMLError as error:
        raise ValueError(str(error).replace("\n", " ")) from error
    if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
        raise ValueError("no answers by key")
    return document


def public(recorded: Mapping[str, Any]) -> dict[str, Answer]:
    return {key: value for key, value in recorded.items() if not key.startswith("_")}


def _release(folder: Path, recorded: Mapping[str, Any]) -> str:
    release, origin = recorded.get("_commit"), recorded.get("_src_path")
    if not isinstance(origin, str):
        raise Usage(f"{folder / ANSWERS_FILE} names no template", _restore())
    if "://" in _plain(origin) and _plain(origin) != _plain(distribution.repository()):
        raise Usage(
            f"{folder.resolve()} was made from {origin}, not from {distribution.repository()}",
            "update it with `copier update`",
        )
    if not isinstance(release, str):
        raise Usage(
            f"{folder / ANSWERS_FILE} names no release of the template: it was made from a folder",
            "write the release that it was made from there, as `_commit: v1.2.3`",
        )
    return release


def _plain(address: str) -> str:
    """An address of a repository as https, in whichever of the usual ways it is written."""
    address = address.removeprefix("git+").rstrip("/").removesuffix(".git")
    for short, long in (("gh:", "https://github.com/"), ("git@github.com:", "https://github.com/")):
        if address.startswith(short):
            return long + address.removeprefix(short)
    return address


def _restore() -> str:
    return f"restore it: `git checkout HEAD -- {ANSWERS_FILE}`; answers change by `scaffold set`"
