"""A few bars as SVG: no library for so little."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import NamedTuple

WIDTH, LABELS, BAR, GAP = 720, 130, 18, 14
COLOURS = ("#2563eb", "#94a3b8")


class Bars(NamedTuple):
    """`groups`: label → name of the bar → value. On a scale of its own."""

    title: str
    groups: Mapping[str, Mapping[str, float]]


def draw(*charts: Bars) -> str:
    body: list[str] = []
    top = 20
    for chart in charts:
        body += _chart(chart, top)
        top += 40 + sum(len(bars) * BAR + GAP for bars in chart.groups.values())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" role="img"'
        ' font-family="system-ui, sans-serif" font-size="13" fill="#334155">\n'
        f'<rect width="{WIDTH}" height="{top}" fill="#ffffff"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _chart(chart: Bars, top: int) -> Iterator[str]:
    yield _text(LABELS, top + 4, chart.title, ' font-weight="600"')
    scale = (WIDTH - LABELS - 150) / max(max(bars.values()) for bars in chart.groups.values())
    top += 18
    for label, bars in chart.groups.items():
        yield _text(LABELS - 10, top + BAR, label, ' text-anchor="end"')
        for colour, (name, value) in zip(COLOURS, bars.items(), strict=True):
            length = max(value * scale, 1)
            yield (
                f'<rect x="{LABELS}" y="{top}" width="{length:.0f}" height="{BAR - 2}"'
                f' fill="{colour}"/>'
            )
            yield _text(LABELS + length + 6, top + BAR - 5, f"{value:,.0f} {name}")
            top += BAR
        top += GAP


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}"{more}>{escape(text)}</text>'
