"""Migrations without a way back: each change of a table is committed at once."""

import time
from collections.abc import Callable
from typing import Any

from pymysql import MySQLError
from pymysql.constants import ER

from app.log import log

PAUSE_SECONDS = 2
DONE_BEFORE = {  # what is to be made is there, or what is to be dropped is not
    ER.TABLE_EXISTS_ERROR,
    ER.DUP_FIELDNAME,
    ER.DUP_KEYNAME,
    ER.BAD_TABLE_ERROR,
    ER.CANT_DROP_FIELD_OR_KEY,
}


def patient(deadline: float) -> Callable[..., bool]:
    """For SQLAlchemy's `do_execute`. A statement that a lock keeps waiting lets others pass and
    comes again: those before it cannot be taken back."""

    def execute(cursor: Any, statement: str, parameters: Any, _: object) -> bool:
        while not _executed(cursor, statement, parameters, is_last=time.monotonic() > deadline):
            log.warning("a table is in use: once more in %s s", PAUSE_SECONDS)
            time.sleep(PAUSE_SECONDS)
        return True

    return execute


def _executed(cursor: Any, statement: str, parameters: Any, *, is_last: bool) -> bool:
    try:
        cursor.execute(statement, parameters)
    except MySQLError as error:
        if error.args[0] in DONE_BEFORE:
            log.error(
                "a migration that failed or was killed has done this before: undo by hand what "
                "it did, then run `app migrate` again; the README says how"
            )
        if is_last or error.args[0] != ER.LOCK_WAIT_TIMEOUT:
            raise
        return False
    return True
