"""One project of each chosen combination: generated, set up, and a real database beside it."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.combinations import combinations
from tests.generated.process import Database, Service, generate, run

CHOSEN = combinations()


class Project(NamedTuple):
    folder: Path
    following: list[list[str]]


@pytest.fixture(scope="session")
def workshop() -> Iterator[Path]:
    """Not pytest's own folder, which it shuts to other users: root's PostgreSQL runs as one."""
    with tempfile.TemporaryDirectory(prefix="generated-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session", params=CHOSEN)
def project(request: pytest.FixtureRequest, workshop: Path) -> Project:
    """Brought as far as the printed commands go before the one that serves."""
    folder = workshop / request.param / "myservice"
    folder.parent.mkdir()
    enter, *prepare, serve = generate(folder, **CHOSEN[request.param])
    assert enter == ["cd", "myservice"]
    for command in prepare:
        run(folder, *command)
    return Project(folder, [enter, *prepare, serve])


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
