"""What a cluster gets follows database and auth alone, so tests/kubernetes, which runs each of
those pairs, speaks for every combination."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.kubernetes.conftest import read
from tests.template.conftest import Render

Told = tuple[dict[str, str], Any]


@pytest.fixture(scope="session")
def tested(render: Render) -> Callable[[str, str], Told]:
    @cache
    def tested(database: str, auth: str) -> Told:
        return told(render("myservice", database=database, auth=auth, deploy=["kubernetes"]))

    return tested


def test_a_cluster_gets_what_was_tested(
    project: Path, answers: dict[str, Any], tested: Callable[[str, str], Told]
) -> None:
    if "kubernetes" in answers["deploy"]:
        assert told(project) == tested(answers["database"], answers["auth"])
    else:
        assert not (project / "deploy/kubernetes").exists()


def told(project: Path) -> Told:
    """What is applied, and what the service says about how it wants to be run."""
    folders = (project / "deploy/kubernetes", project / "deploy/monitoring")
    files = [path for each in folders for path in each.rglob("*") if path.is_file()]
    return {str(path.relative_to(project)): path.read_text() for path in files}, read(project)
