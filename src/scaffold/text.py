"""Text for people: in a list, in columns, wrapped at words."""

from collections.abc import Sequence
from textwrap import fill


def counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def listed(words: Sequence[str], most: int = 5) -> str:
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def rows(table: Sequence[Sequence[str]]) -> str:
    """Lines in columns."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        for row in table
    ]
    return "".join(f"  {line.rstrip()}\n" for line in lines)


def wrapped(text: str, width: int, first: str, others: str) -> str:
    """`first` and `others` stand before the lines. A word too long is left whole, to be pasted."""
    return fill(
        text,
        width,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
