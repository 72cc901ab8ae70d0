"""The pages that people read, and the blocks in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^( *)```(.*)\n((?:.*\n)*?)\1```$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    before: str  # the page up to it
    line: int

    @property
    def section(self) -> str:
        """The heading that it stands under."""
        return self.before.rpartition("\n#")[2].partition("\n")[0].lstrip("# ")

    @property
    def typed(self) -> str:
        return self.text.removeprefix("$ ")

    @property
    def file(self) -> str | None:
        """What it is the whole of, where the sentence before ends so: a comma, `path`, a colon."""
        named = re.search(r", `([\w-][\w./-]*)`:\n\n$", self.before)
        return named.group(1) if named else None


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text()
    for found in FENCE.finditer(text):
        indent, language, inner = found.groups()
        before = text[: found.start()]
        lines = (line.removeprefix(indent) for line in inner.splitlines(keepends=True))
        yield Block(language, "".join(lines), before, before.count("\n") + 1)


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text())


def commands(block: Block) -> list[str]:
    """The lines that are typed: all of a shell block, those behind a prompt of a console."""
    lines = block.text.splitlines()
    if block.language == "sh":
        return lines
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


def shell_blocks(page: Path) -> list[Block]:
    return [block for block in blocks(page) if block.language in ("sh", "console")]


def code(page: Path) -> list[str]:
    """What is set as code: words within a line, and what is typed."""
    typed = [line for block in shell_blocks(page) for line in commands(block)]
    return re.findall(r"`([^`]+)`", prose(page)) + typed
