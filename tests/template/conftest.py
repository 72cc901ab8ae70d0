"""Renders combinations in this process, from a plain copy of the working tree: no git, no trust."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from copier import run_copy

from scaffold.template import rendering
from tests import ROOT
from tests.combinations import combinations, is_rare

Render = Callable[..., Path]
COMBINATIONS = combinations()


@pytest.fixture(scope="session", autouse=True)
def compile_each_source_once() -> Iterator[None]:
    """That is all that these renders have of ours."""
    with rendering.compiling_once():
        yield


@pytest.fixture(scope="session")
def render(tmp_path_factory: pytest.TempPathFactory) -> Render:
    """`render("myservice", database="sqlite")` → the project's folder."""
    source = tmp_path_factory.mktemp("source")
    shutil.copy(ROOT / "copier.yml", source)
    unwanted = shutil.ignore_patterns("__pycache__", ".*_cache")
    shutil.copytree(ROOT / "template", source / "template", symlinks=True, ignore=unwanted)

    def render(project_name: str, **answers: Any) -> Path:
        folder = tmp_path_factory.mktemp("rendered") / project_name
        data = {"project_name": project_name} | answers
        # No `overwrite`: two sources for one file fail. No `unsafe`: no trust is ever needed.
        run_copy(str(source), folder, data=data, defaults=True, quiet=True)
        return folder

    return render


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(name, marks=[pytest.mark.full] * is_rare(answers))
        for name, answers in COMBINATIONS.items()
    ],
)
def answers(request: pytest.FixtureRequest) -> dict[str, Any]:
    return COMBINATIONS[request.param]


@pytest.fixture(scope="session")
def project(render: Render, answers: dict[str, Any]) -> Path:
    return render("myservice", **answers)
