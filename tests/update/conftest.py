"""A service for every case, with a home of its own."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import BIN
from tests.cli.conftest import GITCONFIG
from tests.update.cases import CASES, Case
from tests.update.service import Service, start
from tests.update.toys import Installation

Begin = Callable[..., Service]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "COPIER_", "XDG_", "LC_")) and name != "EMAIL"
    }
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(GITCONFIG)
    path = f"{BIN}{os.pathsep}{kept['PATH']}"
    own = {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "TERM": "xterm", "PATH": path}
    return kept | own | {"GIT_ALLOW_PROTOCOL": "file"}  # nothing asks the network


@pytest.fixture
def begin(tmp_path: Path, environment: dict[str, str]) -> Begin:
    """The service of a case, with its owner's edits committed."""

    def begin(case: str | Case) -> Service:
        case = CASES[case] if isinstance(case, str) else case
        installation = Installation.make(tmp_path / "installation", case.releases(), case.upgrades)
        service = start(installation, tmp_path / "desk/svc", environment, case.answers)
        service.edit(case.edits)
        return service

    return begin
