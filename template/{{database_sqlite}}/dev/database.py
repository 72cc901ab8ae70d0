"""Databases for development and tests: those that are named, else files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from dev import named

NOWHERE = "sqlite:////nowhere/app.db"  # for tests of an outage
DATA = Path(__file__).parents[1] / "app.db"


@contextmanager
def development_database() -> Iterator[str]:
    yield named("DATABASE_URL") or f"sqlite:///{DATA}"


@contextmanager
def fresh_database() -> Iterator[str]:
    """For one run of the tests. A named one is used as it is, and emptied before each test."""
    with TemporaryDirectory() as folder:
        yield named("TEST_DATABASE_URL") or f"sqlite:///{folder}/test.db"
