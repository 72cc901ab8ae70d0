"""A project under test: made from a toy release, edited by its owner, updated by a real process."""

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from scaffold.choices.questions import Answers
from scaffold.template import rendering
from tests import BIN
from tests.cli import forked
from tests.update.toys import OLD, Edit, Installation, edit

State = Mapping[str, tuple[int, bytes]]


@dataclass(frozen=True)
class Done:
    """All that a command answers."""

    code: int
    out: str
    err: str

    @cached_property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        assert (document["exit_code"], document["ok"]) == (self.code, self.code == 0), self
        return document

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = self.document["data"]
        return data

    @property
    def error(self) -> str:
        """The code of the refusal, or nothing."""
        code: str = (self.document["error"] or {"code": ""})["code"]
        return code

    @property
    def told(self) -> tuple[int, str, str]:
        """The exit code, and all that the refusal says."""
        error = self.document["error"]
        return self.code, error["message"], error["hint"]

    @property
    def conflicts(self) -> dict[str, str]:
        return {conflict["path"]: conflict["kind"] for conflict in self.data["conflicts"]}

    @property
    def kept(self) -> dict[str, str]:
        return {kept["path"]: kept["why"] for kept in self.data["kept"]}

    @property
    def changes(self) -> dict[str, str]:
        return {change["path"]: change["kind"] for change in self.data["changes"]}

    @property
    def edited(self) -> set[str]:
        """The changed files that have the user's edits in them."""
        return {change["path"] for change in self.data["changes"] if change["edited"]}


@dataclass
class Service:
    folder: Path
    installation: Installation
    environment: dict[str, str]
    top: Path

    def git(self, *words: str) -> str:
        done = run(["git", *words], self.folder, self.environment)
        assert done.code == 0, (words, done)
        return done.out

    def commit(self, message: str = "mine") -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    def commits(self) -> list[str]:
        """Titles, the newest first."""
        return self.git("log", "--format=%s").splitlines()

    def edit(self, change: Edit) -> None:
        """As its owner: change files, and commit them."""
        edit(self.folder, change)
        self.commit()

    def scaffold(self, *words: str, env: Mapping[str, str] | None = None) -> Done:
        command = [*self.installation.words, *words]
        return run(command, self.folder, {**self.environment, **(env or {})})

    def update(self, *words: str, env: Mapping[str, str] | None = None) -> Done:
        return self.scaffold("update", "--json", *words, env=env)

    def choose(self, *words: str) -> Done:
        return self.scaffold("set", "--json", *words)

    def copier(self, *words: str) -> Done:
        """Plain `copier update` on the same project."""
        command = [str(BIN / "copier"), "update", "--defaults", *words]
        return run(command, self.folder, self.environment)

    def text(self, name: str) -> str:
        return (self.folder / name).read_bytes().decode()

    def names(self) -> set[str]:
        """Every file, ignored ones too."""
        return {name for name in state(self.folder) if not _in_git(name)}

    def status(self) -> str:
        return self.git("-c", "core.quotePath=off", "status", "--porcelain")

    def files(self) -> State:
        """Bytes and mode of every file without the repository."""
        return {name: found for name, found in state(self.top).items() if not _in_git(name)}

    def committed(self) -> dict[str, tuple[str, bytes]]:
        """Mode and bytes of every file in HEAD, by its path in the repository."""
        listed = self.git("ls-tree", "-r", "-z", "--full-tree", "HEAD").split("\0")[:-1]
        entries = {path: head.split() for head, path in (entry.split("\t", 1) for entry in listed)}
        return {
            path: (mode, b"" if kind == "commit" else self._blob(id_))
            for path, (mode, kind, id_) in entries.items()
        }

    def _blob(self, id_: str) -> bytes:
        words = ["git", "cat-file", "blob", id_]
        return subprocess.run(
            words, cwd=self.folder, env=self.environment, capture_output=True, check=True
        ).stdout

    def everything(self) -> State:
        """The repository too, byte for byte."""
        return state(self.top)

    def standing(self) -> tuple[State, str, str, str]:
        """What has to be as before: the files, where HEAD is, the index, the status."""
        head = self.git("rev-parse", "HEAD") + self.git("rev-parse", "--symbolic-full-name", "HEAD")
        return self.files(), head, self.git("ls-files", "--stage"), self.status()

    def fresh(self, release: str, answers: Answers) -> State:
        """What that release renders with these answers, at this service's place."""
        scratch = self.folder.parent / f"fresh-{len(list(self.folder.parent.iterdir()))}"
        source = self.installation.source(release)
        rendering.render(source, scratch / self.folder.name, answers, release=release)
        found = state(scratch / self.folder.name)
        shutil.rmtree(scratch)
        return found

    def copy(self, folder: Path) -> "Service":
        """The same service, repository and all, at another place."""
        shutil.copytree(self.top, folder, symlinks=True)
        within = self.folder.relative_to(self.top)
        return Service(folder / within, self.installation, self.environment, folder)


def start(
    installation: Installation,
    folder: Path,
    environment: dict[str, str],
    answers: Answers,
    top: Path | None = None,
) -> Service:
    """What `scaffold new` of the old release makes, at less cost; `top` is the repository."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    rendering.render(installation.source(OLD), folder, answers, release=OLD)
    service = Service(folder, installation, environment, top or folder)
    run(["git", "init", "--quiet", "--initial-branch=main"], service.top, environment)
    service.commit("Start")
    return service


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Mode, as far as git keeps it, and bytes of every file; of a link, where it goes."""
    found = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        if path.is_symlink():
            content = os.fsencode(path.readlink())
        else:
            content = path.read_bytes() if path.is_file() else b""
        if not path.is_dir() or path.is_symlink():
            found[path.relative_to(folder).as_posix()] = (
                stat.S_IFMT(mode) | mode & stat.S_IXUSR,
                content,
            )
    return found


def run(words: Sequence[str | Path], cwd: Path, environment: Mapping[str, str]) -> Done:
    done = forked.run(words, cwd, environment)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def _in_git(name: str) -> bool:
    return ".git" in name.split("/")
