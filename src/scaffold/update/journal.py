"""What an update is about to do, written down before it does it.

It lies in git's own folder, of which each worktree has one. While it is there an update is under
way: killed, in conflict, or not committed.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from scaffold.update.merge import Conflict
from scaffold.update.repository import JOURNAL, Entry, Repository


@dataclass(frozen=True)
class Journal:
    head: str  # the commit before
    home: str  # the branch before; "" without one
    branch: str  # the branch made for the update; "" for none
    prefix: str
    before: str  # trees of the project
    after: str
    conflicts: tuple[Conflict, ...]
    message: str
    commit: bool
    relock: bool
    placed: bool  # index and files are all as in `after`

    def write(self, repository: Repository) -> None:
        path = _path(repository)
        arriving = path.with_suffix(".new")
        try:
            with arriving.open("w", encoding="utf-8") as file:
                json.dump(asdict(self), file)
                file.flush()
                os.fsync(file.fileno())
            arriving.rename(path)
        finally:
            arriving.unlink(missing_ok=True)


def read(repository: Repository) -> Journal | None:
    try:
        document = json.loads(_path(repository).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    conflicts = tuple(_conflict(each) for each in document.pop("conflicts"))
    return Journal(conflicts=conflicts, **document)


def close(repository: Repository) -> None:
    _path(repository).unlink(missing_ok=True)


def _path(repository: Repository) -> Path:
    return repository.path(JOURNAL)


def _conflict(document: Mapping[str, object]) -> Conflict:
    lines, stages = document["lines"], document["stages"]
    assert isinstance(lines, list) and isinstance(stages, dict)  # noqa: S101, PT018 we wrote it
    return Conflict(
        path=str(document["path"]),
        kind=str(document["kind"]),
        lines=tuple((first, last) for first, last in lines),
        stages={int(stage): Entry(**entry) for stage, entry in stages.items()},
    )
