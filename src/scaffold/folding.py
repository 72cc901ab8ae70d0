"""Lines too long for the terminal, broken at words."""

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import split_lines

from scaffold.glyphs import drawn

NARROWEST = 16  # columns: below that, words are broken where the line ends


def folded(fragments: StyleAndTextTuples, columns: int, indent: int) -> StyleAndTextTuples:
    """Drawn in the locale's signs. What does not fit goes to further lines, indented."""
    lines: list[StyleAndTextTuples] = []
    for line in split_lines([(style, drawn(text)) for style, text, *_ in fragments]):
        lines += _broken(line, columns, indent if columns >= NARROWEST else 0)
    return [part for line in lines for part in [*line, ("", "\n")]][:-1]


def _broken(line: StyleAndTextTuples, columns: int, indent: int) -> list[StyleAndTextTuples]:
    # A mark as [SetCursorPosition] has no text, and is kept where it stands.
    cells = [(style, sign) for style, text, *_ in line for sign in (text or [""])]
    parts: list[StyleAndTextTuples] = []
    while sum(len(sign) for _, sign in cells) > columns:
        end = _end(cells, columns, indent)
        parts.append([*cells[:end]])
        while end < len(cells) and cells[end][1] == " ":
            end += 1
        cells = [("", " ")] * indent + cells[end:]
    return [*parts, [*cells]]


def _end(cells: list[tuple[str, str]], columns: int, indent: int) -> int:
    """Where the line ends at the latest, after a word if there is one."""
    marks = sum(not sign for _, sign in cells[:columns])
    last = columns + marks
    spaces = (place for place in range(last, indent, -1) if cells[place][1] == " ")
    return next(spaces, last)
