"""A migration beside another one, killed in its middle, and under the traffic of the release before
it."""

import contextlib
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.generated.conftest import Make, Project
from tests.generated.load import written
from tests.generated.process import Database, Service, environment, generate, run
from tests.generated.test_growth import renamed
from tests.generated.traffic import Traffic

DATABASES = ("postgresql-none", "mysql-jwt", "sqlite-api-key")
SERVING = ("postgresql-none", "flask-postgresql-none", "mysql-none", "flask-mysql-none")
# Run by the project's Python.
BEFORE = """
from alembic import command
from alembic.config import Config
command.upgrade(Config(toml_file="pyproject.toml"), "head-1")
"""
IMPATIENT = """
from app import cli, migrations
migrations.PATIENCE_SECONDS, migrations.PAUSE_SECONDS = 1, 0.2
cli.main()
"""
ENDLESS = """
import time
from app.driver import make_unpooled_engine, migrating
from app.settings import settings
with make_unpooled_engine(settings()).connect() as connection, migrating(connection, 1):
    print("held", flush=True)
    time.sleep(60)
"""
KILLED = """
import os, signal, sys
from sqlalchemy import Engine, event
from app import cli
moment = sys.argv.pop(1)
@event.listens_for(Engine, "before_cursor_execute")
def executed(connection, cursor, statement, *_):
    if moment in " ".join(statement.split()):
        os.kill(os.getpid(), signal.SIGKILL)
cli.main()
"""
BETWEEN = ("CREATE TABLE alembic_version", "CREATE TABLE items")
INSIDE = (
    "INDEX ix_items_created_at_id",
    "INSERT INTO alembic_version",
    "UPDATE alembic_version",
)


class Target(NamedTuple):
    """An empty database, and the project whose migrations are for it."""

    folder: Path
    database: Database
    url: str

    def start(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.folder / ".venv/bin" / command[0], *command[1:]],
            cwd=self.folder,
            env=environment(DATABASE_URL=self.url),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command: str) -> tuple[int, str]:
        """How it ended, and what it told."""
        process = self.start(*command)
        told, _ = process.communicate(timeout=60)
        return process.returncode, told

    def undo_by_hand(self, told: str) -> None:
        """The migration that is named last: each of its tables that is there."""
        revision = re.findall(r"Running upgrade .*?-> (\w+),", told)[-1]
        files = (self.folder / "migrations/versions").glob("*.py")
        [text] = [
            text
            for each in files
            if f'\nrevision: str = "{revision}"' in (text := each.read_text())
        ]
        tables = re.findall(r'op\.create_table\(\s*"(\w+)"', text)
        assert tables
        for table in reversed(tables):
            self.database.execute(self.url, f"DROP TABLE IF EXISTS {table}")

    def assert_migrated(self) -> None:
        """All that the models have, by one revision."""
        assert self.run("app", "migrations", "check")[0] == 0
        assert len(self.database.rows(self.url, "SELECT version_num FROM alembic_version")) == 1


@pytest.fixture(
    scope="module",
    params=[DATABASES[0], *(pytest.param(name, marks=pytest.mark.full) for name in DATABASES[1:])],
)
def place(request: pytest.FixtureRequest, make: Make) -> Iterator[tuple[Project, Database]]:
    project = make(request.param)
    with Database(project.folder) as database:
        yield project, database


@pytest.fixture
def target(place: tuple[Project, Database]) -> Target:
    project, database = place
    return Target(project.folder, database, database.create(f"target_{time.monotonic_ns()}"))


# Beside another one


@pytest.mark.parametrize("number", [2, pytest.param(5, marks=pytest.mark.full)])
def test_migrations_at_once_all_succeed(target: Target, number: int) -> None:
    for start in ("an empty one", "the revision before"):
        if start != "an empty one":
            assert target.run("alembic", "downgrade", "-1")[0] == 0
        started = [target.start("app", "migrate") for _ in range(number)]
        told = [each.communicate(timeout=60)[0] for each in started]

        assert [each.returncode for each in started] == [0] * number, (start, told)
        target.assert_migrated()


def test_who_waits_too_long_for_another_migration_says_so(target: Target) -> None:
    with target.start("python", "-c", ENDLESS) as endless:
        assert endless.stdout
        assert endless.stdout.readline() == "held\n"
        ended, told = target.run("python", "-c", IMPATIENT, "migrate")
        endless.kill()

    assert ended == 1
    assert "error: Another migration holds the lock of migrations." in told
    assert "hint: See what holds it" in told
    assert target.run("app", "migrate")[0] == 0
    target.assert_migrated()


# Killed


