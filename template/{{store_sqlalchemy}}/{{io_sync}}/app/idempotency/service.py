"""Finds and keeps answers, in the transaction of the write that they answer."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, insert, select

from app.edge.store import Answer, Claim, Kept
from app.idempotency.models import TABLE

KEPT = timedelta(hours=24)
OF_CLAIM = (TABLE.c.caller == bindparam("caller"), TABLE.c.key == bindparam("key"))
FIND = select(TABLE).where(*OF_CLAIM)
FORGET = delete(TABLE).where(*OF_CLAIM)
KEEP = insert(TABLE)


def find(connection: Connection, claim: Claim) -> Kept | None:
    found = connection.execute(FIND, _values(claim)).one_or_none()
    if found is None:
        return None
    if found.expires_at <= datetime.now(UTC):
        connection.execute(FORGET, _values(claim))
        return None
    headers = [(name, value) for name, value in found.headers]
    return Kept(found.fingerprint, Answer(found.status, headers, found.body))


def keep(connection: Connection, claim: Claim, answer: Answer) -> None:
    kept = {
        "fingerprint": claim.fingerprint,
        "status": answer.status,
        "headers": answer.headers,
        "body": answer.body,
        "expires_at": datetime.now(UTC) + KEPT,
    }
    connection.execute(KEEP, _values(claim) | kept)


def _values(claim: Claim) -> dict[str, str]:
    return {"caller": claim.caller, "key": claim.key}
