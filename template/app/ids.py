"""Identifiers: UUIDv7 (RFC 9562), ordered by the time at which they were made."""

import os
import time
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field


def new_id() -> UUID:
    """48 bits of milliseconds, then chance. The standard library has it from Python 3.14 on."""
    value = time.time_ns() // 1_000_000 << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def _one_spelling(value: object) -> object:
    """`UUID()` also takes braces, `urn:uuid:` and no hyphens: one resource, many addresses."""
    if isinstance(value, str) and (len(value) != 36 or value[8:24:5] != "----"):
        raise ValueError("an id has 36 characters, four of them hyphens")
    return value


# Not strict: a framework hands pydantic Python values, and a strict UUID refuses a str there.
Id = Annotated[UUID, BeforeValidator(_one_spelling), Field(strict=False)]
