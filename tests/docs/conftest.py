"""A folder to follow pages in, and a checkout as the address of this project would give it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scaffold.template import releases
from tests import ROOT
from tests.docs.reader import committed
from tests.generated.process import run

BUILT = (".git", ".venv", ".*_cache", "__pycache__", "build", "dist")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own, which it shuts to other users: root's PostgreSQL runs as one."""
    with tempfile.TemporaryDirectory(prefix="docs-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
def checkout(folder: Path) -> Path:
    """A repository of the work tree, uncommitted changes included, released as it is."""
    checkout = folder / "checkout"
    shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(*BUILT))
    run(checkout, "git", "init", "--quiet")
    committed(checkout)
    run(checkout, "git", "tag", releases.current())
    return checkout
