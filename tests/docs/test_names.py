"""What a page names exists: paths, targets of make, commands and their flags, slots."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from scaffold import cli
from tests import BIN, ROOT
from tests.docs.pages import PAGES, blocks, code, name_of

SCAFFOLD = BIN / "scaffold"
LAYERS = [
    ROOT / "template",
    *(path for path in (ROOT / "template").rglob("{{*}}") if path.is_dir()),
]

each_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


@each_page
def test_a_path_named_exists_here_or_in_a_generated_project(page: Path) -> None:
    """Or the page writes it."""
    tops = {path.name for folder in (ROOT, *LAYERS) for path in folder.iterdir() if path.is_dir()}
    paths = [span for span in code(page) if re.fullmatch(r"[^\s/]+/[^\s*]*", span)]

    missing = {path for path in paths if path.split("/")[0] in tops and not exists(path)}

    assert missing - {block.file for block in blocks(page)} == set()


def exists(path: str) -> bool:
    return any(
        (folder / path).exists() or (folder / f"{path}.jinja").exists()
        for folder in (ROOT, *LAYERS)
    )


@each_page
def test_a_make_target_named_exists_here_or_in_a_generated_project(page: Path) -> None:
    makefiles = [ROOT / "Makefile", *(ROOT / "template").rglob("Makefile*")]
    targets = {
        target
        for makefile in makefiles
        for target in re.findall(r"^([a-z-]+):", makefile.read_text(), re.MULTILINE)
    }

    named = {
        target for span in code(page) for target in re.findall(r"^(?:.*&& )?make ([a-z-]+)", span)
    }

    assert named - targets == set()


def test_the_recipe_for_a_choice_lists_every_slot() -> None:
    opened = {
        slot
        for path in (ROOT / "template").rglob("*.jinja")
        for slot in re.findall(r'slot\("([^"]+)"', path.read_text())
    }

    _, _, table = (ROOT / "docs/how-to/add-a-choice.md").read_text().partition("| slot |")
    rows = table.partition("\n\n")[0].splitlines()[2:]

    assert {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])} == opened


@each_page
def test_a_command_and_its_flags_exist(page: Path) -> None:
    calls = [
        call
        for span in code(page)
        for call in re.findall(r"(?<![\w-])scaffold ([a-z][^&|\n]*)", span)
    ]

    unknown = [call for call in calls if not is_understood(call)]

    assert unknown == []


def is_understood(call: str) -> bool:
    command, *words = call.split()
    below = [word for word in words[:1] if word in cli.COMMANDS.get(command, ())]
    flags = flags_of(command, *below)
    return flags is not None and all(word in flags for word in words if word.startswith("--"))


@cache
def flags_of(*command: str) -> frozenset[str] | None:
    described = subprocess.run(
        [SCAFFOLD, *command, "--help"], capture_output=True, check=False, text=True
    )
    flags = re.findall(r"(?<!\S)--[a-z-]+", described.stdout)
    return frozenset(flags) if described.returncode == 0 else None
