"""Where the project goes. It appears there whole, or not at all.

The project is rendered into a hidden staging folder on the same file system, under the
target's own name, and then takes its place by one rename: a run that is interrupted,
killed or out of disk leaves nothing under the target's name. A staging folder that a
killed run left behind is never read again.

The folder one stands in (`scaffold new .`) cannot be replaced without leaving every open
shell in a deleted one, and a mount point not at all. Their project is staged inside, and
the finished entries are renamed into place one after the other, in about a millisecond.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scaffold import interruption
from scaffold.errors import Refusal, TargetNotEmpty, Usage

STAGING = ".scaffold-"


@dataclass(frozen=True)
class Target:
    shown: str  # as the user wrote it
    path: Path  # absolute, symbolic links followed

    @property
    def is_here(self) -> bool:
        return self.path.exists() and self.path.samefile(Path.cwd())

    @property
    def stays(self) -> bool:
        """The folder itself is kept: one stands in it, or a file system is mounted there."""
        return self.is_here or self.path.is_mount()


def choose(argument: str, *, clear: bool = True) -> Target:
    """Refused unless it is absent or an empty folder. `clear`: of what a killed run left there."""
    if not argument:
        raise Usage("TARGET is empty", "name the folder to make: `scaffold new myservice`")
    target = Target(argument.rstrip("/") or "/", Path(argument).resolve())
    with _told(target):
        if target.path.is_dir():
            _refuse_entries(target, clear=clear)
        else:
            _refuse_file(target)
    return target


@contextmanager
def staged(target: Target) -> Iterator[Path]:
    """A path for the project's folder; what is there in the end becomes the target."""
    with _told(target):
        home = target.path if target.stays else target.path.parent
        home.mkdir(parents=True, exist_ok=True)
        staging = home / f"{STAGING}{os.urandom(8).hex()}"
        try:
            staging.mkdir(mode=0o700)
            with interruption.postponed():
                yield staging / target.path.name
            _place(staging / target.path.name, target)
        finally:
            with interruption.postponed():
                shutil.rmtree(staging, ignore_errors=True)


def _refuse_entries(target: Target, *, clear: bool) -> None:
    entries = list(target.path.iterdir())
    count = sum(not entry.name.startswith(STAGING) for entry in entries)
    if count:
        raise TargetNotEmpty(
            f"{target.shown}/ is not empty ({count} {'file' if count == 1 else 'files'}); "
            "nothing was written",
            "choose another name, or remove it",
        )
    for leftover in entries if clear else ():
        shutil.rmtree(leftover)


def _refuse_file(target: Target) -> None:
    """There, or in the way to it."""
    for path in (target.path, *target.path.parents):
        if path.exists() and not path.is_dir():
            shown = target.shown if path == target.path else path
            raise TargetNotEmpty(f"{shown} is a file; nothing was written", "choose another name")


def _place(project: Path, target: Target) -> None:
    if not target.stays:
        project.rename(target.path)  # an empty folder is replaced, anything else refused
        return
    entries = list(project.iterdir())
    try:
        for entry in entries:
            entry.rename(target.path / entry.name)
    except BaseException:  # ctrl-c too
        for entry in entries:
            if not entry.exists():
                (target.path / entry.name).rename(entry)
        raise


@contextmanager
def _told(target: Target) -> Iterator[None]:
    """Tell what the file system refused in the user's words."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Refusal(
            f"{target.shown}/ could not be written: {reason}; nothing is left of it",
            f"check the space and the permissions of {target.path.parent}",
        ) from error
