"""A sequence, as an SVG that GitHub and a browser show alike: on white, with no font of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

FONT = "font-family=\"system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif\""
INK, LINE, FILL, REFUSED, BAR = "#1b2733", "#8795a5", "#eef3f9", "#a12622", "#1f5fa8"
SIZE, SMALL = 15, 13  # of letters, px
LETTER = 0.58  # the width of one, on average in a wide font, as a part of its size
TOP, STEP = 58, 37

OVER_LINES = 'paint-order="stroke" stroke="#ffffff" stroke-width="4"'
DASHES = ' stroke-dasharray="5 4"'
NAME = f'fill="#ffffff" font-size="{SIZE}" font-weight="600"'
OWN = f'fill="{INK}" font-size="{SIZE}"'
SAID = f"{OWN} {OVER_LINES}"
NO = f'fill="{REFUSED}" font-size="{SMALL}" {OVER_LINES}'


@dataclass(frozen=True)
class Step:
    start: str
    end: str  # the start itself, when nobody is asked
    text: str
    refused: str = ""  # what the first lane hears instead, when it fails here
    back: bool = False


@dataclass(frozen=True)
class Sequence:
    title: str
    about: str  # for who does not see it
    lanes: dict[str, int]  # by name: the middle, in px from the left
    width: int
    steps: list[Step]
    limits: dict[str, tuple[int, int]] = field(default_factory=dict)  # by words: first, last step

    @property
    def height(self) -> int:
        return TOP + STEP * len(self.steps) + 20


def draw(sequence: Sequence) -> str:
    size = f'width="{sequence.width}" height="{sequence.height}"'
    box = f'viewBox="0 0 {sequence.width} {sequence.height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} role="img" {FONT}>',
            f"<title>{escape(sequence.title)}</title>",
            f"<desc>{escape(sequence.about)}</desc>",
            f'<rect {size} rx="6" fill="#ffffff"/>',
            *_lanes(sequence),
            *_limits(sequence),
            *(part for number in range(len(sequence.steps)) for part in _step(sequence, number)),
            "</svg>\n",
        ]
    )


def _lanes(sequence: Sequence) -> Iterator[str]:
    for name, x in sequence.lanes.items():
        yield f'<path d="M{x} 44V{sequence.height - 14}" stroke="{LINE}" stroke-dasharray="3 4"/>'
        yield _box(x, 29, _width(name) + 36, f'fill="{BAR}"')
        yield _text(x, 34, name, NAME)


def _limits(sequence: Sequence) -> Iterator[str]:
    x = sequence.width - 22
    for words, (first, last) in sequence.limits.items():
        top, bottom = _y(first) - 14, _y(last) + 14
        middle = (top + bottom) / 2
        turned = f'transform="rotate(-90 {x + 14} {middle:g})"'
        yield f'<path d="M{x - 8} {top}h8V{bottom}h-8" stroke="{BAR}" fill="none"/>'
        yield _text(x + 14, middle, words, f'fill="{BAR}" font-size="{SMALL}" {turned}')


def _step(sequence: Sequence, number: int) -> Iterator[str]:
    step, y = sequence.steps[number], _y(number)
    start, end = sequence.lanes[step.start], sequence.lanes[step.end]
    width = _width(step.text) + 20
    if step.refused:
        first = min(sequence.lanes.values())
        yield from _arrow(start, first, y, REFUSED, DASHES)
        yield _text((first + start - width / 2) / 2, y - 7, step.refused, NO)
    if start == end:
        yield _box(start, y, width, f'fill="{FILL}" stroke="{LINE}"')
        yield _text(start, y + 5, step.text, OWN)
    else:
        yield from _arrow(start, end, y, INK, DASHES if step.back else "")
        yield _text((start + end) / 2, y - 8, step.text, SAID)


def _y(number: int) -> int:
    return TOP + STEP * number + 22


def _arrow(start: int, end: int, y: int, colour: str, dashes: str = "") -> Iterator[str]:
    ahead = 7 if end > start else -7
    yield f'<path d="M{start} {y}H{end - ahead}" stroke="{colour}"{dashes}/>'
    yield f'<path d="M{end - ahead} {y - 4}l{ahead} 4l{-ahead} 4z" fill="{colour}"/>'


def _box(x: int, y: int, width: int, style: str) -> str:
    place = f'x="{x - width / 2:g}" y="{y - 14}" width="{width}" height="28" rx="4"'
    return f"<rect {place} {style}/>"


def _text(x: float, y: float, words: str, style: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="middle" {style}>{escape(words)}</text>'


def _width(words: str) -> int:
    return round(len(words) * SIZE * LETTER)
