"""Signs beyond ASCII, where the locale has them."""

import os
import sys

POINTER = "\u276f"  # as `>`, heavier

PLAIN = str.maketrans({
    POINTER: ">",
    "●": "x",
    "○": "-",
    "·": "-",
    "↑": "up",
    "↓": "/down",
    "…": "...",
})  # fmt: skip


def drawn(text: str) -> str:
    return text if _has_unicode() else text.translate(PLAIN)


def _has_unicode() -> bool:
    """As the first that is set says; without any, Python takes a terminal of today for granted."""
    said = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "utf8")
    spoken = (said, sys.stderr.encoding or "")
    return all("utf8" in name.lower().replace("-", "") for name in spoken)
