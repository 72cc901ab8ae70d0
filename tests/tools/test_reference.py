import re

import pytest

from scaffold import distribution
from tools.reference.__main__ import FOLDER, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_it_was_made_of_says_now(name: str) -> None:
    assert (FOLDER / name).read_text() == PAGES[name](), "make reference"


def test_a_setting_that_needs_two_choices_is_on_the_page_too() -> None:
    """Which the page cannot find, as it takes one choice at a time."""
    layers = (distribution.source() / "template").rglob("_slots/settings.py")
    brought = re.findall(r"^(\w+): ", "".join(path.read_text() for path in layers), re.MULTILINE)

    page = (FOLDER / "settings.md").read_text()

    assert brought
    assert [name for name in brought if f"| `{name.upper()}` |" not in page] == []
