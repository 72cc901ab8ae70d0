"""The pictures, and the sample of a page that says in words what one of them shows."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest

from tools.pictures.__main__ import FOLDER, played
from tools.pictures.scenes import SCENES, Picture, doctor_of_a_project

ROOT = FOLDER.parents[1]
PICTURES = sorted(FOLDER.iterdir())
PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]


def said(picture: str) -> list[str]:
    """The words in it, run by run. How large a project is each edit of the template changes."""
    words = map(unescape, re.findall(r">([^<]*)</text>", picture))
    return [re.sub(r"\d[\d,]+ (files|lines|tests)", r"N \1", run) for run in words]


@pytest.mark.parametrize("scene", SCENES)
def test_a_picture_says_what_the_command_says(scene: Callable[[Path], Iterator[Picture]]) -> None:
    for name, picture in played(scene):
        assert said((FOLDER / name).read_text()) == said(picture), "make pictures"


@pytest.mark.parametrize("picture", PICTURES, ids=[picture.name for picture in PICTURES])
def test_a_picture_is_on_a_page_and_loads_nothing(picture: Path) -> None:
    assert [page for page in PAGES if f"pictures/{picture.name})" in page.read_text()]
    assert not re.search(r"href|url\(|@import|<script|<image", picture.read_text())


def test_the_page_about_the_doctor_shows_what_it_says(tmp_path: Path) -> None:
    page = (ROOT / "docs/reference/doctor.md").read_text()
    [sample] = re.findall(r"^```console\n(.*?)```$", page, re.MULTILINE | re.DOTALL)

    shown = [line.rstrip() for line in doctor_of_a_project(tmp_path).display]
    assert sample.rstrip() == "\n".join(shown).rstrip()
