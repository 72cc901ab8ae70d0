"""The user's repository, by git's plumbing: it answers alike whatever is configured."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from scaffold import git
from scaffold.errors import Refusal

OLDEST = (2, 38)  # the first whose merge-tree merges without a working tree

STEADY = {
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.safecrlf": "false",
    "diff.renames": "true",
    "gc.auto": "0",
    "merge.conflictStyle": "merge",
    "merge.directoryRenames": "false",  # a guess about files that the template adds
    "merge.renameLimit": "10000",
    "merge.renames": "true",
    "merge.renormalize": "false",
    "user.useConfigOnly": "true",
}

# Names of files are no patterns, looking takes no lock, and what git says is English.
PLAIN = {"GIT_LITERAL_PATHSPECS": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}

# How a render becomes objects: byte for byte, whatever the user's own files go through.
AS_RENDERED = {
    "core.attributesFile": "/dev/null",
    "core.autocrlf": "false",
    "core.fileMode": "true",
    "core.sparseCheckout": "false",
    "core.symlinks": "true",
}

# The trees that are only compared are nobody's.
NOBODY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "scaffold"), ("EMAIL", "scaffold"), ("DATE", "@0 +0000"))
}

FILE, EXECUTABLE = "100644", "100755"
JOURNAL = "scaffold-update.json"  # in git's own folder, while an update is under way


@dataclass(frozen=True)
class Entry:
    mode: str
    id: str

    @property
    def is_file(self) -> bool:
        return self.mode in (FILE, EXECUTABLE)


Files = dict[str, Entry]  # by path, with `/`


@dataclass(frozen=True)
class Repository:
    top: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def git(self, *words: str | Path, given: bytes = b"", passing: Iterable[int] = (0,)) -> bytes:
        """What git prints. Raises Refusal, with git's own words, on any other exit code."""
        done = self.run(*words, given=given)
        if done.returncode not in passing:
            said = os.fsdecode(done.stderr or done.stdout).strip()
            raise Refusal(f"`git {words[0]}` failed: {said}", f"look at it with git in {self.top}")
        return done.stdout

    def run(self, *words: str | Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        environment = {**git.surroundings(), **PLAIN, **self.environment}
        return git.run(self.top, *words, settings=STEADY, environment=environment, given=given)

    def line(self, *words: str | Path, given: bytes = b"") -> str:
        return os.fsdecode(self.git(*words, given=given)).rstrip("\n")

    def names(
        self, *words: str | Path, given: bytes = b"", passing: Iterable[int] = (0,)
    ) -> list[str]:
        """What git prints with `-z`."""
        return os.fsdecode(self.git(*words, given=given, passing=passing)).split("\0")[:-1]

    def path(self, name: str) -> Path:
        """Where git keeps `name`; each worktree has files of its own."""
        return Path(self.line("rev-parse", "--path-format=absolute", "--git-path", name))

    def files(self, tree: str) -> Files:
        listed = self.names("ls-tree", "-r", "-z", "--full-tree", tree)
        return {
            path: Entry(*head.split()[::2]) for head, path in (e.split("\t", 1) for e in listed)
        }

    def write(self, content: bytes) -> str:
        return self.line("hash-object", "-w", "--stdin", given=content)

    def read(self, entry: Entry) -> bytes:
        return self.git("cat-file", "blob", entry.id)

    def commit(self, tree: str, *parents: str) -> str:
        """A commit by nobody, to compare by."""
        apart = replace(self, environment={**self.environment, **NOBODY})
        words = [word for parent in parents for word in ("-p", parent)]
        return apart.line("commit-tree", *words, "-m", "compared", tree)


@dataclass(frozen=True)
class Store(Repository):
    """A repository whose new objects go to a folder of their own: nothing of it is changed."""

    folder: Path = Path()

    @contextmanager
    def index(self) -> Iterator[Repository]:
        """The store with an empty index."""
        with TemporaryDirectory(dir=self.folder) as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            yield Repository(self.top, {**self.environment, **index})

    def tree(self, files: Files) -> str:
        with self.index() as index:
            index.git("update-index", "-z", "--index-info", given=lines(files))
            return index.line("write-tree")

    def rendered(self, folder: Path) -> str:
        """The tree of a rendered folder."""
        settings = [
            part for name, value in AS_RENDERED.items() for part in ("-c", f"{name}={value}")
        ]
        own = {
            "GIT_DIR": self.line("rev-parse", "--absolute-git-dir"),
            "GIT_WORK_TREE": str(folder),
        }
        with self.index() as index:
            there = Repository(folder, {**index.environment, **own})
            there.git(*settings, "add", "--all", "--force", ".")
            return there.line("write-tree")

    def tracked(self, prefix: str) -> str:
        """The tree of the tracked files below `prefix`, as they lie on disk."""
        with self.index() as index:
            shutil.copyfile(self.path("index"), index.environment["GIT_INDEX_FILE"])
            index.git("add", "--update", "--", prefix or ".")
            return index.line("write-tree", f"--prefix={prefix}")

    def keep(self) -> None:
        """Move the new objects over into the repository: in any order, each is whole."""
        objects = Repository(self.top).path("objects")
        for made in sorted((self.folder / "objects").glob("??/*")):
            lasting = objects / made.parent.name / made.name
            if not lasting.exists():
                lasting.parent.mkdir(exist_ok=True)
                arriving = lasting.with_name(f"tmp_obj_{made.name}")  # git sweeps these up
                try:
                    shutil.copyfile(made, arriving)
                    arriving.chmod(0o444)
                    arriving.rename(lasting)
                finally:
                    arriving.unlink(missing_ok=True)


@contextmanager
def scratch(top: Path) -> Iterator[Store]:
    with TemporaryDirectory(prefix="scaffold-") as folder:
        objects = Path(folder) / "objects"
        objects.mkdir()
        environment = {
            "GIT_OBJECT_DIRECTORY": str(objects),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(Repository(top).path("objects")),
        }
        yield Store(top, environment, Path(folder))


def lines(files: Mapping[str, Entry]) -> bytes:
    """As `update-index -z --index-info` reads them."""
    return b"".join(
        os.fsencode(f"{entry.mode} {entry.id}\t{path}\0") for path, entry in files.items()
    )


def lies(path: Path) -> bool:
    """Whether something is there, be it a link that leads nowhere."""
    return path.is_symlink() or path.exists()


def require() -> None:
    git.require(OLDEST, "")


def _quoted(path: Path) -> str:
    """One entry of a list that git splits at colons."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
