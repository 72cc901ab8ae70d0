import pytest
from prompt_toolkit.formatted_text import StyleAndTextTuples

from scaffold.folding import folded

CHOICE: StyleAndTextTuples = [
    ("class:pointer", " > "),
    ("[SetCursorPosition]", ""),
    ("class:text", "Kubernetes  a cluster: staging,  production, replicas"),
    ("", "\n"),
    ("class:disabled", "   - Averyveryverylongname (cannot run on `sqlite`)"),
]


@pytest.mark.parametrize("columns", range(1, 70))
def test_no_line_is_too_long_and_nothing_is_lost(columns: int) -> None:
    shown = folded(CHOICE, columns, indent=5)

    text = "".join(text for _, text, *_ in shown)
    whole = "".join(text for _, text, *_ in CHOICE)
    assert max(map(len, text.split("\n"))) <= columns
    assert "".join(text.split()) == "".join(whole.split())
    assert [style for style, *_ in shown].count("[SetCursorPosition]") == 1


def test_lines_are_broken_at_words_and_what_follows_is_indented() -> None:
    shown = folded(CHOICE, 30, indent=5)

    assert "".join(text for _, text, *_ in shown).split("\n") == [
        " > Kubernetes  a cluster:",
        "     staging,  production,",
        "     replicas",
        "   - Averyveryverylongname",
        "     (cannot run on `sqlite`)",
    ]
