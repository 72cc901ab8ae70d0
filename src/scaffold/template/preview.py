"""What `scaffold new` would make: each file, its size, and the choice that brought it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from stat import S_IXUSR
from tempfile import TemporaryDirectory
from typing import Any

from scaffold import interruption
from scaffold.choices.questions import Answers
from scaffold.errors import Usage, did_you_mean
from scaffold.template import origins, rendering
from scaffold.template.origins import Origin
from scaffold.text import counted

ROUND = 100  # lines, below which they are told one by one


@dataclass(frozen=True)
class File:
    path: str
    content: bytes
    origin: Origin

    @property
    def data(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "bytes": len(self.content),
            "lines": _lines(self.content),
            "origin": list(self.origin),
        }


@dataclass(frozen=True)
class Preview:
    contents: Mapping[str, bytes]  # by path
    executable: Collection[str]
    source: Path
    answers: Answers

    @cached_property
    def files(self) -> dict[str, File]:
        found = origins.find(self.source, self.answers)
        return {path: File(path, text, found[path]) for path, text in self.contents.items()}

    @property
    def lines(self) -> int:
        return sum(map(_lines, self.contents.values()))

    @property
    def test_lines(self) -> int:
        texts = (text for path, text in self.contents.items() if path.startswith("tests/"))
        return sum(map(_lines, texts))

    @property
    def summary(self) -> str:
        files, lines = counted(len(self.contents), "file"), _round(self.lines)
        about = "about " if lines != self.lines else ""
        return f"{files}, {about}{lines:,} lines, of which {_round(self.test_lines):,} tests"

    @property
    def tree(self) -> str:
        width = max(map(len, self.contents))
        return "".join(
            f"{path:<{width}}  {len(file.content) / 1000:5.1f} kB  {said(file.origin)}\n"
            for path, file in self.files.items()
        )

    @property
    def data(self) -> dict[str, Any]:
        return {
            "files": [file.data for file in self.files.values()],
            "lines": self.lines,
            "test_lines": self.test_lines,
        }

    def file(self, path: str) -> File:
        """Raises Usage for one that there is not."""
        wanted = Path(path).as_posix()  # without `./`
        if wanted not in self.contents:
            hint = "`scaffold new TARGET --dry-run` lists every file"
            raise Usage(
                f"there would be no file {path}", did_you_mean(wanted, [*self.contents], hint)
            )
        return self.files[wanted]


def make(source: Path, answers: Answers) -> Preview:
    """Rendered aside: nothing is written where a project could be."""
    with TemporaryDirectory(prefix="scaffold-") as scratch:
        folder = Path(scratch) / "project"
        with interruption.postponed():
            rendering.render(source, folder, answers)
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        names = {path.relative_to(folder).as_posix(): path for path in paths}
        contents = {name: path.read_bytes() for name, path in names.items()}
        executable = {name for name, path in names.items() if path.stat().st_mode & S_IXUSR}
    return Preview(contents, executable, source, answers)


def said(origin: Origin) -> str:
    return " and ".join(origin) or "always"


def _lines(content: bytes) -> int:
    return content.count(b"\n")


def _round(lines: int) -> int:
    return lines if lines < ROUND else round(lines, -2)
