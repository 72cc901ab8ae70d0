"""Passwords in argon2id, by what OWASP asks for: 19 MiB, two passes."""

import asyncio
import secrets

from pwdlib.hashers.argon2 import Argon2Hasher

_hasher = Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1)
_nobody = _hasher.hash(secrets.token_urlsafe())
_places = asyncio.Semaphore(2)  # each takes a core and 19 MiB: many logins must not take them all


async def hashed(password: str) -> str:
    async with _places:
        return await asyncio.to_thread(_hasher.hash, password)


async def matches(password: str, stored: str | None) -> bool:
    """An account that does not exist costs the same time as one that does."""
    async with _places:
        found = await asyncio.to_thread(_hasher.verify, password, stored or _nobody)
    return found and stored is not None