@pytest.mark.parametrize("moment", BETWEEN + INSIDE)
def test_one_that_was_killed_is_taken_up_by_the_next(target: Target, moment: str) -> None:
    """MySQL takes nothing back: the next one says so, and the README says how to go on."""
    ended, _ = target.run("python", "-c", KILLED, moment, "migrate")
    again, told = target.run("app", "migrate")

    assert ended == -9
    if target.url.startswith("mysql") and moment in INSIDE:
        assert again == 1
        assert "already exists" in told
        assert "undo by hand what it did, then run `app migrate` again" in told
        target.undo_by_hand(told)
        again, told = target.run("app", "migrate")
    assert again == 0, told
    target.assert_migrated()


# Under traffic


class Releases(NamedTuple):
    """Two of one service: the later one has another column with an index, and another table."""

    before: Path
    after: Path
    database: Database

    def serve(self, folder: Path, url: str) -> Service:
        return Service(folder, DATABASE_URL=url)

    def migrate(self, folder: Path, url: str) -> subprocess.Popen[str]:
        return Target(folder, self.database, url).start("app", "migrate")


@pytest.fixture(
    scope="module",
    params=[SERVING[0], *(pytest.param(name, marks=pytest.mark.full) for name in SERVING[1:])],
)
def releases(request: pytest.FixtureRequest, make: Make, workshop: Path) -> Iterator[Releases]:
    project = make(request.param)
    after = workshop / f"{request.param}-after" / "myservice"
    if not after.exists():
        after.parent.mkdir()
        generate(after, **project.answers)
        run(after, "make", "setup")
        evolve(after)
    with Database(project.folder) as database:
        yield Releases(project.folder, after, database)


def evolve(folder: Path) -> None:
    models = folder / "app/items/models.py"
    text = models.read_text()
    orders = folder / "app/orders"
    orders.mkdir()
    (orders / "__init__.py").touch()
    (orders / "models.py").write_text(renamed(text))
    column = "    colour: Mapped[str | None] = mapped_column(String(50), index=True)\n"
    models.write_text(re.sub(r"(    quantity: .*\n)", rf"\1{column}", text))
    run(folder, "make", "migration", "m=add colour and orders")


@pytest.fixture
def url(releases: Releases) -> str:
    """Of a database as the release before has it."""
    url = releases.database.create(f"releases_{time.monotonic_ns()}")
    run(releases.before, ".venv/bin/app", "migrate", DATABASE_URL=url)
    return url


def test_the_release_before_serves_on_while_its_successor_migrates(
    releases: Releases, url: str
) -> None:
    with releases.serve(releases.before, url) as service:
        service.wait_until("/ready", 200)
        with Traffic(lambda: service.url, retrying=False) as traffic:
            traffic.goes_on()
            run(releases.after, ".venv/bin/app", "migrate", DATABASE_URL=url)
            traffic.goes_on()
        found = written(service.url, traffic.mark)

    assert traffic.refused == set()
    assert sorted(found) == sorted(traffic.acknowledged.items())


def test_both_releases_serve_on_the_later_schema_also_from_their_start(
    releases: Releases, url: str
) -> None:
    """As after `kubectl rollout undo`."""
    run(releases.after, ".venv/bin/app", "migrate", DATABASE_URL=url)
    with contextlib.ExitStack() as stack:
        folders = (releases.after, releases.before)
        services = [stack.enter_context(releases.serve(folder, url)) for folder in folders]
        for service in services:
            service.wait_until("/ready", 200)
            assert_serves(service)


def assert_serves(service: Service) -> None:
    with Traffic(lambda: service.url, retrying=False) as traffic:
        traffic.goes_on()
    assert traffic.refused == set()


def test_a_migration_that_waits_for_a_lock_holds_up_nobody(releases: Releases, url: str) -> None:
    """A long read holds it: whoever waits for it in line would stop all who come later."""
    with releases.serve(releases.before, url) as service:
        service.wait_until("/ready", 200)
        with Traffic(lambda: service.url, retrying=False) as traffic:
            traffic.goes_on()
            with releases.database.session(url, "SELECT count(*) FROM items"):
                migration = releases.migrate(releases.after, url)
                time.sleep(8)
                is_waiting = migration.poll() is None
                traffic.goes_on()
            told, _ = migration.communicate(timeout=60)
            traffic.goes_on()

    assert is_waiting
    assert (migration.returncode, "a table is in use" in told) == (0, True), told
    assert traffic.refused == set()
    assert max(each.seconds for each in traffic.tries) < 2


def test_a_migration_that_never_gets_its_lock_says_so(releases: Releases, url: str) -> None:
    with releases.database.session(url, "SELECT count(*) FROM items"):
        after = Target(releases.after, releases.database, url)
        ended, told = after.run("python", "-c", IMPATIENT, "migrate")

    assert ended == 1
    assert "error: A table is in use all the time." in told
    assert "hint: See what holds it" in told
