"""The suite sees a defect when there is one: `make test-mutants`."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import count
from pathlib import Path

import pytest

from tests import ROOT
from tests.generated.conftest import Make, Project, provided
from tests.generated.credentials import callers
from tests.generated.process import SECRET_KEY, Database, Service, run
from tests.mutants.catalogue import CATALOGUE
from tests.mutants.mutant import PROJECT

pytestmark = pytest.mark.mutants
SEEDED = [(combination, name) for combination in CATALOGUE for name in CATALOGUE[combination]]


class Ground:
    """An installed project, and the databases that its services use."""

    def __init__(self, project: Project, database: Database, outside: dict[str, str]) -> None:
        self.folder, self.auth = project.folder, project.answers["auth"]
        self._own = {"SECRET_KEY": SECRET_KEY} | outside
        self._database, self._numbers = database, count()
        self._prepare = cache(self._prepared)
        self._prepare(self._revisions())  # now, while there is no defect

    @contextmanager
    def service(self) -> Iterator[tuple[Service, list[str]]]:
        """One that serves, on a database of its own, and its callers as the suite takes them."""
        prepared, callers = self._prepare(self._revisions())
        url = self._database.create(self._name(), like=prepared)
        with Service(self.folder, DATABASE_URL=url, **self._own) as service:
            yield service, callers

    def _revisions(self) -> str:
        files = (self.folder / "migrations/versions").glob("*.py")
        return "".join(file.read_text() for file in sorted(files))

    def _prepared(self, _revisions: str) -> tuple[str, list[str]]:
        """A database to copy, as these migrations make it, and the callers that it knows."""
        settings = {"DATABASE_URL": self._database.create(self._name()), **self._own}
        run(self.folder, ".venv/bin/app", "migrate", **settings)
        with Service(self.folder, **settings) as service:
            return settings["DATABASE_URL"], callers(self.auth, self.folder, service, **settings)

    def _name(self) -> str:
        return f"mutant_{next(self._numbers)}"


@pytest.fixture(scope="module")
def ground(make: Make, openid: Path) -> Iterator[Callable[[str], Ground]]:
    with ExitStack() as stack:

        @cache
        def ground(combination: str) -> Ground:
            project = make(combination)
            database = stack.enter_context(Database(project.folder))
            outside = stack.enter_context(provided(project, openid))
            return Ground(project, database, outside)

        yield ground


@pytest.mark.parametrize("combination", CATALOGUE)
def test_without_a_defect_the_same_tests_pass(
    ground: Callable[[str], Ground], combination: str
) -> None:
    named = {mutant.caught_by for mutant in CATALOGUE[combination].values()}

    status, output = run_tests(ground(combination), *sorted(named))

    assert status == pytest.ExitCode.OK, output


@pytest.mark.parametrize(("combination", "name"), SEEDED)
def test_a_defect_is_caught(ground: Callable[[str], Ground], combination: str, name: str) -> None:
    mutant = CATALOGUE[combination][name]

    with mutant.in_project(ground(combination).folder):
        status, output = run_tests(ground(combination), mutant.caught_by)

    assert status == pytest.ExitCode.TESTS_FAILED, f"survived: {name}\n{output}"


def run_tests(ground: Ground, *named: str) -> tuple[int, str]:
    """pytest's status, 0 when all passed, and its output."""
    with ground.service() as (service, callers):
        assert_usable(service, callers)
        runs = {
            "tests/contract/": [sys.executable, "--base-url", service.url, *callers],
            "tests/generated/": [sys.executable, "--workshop", str(ground.folder.parents[1])],
            PROJECT: [str(ground.folder / ".venv/bin/python")],
        }
        for suite, (python, *options) in runs.items():
            chosen = [each.removeprefix(PROJECT) for each in named if each.startswith(suite)]
            folder = ground.folder if suite == PROJECT else ROOT
            status, output = _pytest(folder, python, *options, *chosen) if chosen else (0, "")
            if status:
                break
    return status, output


def assert_usable(service: Service, callers: list[str]) -> None:
    """A wreck proves nothing: any test would notice it."""
    headers = [
        callers[n + 1].split(": ", 1) for n, word in enumerate(callers) if word == "--header"
    ]
    with service.client() as client:
        made = client.post("/api/v1/items", json={"name": "usable"}, headers=dict(headers))
    assert made.status_code == 201, made.text


def _pytest(folder: Path, python: str, *words: str) -> tuple[int, str]:
    command = [python, "-m", "pytest", "-p", "no:cacheprovider", "-x", "-m", "", "--tb=short"]
    done = subprocess.run(
        [*command, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr
