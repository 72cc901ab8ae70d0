"""A GitHub of its own for each test."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workflows.runner.runner import Github
from tests.workflows.tools import install


@pytest.fixture(scope="session")
def node_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runner")
    for file in Path(__file__).parent.iterdir():
        if file.suffix in {".json", ".mjs"}:
            shutil.copy(file, folder)
    install(folder)
    return folder


@pytest.fixture
def github(node_folder: Path) -> Iterator[Github]:
    """Not in pytest's own folder, which it shuts to other users: root's PostgreSQL runs as one."""
    with tempfile.TemporaryDirectory(prefix="github-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Github(Path(folder), node_folder)
