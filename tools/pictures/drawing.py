"""A terminal's screen as an SVG: dark on any page, every word in its column whatever the font."""

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

import pyte
from pyte.screens import Char

CELL, LINE, SIZE = 8.4, 20, 14  # width of a column, height of a line, size of letters: px
LEFT, TOP = 18, 46  # to the first column, to the first base line
FONT = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"
PAPER, INK, EDGE = "#161b22", "#e6edf3", "#57606a"
COLORS = {"default": INK, "cyan": "#56d4dd", "brown": "#e3b341"}  # brown: pyte's yellow
BUTTONS = "".join(f'<circle cx="{x}" cy="17" r="5" fill="{EDGE}"/>' for x in (22, 40, 58))


def draw(screen: pyte.Screen, title: str) -> str:
    lines = len("\n".join(screen.display).rstrip().splitlines())
    width, height = round(LEFT * 2 + screen.columns * CELL), TOP + LINE * lines
    size = f'width="{width}" height="{height}"'
    style = f'viewBox="0 0 {width} {height}" role="img" font-family="{FONT}" font-size="{SIZE}"'
    shape = f'width="{width - 1}" height="{height - 1}" rx="8" fill="{PAPER}" stroke="{EDGE}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>',
            f"<title>{escape(title)}</title>",
            f'<rect x="0.5" y="0.5" {shape}/>',
            BUTTONS,
            *(words for number in range(lines) for words in _line(screen, number)),
            "</svg>\n",
        ]
    )


def _line(screen: pyte.Screen, number: int) -> Iterator[str]:
    """Each run of words in one style. Two spaces end it: what follows them is a column."""
    text, row = screen.display[number], screen.buffer[number]
    for run in re.finditer(r"\S+(?: \S+)*", text):
        for style, columns in groupby(range(*run.span()), lambda column: _style(row[column])):
            first, *others = columns
            words = text[first : first + 1 + len(others)]
            yield _words(first, TOP + LINE * number, words, style)


def _style(cell: Char) -> str:
    bold = ' font-weight="700"' if cell.bold else ""
    return f'fill="{COLORS[cell.fg]}"{bold}'


def _words(column: int, y: int, words: str, style: str) -> str:
    length = f'textLength="{len(words) * CELL:.1f}" lengthAdjust="spacingAndGlyphs"'
    place = f'x="{LEFT + column * CELL:.1f}" y="{y}" {length} xml:space="preserve"'
    return f"<text {place} {style}>{escape(words, quote=False)}</text>"
