"""A project of each combination: generated, set up, and a real database beside it."""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.generated.combinations import CHOSEN, EVERY
from tests.generated.process import Database, Service, generate, run
from tests.generated.provider import Provider
from tests.workflows.tools import install

# Beside the first of CHOSEN, which most projects are.
SERVED = ("mysql-none", "litestar-mysql-none", "flask-postgresql-none", "flask-mysql-none")
Make = Callable[[str], "Project"]


class Project(NamedTuple):
    folder: Path
    answers: dict[str, str]
    following: list[list[str]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--workshop", type=Path, help="a folder where projects stay, to be used by the next run"
    )


@pytest.fixture(scope="session")
def workshop(pytestconfig: pytest.Config) -> Iterator[Path]:
    """Not pytest's own folder, which it shuts to other users: root's PostgreSQL runs as one."""
    if kept := pytestconfig.getoption("--workshop", None):
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="generated-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def make(workshop: Path) -> Make:
    """Brought as far as the printed commands go before the one that serves; each once."""

    @cache
    def make(combination: str) -> Project:
        answers = EVERY[combination]
        folder = workshop / combination / "myservice"
        if folder.exists():
            return Project(folder, answers, [])
        folder.parent.mkdir(parents=True)
        enter, *prepare, serve = generate(folder, **answers)
        assert enter == ["cd", "myservice"]
        for command in prepare:
            run(folder, *command)
        return Project(folder, answers, [enter, *prepare, serve])

    return make


def every(in_ci: Collection[str]) -> list[Any]:
    """Combinations as parameters; those that are not `in_ci` only by make test-all."""
    return [pytest.param(name, marks=[pytest.mark.full] * (name not in in_ci)) for name in EVERY]


@pytest.fixture(params=every(CHOSEN))
def each_project(request: pytest.FixtureRequest, make: Make) -> Project:
    return make(request.param)


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(CHOSEN[0], id=pytest.HIDDEN_PARAM),
        *(pytest.param(name, marks=pytest.mark.full) for name in SERVED),
    ],
)
def project(request: pytest.FixtureRequest, make: Make) -> Project:
    """On a server of each kind; by what waits in threads, too."""
    return make(request.param)


@pytest.fixture
def outside(each_project: Project, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    is_needed = each_project.answers["auth"] == "oidc"
    with provided(each_project, request.getfixturevalue("openid") if is_needed else None) as found:
        yield found


@contextlib.contextmanager
def provided(project: Project, openid: Path | None) -> Iterator[dict[str, str]]:
    """Where its service finds what it needs beside its database."""
    if project.answers["auth"] != "oidc":
        yield {}
        return
    assert openid
    with Provider(openid) as provider:
        yield provider.settings


@pytest.fixture(scope="session")
def openid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where npm has put a provider of OpenID Connect."""
    folder = tmp_path_factory.mktemp("openid")
    shutil.copytree(Path(__file__).parent / "openid", folder, dirs_exist_ok=True)
    install(folder)
    return folder


@pytest.fixture(scope="session")
def database(project: Project) -> Iterator[Database]:
    with Database(project.folder) as database:
        yield database


@pytest.fixture(scope="session")
def migrated(project: Project, database: Database) -> str:
    """The URL of a database that `app migrate` has brought up to date."""
    url = database.create("migrated")
    run(project.folder, ".venv/bin/app", "migrate", DATABASE_URL=url)
    return url


@pytest.fixture
def serve(project: Project, migrated: str) -> Callable[..., Service]:
    """`with serve(SETTING="…") as service:` on the migrated database."""

    def serve(**settings: str) -> Service:
        return Service(project.folder, **{"DATABASE_URL": migrated} | settings)

    return serve
