"""BASE, OURS and THEIRS, made to say what is meant before git merges them."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from scaffold.update.project import Project
from scaffold.update.repository import Files, Store, lies


@dataclass(frozen=True)
class Kept:
    """What the template brings and the project does not get."""

    path: str
    why: str


@dataclass(frozen=True)
class Sides:
    base: Files
    ours: Files
    theirs: Files

    def drop(self, path: str) -> None:
        for side in (self.base, self.ours, self.theirs):
            side.pop(path, None)


def follow_renames(sides: Sides, renames: Mapping[str, str]) -> dict[str, str]:
    """Give moved files their new path on every side, so that edits meet what they were made to."""
    moved = {
        old: new
        for old, new in renames.items()
        if old in sides.base and old not in sides.theirs
        if new in sides.theirs and new not in sides.base and new not in sides.ours
    }
    for old, new in moved.items():
        sides.base[new] = sides.base.pop(old)
        if old in sides.ours:
            sides.ours[new] = sides.ours.pop(old)
    return moved


def allow_deletions(store: Store, sides: Sides, paths: Collection[str]) -> None:
    """Let edited files go that came from the template and have no place in THEIRS."""
    renamed = _renamed(store, sides.base, sides.ours).values()
    for path in paths:
        if path not in sides.theirs and (path in sides.base or path in renamed):
            sides.ours.pop(path, None)


def respect_deletions(project: Project, store: Store, sides: Sides) -> list[Kept]:
    """Take files that the user deleted out of every side. Those that they renamed stay in."""
    gone = sides.base.keys() - sides.ours.keys() - _renamed(store, sides.base, sides.ours).keys()
    successors = _renamed(store, sides.base, sides.theirs) if gone else {}
    kept = []
    for path in sorted(gone):
        successor = successors.get(path, path)
        arriving = sides.theirs.get(successor)
        if arriving and arriving != sides.base[path] and successor not in sides.ours:
            kept.append(Kept(successor, _why_gone(project, path)))
            sides.theirs.pop(successor)
        sides.drop(path)
    return kept


def respect_untracked(project: Project, sides: Sides) -> tuple[list[Kept], list[str]]:
    """Leave out what would overwrite an ignored file; name the other files in the way."""
    arriving = sorted(sides.theirs.keys() - sides.base.keys() - sides.ours.keys())
    blocked = {path: at for path in arriving if (at := _obstacle(project, path, sides.ours))}
    ignored = _ignored(project, blocked.values())
    kept, in_the_way = [], set()
    for path, at in blocked.items():
        if at in ignored:
            kept.append(Kept(path, f"git ignores your {at}"))
            sides.drop(path)
        else:
            in_the_way.add(at)
    return kept, sorted(in_the_way)


def _renamed(store: Store, before: Files, after: Files) -> dict[str, str]:
    """Old → new, of what git takes for one file under another name: only of files that are gone."""
    if before.keys() <= after.keys():
        return {}
    trees = (store.tree(before), store.tree(after))
    only = ("--diff-filter=R", "--name-status")
    fields = store.names("diff-tree", "-r", "-z", "-M", "-l0", *only, *trees)
    return dict(zip(fields[1::3], fields[2::3], strict=True))


def _why_gone(project: Project, path: str) -> str:
    return "git ignores yours" if lies(project.folder / path) else "you deleted it"


def _obstacle(project: Project, path: str, ours: Files) -> str | None:
    """What lies untracked at `path`, or where a folder on its way has to be."""
    for folder in [*reversed(Path(path).parents)][1:]:
        if lies(project.folder / folder) and not (project.folder / folder).is_dir():
            return None if str(folder) in ours else str(folder)
    is_folder_of_ours = any(other.startswith(f"{path}/") for other in ours)
    return path if lies(project.folder / path) and not is_folder_of_ours else None


def _ignored(project: Project, paths: Collection[str]) -> set[str]:
    start = f"./{project.prefix}"
    asked = b"".join(os.fsencode(f"{start}{path}\0") for path in paths)
    # check-ignore refuses to be told that its paths are literal.
    git = replace(project.repository, environment={"GIT_LITERAL_PATHSPECS": "0"})
    said = git.names("check-ignore", "-z", "--stdin", given=asked, passing=(0, 1))
    return {name.removeprefix(start) for name in said}
