"""Runs git; the project's repository and its first commit."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from scaffold.errors import StepFailed, ToolMissing

OLDEST = (2, 31)

# A generated commit is nobody's work to sign, check or rewrite, and a global ignore list
# must not drop a file from it. All of it holds for what the user commits later.
NEUTRAL = {
    "commit.gpgSign": "false",
    "core.excludesFile": "/dev/null",
    "core.hooksPath": "/dev/null",
    "core.safecrlf": "false",
    "safe.directory": "*",
    "user.useConfigOnly": "true",  # no invented name@hostname
}

# Set inside a hook; they would send the new project's files to the outer repository.
OUTER = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
)


def require(oldest: tuple[int, int] = OLDEST, instead: str = ", or use `--no-git`") -> None:
    """Raises ToolMissing unless git is there and new enough."""
    hint = f"install git {'.'.join(map(str, oldest))} or newer{instead}"
    if not shutil.which("git"):
        raise ToolMissing("git is not installed; nothing was written", hint)
    said = subprocess.run(["git", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    if not found or (int(found[1]), int(found[2])) < oldest:
        raise ToolMissing(f"{said.strip() or 'git'} is too old; nothing was written", hint)


def run(
    folder: Path,
    *words: str | Path,
    settings: Mapping[str, str],
    environment: Mapping[str, str],
    given: bytes = b"",
) -> subprocess.CompletedProcess[bytes]:
    """Never waits for somebody to type."""
    flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return subprocess.run(
        ["git", *flags, *words],
        cwd=folder,
        env=environment,
        input=given,
        capture_output=True,
        check=False,
    )


def surroundings() -> dict[str, str]:
    """The user's environment, without the repository of the hook that may be running."""
    return {name: value for name, value in os.environ.items() if name not in OUTER}


def resume(name: str) -> str:
    message = _message(name)
    return f'git init --initial-branch=main && git add --all && git commit --message="{message}"'


def commit(folder: Path, name: str) -> tuple[str, str]:
    """Commit all files of the new project, unless it lies in a repository or git knows nobody."""
    outer = _git(folder, "rev-parse", "--show-toplevel")
    if outer.returncode == 0:
        return "not committed", f"it lies in the repository {_text(outer.stdout)}"
    _must(folder, "init", "--quiet", "--initial-branch=main")
    _must(folder, "add", "--all")
    if not _has_identity(folder):
        return "staged", "commit it once git knows your user.name and user.email"
    _must(folder, "commit", "--quiet", f"--message={_message(name)}")
    revision = _must(folder, "rev-parse", "--short", "HEAD")
    return "committed", f'"{_message(name)}" ({revision})'


def _message(name: str) -> str:
    return f"Start {name}"


def _has_identity(folder: Path) -> bool:
    idents = ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT")
    return all(_git(folder, "var", ident).returncode == 0 for ident in idents)


def _must(folder: Path, *arguments: str) -> str:
    done = _git(folder, *arguments)
    if done.returncode:
        said = _text(done.stderr or done.stdout) or f"exit code {done.returncode}"
        raise StepFailed(f"`git {arguments[0]}` failed: {said}", "")
    return _text(done.stdout)


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return run(folder, *arguments, settings=NEUTRAL, environment=surroundings())


def _text(said: bytes) -> str:
    return os.fsdecode(said).strip()
