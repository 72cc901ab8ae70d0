import re

import pytest

from tests import ROOT
from tools.diagrams.__main__ import DIAGRAMS, FOLDER
from tools.diagrams.drawing import Sequence, draw
from tools.diagrams.sequences import NEW, REQUEST, UPDATE


@pytest.mark.parametrize("name", DIAGRAMS)
def test_a_diagram_shows_its_sequence(name: str) -> None:
    assert (FOLDER / name).read_text() == draw(DIAGRAMS[name]), "make reference"


def test_a_request_is_refused_in_the_order_of_the_contract() -> None:
    contract = (ROOT / "docs/reference/contract.md").read_text()
    [order] = re.findall(r"^Where several apply, the first of: (.*)$", contract, re.MULTILINE)

    refusals = ", ".join(step.refused for step in REQUEST.steps if step.refused)

    assert refusals.split(", ") == re.findall(r"\d{3}", order)


@pytest.mark.parametrize("sequence", [NEW, UPDATE], ids=lambda sequence: sequence.title)
def test_who_speaks_is_a_module_of_the_command(sequence: Sequence) -> None:
    modules = [f"/{path.relative_to(ROOT)}" for path in (ROOT / "src").rglob("*.py")]
    names = [name for lane in sequence.lanes for name in lane.split(", ")]

    assert [name for name in names if not any(path.endswith(f"/{name}") for path in modules)] == []
