"""Alembic behind neutral commands: `app migrate`, `app migrations check|sql`."""

import logging
import time
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from app.driver import sqlstate
from app.errors import Unavailable
from app.log import log

logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)  # a roll-call at each run
PATIENCE_SECONDS = 600  # of the 15 minutes that a Job may take
PAUSE_SECONDS = 2
PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"


class StillWaiting(Unavailable):
    hint = "See what holds it, end that or let it end, and run `app migrate` again."


def migrate() -> None:
    """To the newest revision. Two at once: the second waits, then finds nothing to do. What waits
    for a lock that traffic holds steps back, lets others pass, and comes again."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _steps_back(deadline):
        log.warning("a table is in use: once more in %s s", PAUSE_SECONDS)
        time.sleep(PAUSE_SECONDS)


def _steps_back(deadline: float) -> bool:
    try:
        command.upgrade(_config(), "head")
    except TimeoutError:
        raise StillWaiting("Another migration holds the lock of migrations.") from None
    except DBAPIError as error:
        if sqlstate(error) != "55P03":
            raise
        if time.monotonic() > deadline:
            raise StillWaiting("A table is in use all the time.") from error
        return True
    return False


def check() -> str | None:
    """What the models have that no migration makes."""
    try:
        command.check(_config())
    except CommandError as error:
        return str(error)
    return None


def print_sql() -> None:
    """Every migration as SQL on stdout, for those who review or run it by hand."""
    command.upgrade(_config(), "head", sql=True)


def is_behind(connection: Connection) -> bool:
    """A revision that this build does not know is ahead: a newer release has migrated."""
    head, known = _revisions()
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it would tell of every probe
    current = MigrationContext.configure(connection).get_current_revision()
    return current != head and (current is None or current in known)


@cache
def _revisions() -> tuple[str | None, frozenset[str]]:
    scripts = ScriptDirectory.from_config(_config())
    known = frozenset(script.revision for script in scripts.walk_revisions())
    return scripts.get_current_head(), known


def _config() -> Config:
    return Config(toml_file=PYPROJECT)
