"""A project's files beside what its own release renders for its own answers."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scaffold.update import plan, repository
from scaffold.update.project import Project
from scaffold.update.repository import Store

SIDES = (("src", "a"), ("dst", "b"))  # of a patch


@dataclass(frozen=True)
class Comparison:
    project: Project
    store: Store
    rendered: str  # the tree of the render
    here: str  # the tree of the files at its paths, as they lie on disk

    @property
    def names(self) -> list[str]:
        """The template's files. Files of the user's own are not compared."""
        return list(self.store.files(self.rendered))

    def differing(self) -> dict[str, str]:
        """By path, how it differs."""
        rendered, here = self.store.files(self.rendered), self.store.files(self.here)
        return {
            path: "differs" if path in here else "missing"
            for path, entry in rendered.items()
            if here.get(path) != entry
        }

    def patch(self, paths: Collection[str]) -> bytes:
        """From the render to here; `git apply` takes it, which counts from the repository's top."""
        words = ("diff-tree", "-r", "-p", "--binary", "--no-renames", "--no-ext-diff")
        places = (f"--{side}-prefix={letter}/{self.project.prefix}" for side, letter in SIDES)
        return self.store.git(*words, *places, self.rendered, self.here, "--", *paths)


@contextmanager
def compared(project: Project) -> Iterator[Comparison]:
    with (
        repository.scratch(project.repository.top) as store,
        plan.rendered(project.release, project.answers) as folder,
    ):
        rendered = store.rendered(folder)
        here = _here(project, store, list(store.files(rendered)))
        yield Comparison(project, store, rendered, here)


def _here(project: Project, store: Store, names: Collection[str]) -> str:
    """Tracked or not: a project is compared before its first commit too."""
    there = [project.prefix + name for name in names if _is_file(project, name)]
    with store.index() as index:
        given = b"".join(os.fsencode(f"{path}\0") for path in there)
        index.git("update-index", "--add", "-z", "--stdin", given=given)
        return index.line("write-tree", f"--prefix={project.prefix}")


def _is_file(project: Project, name: str) -> bool:
    """A link is a file too, and what lies behind a linked folder is elsewhere."""
    path = project.folder / name
    behind = any((project.folder / parent).is_symlink() for parent in list(Path(name).parents)[:-1])
    return not behind and (path.is_symlink() or path.is_file())
