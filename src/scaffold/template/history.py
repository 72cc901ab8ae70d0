"""The template's public repository: read, over the network, for those projects alone that were made
between two releases."""

import atexit
import os
import re
import tomllib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from scaffold import distribution, git
from scaffold.errors import ReleaseUnknown

COMMIT = re.compile(r"[0-9a-f]{40}|.+-g[0-9a-f]{7,40}")  # as pip names one, and as Copier does

# A network that is silent is given up after half a minute.
PATIENCE = {"http.lowSpeedLimit": "1", "http.lowSpeedTime": "30"}


def files(name: str, folder: Path, parts: tuple[str, ...]) -> Path:
    """These parts of a commit, in a new folder inside `folder`. Raises ReleaseUnknown."""
    target = folder / "source"
    target.mkdir()
    _read(name, f"--work-tree={target}", "checkout", "--quiet", _commit(name), "--", *parts)
    return target


@cache
def version(name: str) -> str:
    """Of the package, as of that commit. Raises ReleaseUnknown."""
    text = _read(name, "show", f"{_commit(name)}:pyproject.toml")
    found: str = tomllib.loads(text)["project"]["version"]
    return found


def descends(name: str, older: str) -> bool:
    """Whether one commit came after another. Raises ReleaseUnknown."""
    ours, theirs = (_read(older, "rev-parse", _commit(each)) for each in (name, older))
    return ours != theirs and not _read(older, "rev-list", "--max-count=1", theirs, f"^{ours}")


def _commit(name: str) -> str:
    return name.rpartition("-g")[2] + "^{commit}"


def _read(name: str, *words: str) -> str:
    """What git says of the repository: all its commits, and of its files those that are read."""
    store = _store()
    if not store.exists():
        git.require(instead="")
        made = ("--quiet", "--bare", "--template=", "--filter=blob:none")
        _git(name, store.parent, "clone", *made, distribution.repository(), store.name)
    return _git(name, store, *words)


@cache
def _store() -> Path:
    """Where it is kept until the program ends."""
    folder = TemporaryDirectory(prefix="scaffold-")
    atexit.register(folder.cleanup)
    return Path(folder.name, "store")


def _git(name: str, folder: Path, *words: str) -> str:
    """With the user's own settings, which know proxies and mirrors, and no question asked."""
    environment = git.surroundings() | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    done = git.run(folder, *words, settings=PATIENCE, environment=environment)
    if done.returncode:
        said = os.fsdecode(done.stderr).strip().rpartition("\n")[2].removeprefix("fatal: ")
        raise ReleaseUnknown(
            f"this `scaffold` does not have the release {name}",
            f"it is a commit of {distribution.repository()}, where git could not read it: {said}",
        )
    return os.fsdecode(done.stdout).strip()
