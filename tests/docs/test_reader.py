"""That the reader notices what is wrong on a page."""

from pathlib import Path

import pytest

from tests.docs.pages import Block
from tests.docs.reader import Reader, alike


@pytest.fixture
def reader(folder: Path) -> Reader:
    return Reader(folder / "desk", folder)


def block(language: str, text: str, before: str = "# Page\n\n") -> Block:
    return Block(language, text, before, line=1)


def test_a_command_that_fails_is_noticed(reader: Reader) -> None:
    with pytest.raises(AssertionError, match="ls gone"):
        reader.do(block("sh", "ls gone\necho done\n"))


def test_another_output_is_noticed(reader: Reader) -> None:
    reader.do(block("console", "$ echo one\none\n$ echo two\ntwo\n"))

    with pytest.raises(AssertionError, match="line 1"):
        reader.do(block("console", "$ echo one\ntwo\n"))


def test_a_patch_of_other_lines_is_noticed(reader: Reader) -> None:
    reader.do(block("text", "one\ntwo\n", "# Page\n\nTwo lines, `lines.txt`:\n\n"))

    with pytest.raises(AssertionError, match="does not apply"):
        reader.do(
            block("diff", "--- a/lines.txt\n+++ b/lines.txt\n@@ -1,2 +1,2 @@\n-1\n+2\n two\n")
        )


def test_a_block_of_another_kind_is_noticed(reader: Reader) -> None:
    with pytest.raises(pytest.fail.Exception, match="rust"):
        reader.do(block("rust", "fn main() {}\n"))


def test_a_terminal_remembers_where_it_is_and_what_was_set(reader: Reader) -> None:
    reader.do(block("sh", "mkdir sub\ncd sub\nexport WORD=ours\n"))

    reader.do(block("console", '$ echo "$WORD in $(basename "$PWD")"\nours in sub\n'))


@pytest.mark.parametrize(
    ("shown", "written"),
    [
        ("id 019ab5c2-7d0e-7c3a-9f10-5b8e2f6a4c71\n", "id 019ab5c2-0000-7c3a-9f10-5b8e2f6a4c72\n"),
        ("at 2026-01-31T14:05:00.123456Z\n", "at 2020-02-03T04:05:06.000000Z\n"),
        ("committed (0bb89c1)\n", "committed (0123456)\n"),
        ("rendered   9 files   0.8 s\n", "rendered  9 files  12.3 s\n"),
        ("one\ntwo\nthree\n", "one\n…\nthree\n"),
        ("git  2.39.5\n", "git  …\n"),
    ],
)
def test_what_is_said_anew_each_time_is_alike(shown: str, written: str) -> None:
    assert alike(shown, written)


@pytest.mark.parametrize(
    ("shown", "written"),
    [
        ("9 files\n", "10 files\n"),
        ("one\ntwo\n", "one\n"),
        ("one\n", "one\ntwo\n"),
        ("one\ntwo\n", "one…\n"),
        ("a.b\n", "axb\n"),
    ],
)
def test_anything_else_is_not(shown: str, written: str) -> None:
    assert not alike(shown, written)
