"""Toy templates: installations of `scaffold` with releases of a few files each."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scaffold import distribution
from scaffold.template.rendering import ANSWERS_FILE
from tools.release import bundle

Files = Mapping[str, str | bytes | None]  # None: no such file
OLD, NEW = "v1.0.0", "v2.0.0"

# As if `scaffold` had been installed from the folder that is the next word.
PROGRAM = """\
import pathlib, sys
from scaffold import cli, distribution
home = pathlib.Path(sys.argv.pop(1))
distribution.source = lambda: home / "source"
distribution.releases = lambda: home / "releases"
distribution.version = lambda: (home / "version").read_text()
cli.main()
"""


def lines_of(word: str) -> str:
    return "".join(f"{word} {number}\n" for number in range(1, 21))


LINES = lines_of("line")

SETTINGS = """\
_subdirectory: template
_envops: {undefined: jinja2.StrictUndefined, keep_trailing_newline: true}
"""


def question(key: str, default: str, *choices: str, several: bool = False, **more: str) -> str:
    """A question as copier.yml has it."""
    lines = [f"{key}:", "  type: str", f"  help: Which {key}", f"  default: {default}"]
    lines += ["  multiselect: true"] * several
    lines += ["  choices:", *(f'    "{choice}": {choice}' for choice in choices)] * bool(choices)
    lines += [f'  {name}: "{value}"' for name, value in more.items()]
    return "\n".join(lines) + "\n"


DATABASE = question("database", "sqlite", "sqlite", "postgresql")
PARTS = question("parts", "[]", "redis", "celery", several=True)

# A file for each choice, one that all of them write, and one that is always the same.
LAYERED: Files = {
    "{% if database == 'sqlite' %}db_sqlite.txt{% endif %}": lines_of("sqlite"),
    "{% if database == 'postgresql' %}db_postgresql.txt{% endif %}": lines_of("postgresql"),
    "{% if 'redis' in parts %}redis.txt{% endif %}": lines_of("redis"),
    "{% if 'celery' in parts %}celery.txt{% endif %}": lines_of("celery"),
    "main.txt.jinja": LINES + "{{ database }}\n" + LINES + "{{ parts | join(' ') }}\n" + LINES,
    "same.txt": LINES,
}


@dataclass(frozen=True)
class Toy:
    """A release: its questions and the files under template/."""

    files: Files
    questions: str = ""

    def then(self, files: Files, questions: str | None = None) -> "Toy":
        """The next release: changed files, None for one that is gone."""
        left = {name: text for name, text in {**self.files, **files}.items() if text is not None}
        return Toy(left, self.questions if questions is None else questions)

    def write(self, folder: Path) -> None:
        answers_file = "{{ _copier_conf.answers_file }}.jinja"
        (folder / "template").mkdir(parents=True)
        (folder / "copier.yml").write_text(SETTINGS + self.questions)
        shutil.copy(distribution.source() / "template" / answers_file, folder / "template")
        write(folder / "template", self.files)


@dataclass(frozen=True)
class Installation:
    """`scaffold` with some releases; the last one is what `scaffold new` renders."""

    folder: Path
    names: list[str] = field(default_factory=list)

    @classmethod
    def make(
        cls, folder: Path, releases: Mapping[str, Toy], upgrades: str = "[]\n"
    ) -> "Installation":
        sources = {name: folder / "sources" / name for name in releases}
        for name, toy in releases.items():
            toy.write(sources[name])
        (folder / "releases").mkdir()
        bundle(sources, folder / "releases/template.bundle")
        (folder / "releases/upgrades.yml").write_text(upgrades)
        last = [*releases][-1]
        (folder / "source").symlink_to(sources[last])
        (folder / "version").write_text(last.removeprefix("v"))
        return cls(folder, [*releases])

    @property
    def words(self) -> list[str]:
        """How this `scaffold` is called."""
        return [sys.executable, "-c", PROGRAM, str(self.folder)]

    def source(self, release: str) -> Path:
        return self.folder / "sources" / release

    def clone(self) -> Path:
        """The bundle as the repository that plain Copier reads."""
        clone = self.folder / "clone"
        if not clone.exists():
            bundle = self.folder / "releases/template.bundle"
            subprocess.run(
                ["git", "clone", "--quiet", bundle, clone], check=True, capture_output=True
            )
        return clone


def write(folder: Path, files: Files) -> None:
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def answers_of(folder: Path) -> str:
    return (folder / ANSWERS_FILE).read_text()


Edit = Files | Callable[[Path], None]


def edit(folder: Path, change: Edit) -> None:
    if isinstance(change, Mapping):
        write(folder, change)
    else:
        change(folder)
