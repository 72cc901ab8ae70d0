"""Types for bodies and filters: what JSON gives, nothing coerced, nothing unknown, no NUL."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


def _no_nul(text: str) -> str:
    if "\x00" in text:  # a database may store none, or end the text there
        raise ValueError("NUL is not allowed")
    return text


def _bare(text: str) -> str:
    if text != text.strip():
        raise ValueError("white space at an end is not allowed")
    return text


def _digits(value: Any) -> Any:
    """Not ` 1`, `1.0`, `1_0` or digits of other scripts, which pydantic would take."""
    if isinstance(value, str) and not re.fullmatch("-?[0-9]+", value):
        raise ValueError("a number is written in digits")
    return value


def _written(value: Any) -> Any:
    """Not a number: pydantic would take it for seconds since 1970."""
    if isinstance(value, int | float) or (isinstance(value, str) and value[4:5] != "-"):
        raise ValueError("a time is written as RFC 3339 has it")
    return value


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # year 1, east of Greenwich
        raise ValueError("a time lies between the years 1 and 9999 in UTC") from None


Text = Annotated[str, AfterValidator(_no_nul)]
Bare = AfterValidator(_bare)
# For numbers in a query, where all is text. Last: the bounds before it are those of the document.
Digits = BeforeValidator(_digits)
Int32 = Annotated[int, Field(ge=-(2**31), lt=2**31), Digits]
# Not strict: frameworks hand pydantic Python values, and a strict datetime refuses a str there.
Time = Annotated[
    AwareDatetime, BeforeValidator(_written), AfterValidator(_utc), Field(strict=False)
]

# A field that a PATCH may leave out though null is no value for it; read with exclude_unset.
UNSET: Any = Field(default_factory=lambda: None)
