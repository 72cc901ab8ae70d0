"""Renders what the pipeline is made of, once for each answer to where it will run."""

import shutil
from pathlib import Path

import pytest

from tests.template.conftest import Render, compile_each_source_once, render
from tests.workflows.tools import install

__all__ = ["compile_each_source_once", "render"]

DEPLOY = [[], ["compose"], ["kubernetes"], ["compose", "kubernetes"]]


@pytest.fixture(scope="session", params=DEPLOY, ids=lambda deploy: "+".join(deploy) or "nothing")
def project(request: pytest.FixtureRequest, render: Render) -> Path:
    return render("myservice", deploy=request.param, ci="github-actions")


@pytest.fixture(scope="session")
def parser_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parser")
    shutil.copytree(Path(__file__).parent / "parser", folder, dirs_exist_ok=True)
    install(folder)
    return folder


@pytest.fixture
def spoilt(render: Render) -> Path:
    """One of its own for each test, to plant a defect in."""
    return render("myservice", deploy=["kubernetes"], ci="github-actions")
