"""No mutant rots: each still fits the template, and the test that it names exists."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT
from tests.generated.combinations import EVERY
from tests.mutants.catalogue import CATALOGUE
from tests.mutants.mutant import PROJECT
from tests.template.conftest import Render

KEY, TOKEN = "X-API-Key: sk_a_b", "Authorization: Bearer e30.eyJleHAiOjF9.e30"
GIVEN = {  # as the suite takes callers: none of these is ever sent
    "postgresql-none": [],
    "postgresql-api-key": ["--header", KEY, "--caller", f"read={KEY}", *["--refused", KEY] * 3],
    "postgresql-oidc": [],
    "postgresql-jwt": [
        *("--header", TOKEN, "--refused", TOKEN),
        *("--caller", f"read={TOKEN}", "--caller", f"read,write={TOKEN}"),
    ],
}


@pytest.fixture(scope="module", params=CATALOGUE)
def combination(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(render: Render, combination: str) -> Path:
    return render("myservice", **EVERY[combination])


def test_every_mutant_fits_the_template(folder: Path, combination: str) -> None:
    texts = {
        name: (mutant, (folder / mutant.file).read_text())
        for name, mutant in CATALOGUE[combination].items()
    }

    assert [name for name, (mutant, text) in texts.items() if text.count(mutant.old) != 1] == []
    for name, (mutant, text) in texts.items():
        ast.parse(mutant.applied(text), name)


def test_every_mutant_names_a_test_that_exists(folder: Path, combination: str) -> None:
    named = {mutant.caught_by for mutant in CATALOGUE[combination].values()}
    of_project = {each for each in named if each.startswith(PROJECT)}

    for each in of_project:
        assert_written(folder, each.removeprefix(PROJECT))
    assert_collected(*GIVEN[combination], *sorted(named - of_project))


def assert_written(folder: Path, test: str) -> None:
    """Its dependencies are not installed here, so that it cannot be collected."""
    file, _, name = test.partition("::")
    function, _, case = name.partition("[")
    text = (folder / file).read_text()
    assert f"def {function}(" in text
    assert case.removesuffix("]") in text


def assert_collected(*words: str) -> None:
    collected = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "--quiet", "-m", "", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert collected.returncode == 0, collected.stdout + collected.stderr


def test_there_are_enough() -> None:
    assert sum(len(mutants) for mutants in CATALOGUE.values()) >= 40
