"""Merging one file, and merging it so that formatting alone is no conflict.

Python is formatted by ruff under the project's own settings. Of other files, line ends and blanks
at the end of lines count as formatting.
"""

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory


def merge(base: bytes, ours: bytes, theirs: bytes) -> tuple[bool, bytes]:
    """Whether the merge is clean, and what it gives."""
    with TemporaryDirectory(prefix="scaffold-") as folder:
        sides = {"ours": ours, "base": base, "theirs": theirs}
        for name, content in sides.items():
            (Path(folder) / name).write_bytes(content)
        command = ["git", "merge-file", "--stdout", *sides]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return done.returncode == 0, done.stdout


def merge_formatted(
    project: Path, path: str, base: bytes, ours: bytes, theirs: bytes
) -> bytes | None:
    """The merge of the file at `path`, all three sides formatted alike; None if it conflicts."""
    formatted = [_formatted(project, path, content) for content in (base, ours, theirs)]
    sides = [content for content in formatted if content is not None]
    if len(sides) < len(formatted):
        return None
    clean, content = merge(sides[0], sides[1], sides[2])
    return _ended_as(ours, content) if clean else None


def _formatted(project: Path, path: str, content: bytes) -> bytes | None:
    """None for what is no text, or no Python that ruff can read."""
    if b"\0" in content:
        return None
    if path.endswith(".py"):
        return _by_ruff(project, path, content.replace(b"\r\n", b"\n"))
    return re.sub(rb"[ \t]*\r?\n", b"\n", content)


def _by_ruff(project: Path, path: str, content: bytes) -> bytes | None:
    from ruff import find_ruff_bin  # type: ignore[import-untyped]  # it brings no types

    command = [find_ruff_bin(), "format", "--no-cache", "--stdin-filename", path, "-"]
    done = subprocess.run(command, cwd=project, input=content, capture_output=True, check=False)
    return None if done.returncode else done.stdout


def _ended_as(model: bytes, content: bytes) -> bytes:
    """`content` with the line ends of `model`."""
    plain = content.replace(b"\r\n", b"\n")
    return plain.replace(b"\n", b"\r\n") if model.count(b"\r\n") * 2 > model.count(b"\n") else plain
