"""Every block of every page is run, or checked for what it is; none is of a kind unknown here."""

import ast
import json
import re
import subprocess
import textwrap
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests import ROOT
from tests.docs.not_run import FOLLOWED, NOT_RUN, is_run, reason
from tests.docs.pages import PAGES, Block, blocks, name_of
from tests.docs.reader import SERVES
from tests.docs.test_names import flags_of

HUNK = re.compile(r"^@@ -\d+,(\d+) \+\d+,(\d+) @@$")


def is_shell(text: str) -> bool:
    return subprocess.run(["sh", "-n"], input=text, text=True, check=False).returncode == 0


def check_shell(text: str) -> None:
    assert is_shell(text)


def check_console(text: str) -> None:
    """Begins with something typed."""
    assert text.startswith("$ ")
    for line in text.splitlines():
        assert not line.startswith("$ ") or is_shell(line.removeprefix("$ "))


def check_python(text: str) -> None:
    ast.parse(textwrap.dedent(text))


def check_diff(text: str) -> None:
    """Each hunk has the lines that it says: it can be pasted behind `git apply` as it stands."""
    for hunk in re.split(r"^(?=@@)", text, flags=re.MULTILINE)[1:]:
        head, *lines = re.split(r"^--- ", hunk, flags=re.MULTILINE)[0].splitlines()
        counts = HUNK.fullmatch(head)
        assert counts, head
        old, new = (sum(line[0] in kind for line in lines) for kind in (" -", " +"))
        assert (str(old), str(new)) == counts.groups()


CHECKS: dict[str, Callable[[str], object]] = {
    "console": check_console,
    "diff": check_diff,
    "json": json.loads,
    "python": check_python,
    "sh": check_shell,
    "text": str,  # a tree, marks of a conflict: nothing to hold it to
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_block_is_what_it_says_it_is(page: Path) -> None:
    for block in blocks(page):
        assert block.language in CHECKS, f"{name_of(page)}:{block.line}: {block.language!r}"
        CHECKS[block.language](block.text)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_block_of_commands_is_run_or_there_is_a_reason(page: Path) -> None:
    typed = [block for block in blocks(page) if block.language in ("sh", "console")]

    assert [b.typed for b in typed if not is_run(page, b) and not reason(page, b)] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_who_is_told_to_serve_is_told_how_to_end_it(page: Path) -> None:
    serving = {b.section for b in blocks(page) if is_run(page, b) and SERVES.search(b.text.strip())}

    assert [section for section in serving if "ctrl-c" not in text_of(page, section).lower()] == []


def text_of(page: Path, section: str) -> str:
    parts = re.split(r"^#+ (.+)$", page.read_text(), flags=re.MULTILINE)
    return parts[parts.index(section) + 1]


def test_every_reason_is_of_a_block() -> None:
    said = {reason(page, block) for page in PAGES for block in blocks(page)}

    assert [begin for begin, why in NOT_RUN.items() if why not in said] == []
    assert {name_of(page) for page in PAGES} >= FOLLOWED


def test_every_fence_is_read() -> None:
    for page in PAGES:
        fences = re.findall(r"^ *```", page.read_text(), re.MULTILINE)
        assert len(fences) == 2 * len(list(blocks(page))), name_of(page)


def test_the_recipe_for_a_choice_shows_what_stands_in_copier_yml() -> None:
    stands = (ROOT / "copier.yml").read_text().splitlines()
    page = ROOT / "docs/how-to/add-a-choice.md"

    shown = [line for block in blocks(page) if block.language == "yaml" for line in lines(block)]

    assert shown
    assert [line for line in shown if squeezed(line) not in map(squeezed, stands)] == []


def test_an_agent_s_client_is_told_a_command_that_exists() -> None:
    [shown] = (b for b in blocks(ROOT / "docs/how-to/use-with-an-agent.md") if b.language == "json")

    [server] = json.loads(shown.text)["mcpServers"].values()

    assert server["command"] == "scaffold"
    command, *words = server["args"]
    assert {word for word in words if word.startswith("--")} <= (flags_of(command) or set())


def lines(block: Block) -> list[str]:
    return block.text.splitlines()


def squeezed(line: str) -> str:
    return " ".join(line.split())
