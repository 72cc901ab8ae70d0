"""Idempotency-Key: a request that is sent again is answered as it was the first time."""

import asyncio
import hashlib
import re
from dataclasses import replace

from app.edge.asgi import Head
from app.edge.store import Answer, Claim, Kept
from app.errors import IdempotencyInProgress, IdempotencyKeyReused, MalformedRequest

HEADER = "idempotency-key"


def read_claim(head: Head, body: bytes, caller: str) -> Claim | None:
    """Raises MalformedRequest."""
    key = head.headers.get(HEADER)
    if key is None:
        return None
    if HEADER in head.repeated or not re.fullmatch(r"[\x20-\x7e]{1,255}", key):
        raise MalformedRequest("Idempotency-Key is not one of 1 to 255 printable characters.")
    target = f"{head.method} {head.path}?".encode() + head.query
    fingerprint = hashlib.sha256(target + b"\n" + body).hexdigest()
    return Claim(caller, key, fingerprint)


def replayed(kept: Kept, claim: Claim) -> Answer:
    """Raises IdempotencyKeyReused."""
    if kept.fingerprint != claim.fingerprint:
        raise IdempotencyKeyReused
    answer = kept.answer
    return replace(answer, headers=[*answer.headers, ("idempotency-replayed", "true")])


class Claims:
    """Those that this process is at work on. Between processes the database decides: of two answers
    for one claim it keeps the first, and the other write is rolled back."""

    def __init__(self) -> None:
        self._taken = set[tuple[str, str]]()

    def take(self, claim: Claim, answer: asyncio.Future[Answer]) -> None:
        """Until there is an answer. Raises IdempotencyInProgress."""
        name = claim.caller, claim.key
        if name in self._taken:
            raise IdempotencyInProgress
        self._taken.add(name)
        answer.add_done_callback(lambda _: self._taken.remove(name))
