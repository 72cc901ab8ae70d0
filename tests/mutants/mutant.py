"""A seeded defect: one piece of a generated service's text in place of another."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import cache_from_source
from pathlib import Path
from typing import NamedTuple

PROJECT = "project/"


class Mutant(NamedTuple):
    """`old` stands in `file` exactly once. `caught_by` is the id of the test that has to fail;
    after PROJECT, of the project's own."""

    file: str
    old: str
    new: str
    caught_by: str

    def applied(self, text: str) -> str:
        """Raises ValueError where the text has moved on without the mutant."""
        if text.count(self.old) != 1:
            raise ValueError(f"{self.file} holds {text.count(self.old)} times: {self.old}")
        return text.replace(self.old, self.new)

    @contextmanager
    def in_project(self, folder: Path) -> Iterator[None]:
        path = folder / self.file
        text = path.read_text()
        _write(path, self.applied(text))
        try:
            yield
        finally:
            _write(path, text)


def _write(path: Path, text: str) -> None:
    """Python tells sources apart by size and second: too coarse for us."""
    path.write_text(text)
    Path(cache_from_source(str(path))).unlink(missing_ok=True)
