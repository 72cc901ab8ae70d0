"""The wizard on terminals that are small, change their size, or have no colour or no UTF-8; and
line by line."""

import re
from pathlib import Path

import pytest

from scaffold.glyphs import POINTER
from tests.cli.conftest import DEFAULTS, ON_SOURCE, Run, tree
from tests.cli.terminal import CTRL_C, DOWN, ENTER, UP, Terminal
from tests.cli.wizards import BARE, REVIEW, Start, change, go_to, stored
from tests.combinations import QUESTIONS

# A colour of foreground or background, alone or among others.
COLOR = re.compile(r"\x1b\[(?:\d+;)*(?:[34]\d|9\d|10\d)(?:;\d+)*m")


def test_a_small_terminal_shows_whole_words_and_every_choice(wizard: Start) -> None:
    terminal = wizard("myservice", columns=40, rows=12)
    go_to(terminal, "auth")

    assert terminal.shown == (
        "myservice · Auth                    5/8\n"
        "? Who may call it\n"
        " > None     open to everybody who\n"
        "     reaches it\n"
        "   API key  for programs: keys with\n"
        "     scopes, made on the command line\n"
        "   JWT      for people: accounts,\n"
        "     passwords, refresh tokens, roles\n"
        "   OIDC     for people of a provider\n"
        "     that you have: its tokens, its\n"
        "     roles\n"
        "↑↓ enter · esc back · ctrl-c leave"
    )


def test_a_small_terminal_shows_the_whole_review(wizard: Start, desk: Path) -> None:
    terminal = wizard("myservice", *BARE, columns=40, rows=12)
    go_to(terminal)

    assert terminal.shown == (
        "myservice · Review                  8/8\n"
        "? Make it, or change an answer\n"
        " > Make it\n"
        "   Project name  myservice\n"
        "   Description   A backend service.\n"
        "   Framework     FastAPI\n"
        "   Database      PostgreSQL\n"
        "   Auth          None\n"
        "   Deploy        Compose, Kubernetes\n"
        "   CI            GitHub Actions\n"
        "   Leave         and keep the answers\n"
        "↑↓ enter · esc back · ctrl-c leave"
    )
    terminal.press(ENTER)
    assert terminal.leave() == 0
    assert stored(desk / "myservice") == DEFAULTS


def test_the_reason_of_an_impossible_choice_is_whole_on_a_small_terminal(wizard: Start) -> None:
    terminal = wizard("myservice", columns=40, rows=12)
    go_to(terminal)
    change(terminal, "database")
    terminal.press(DOWN, ENTER)

    assert terminal.see("Where will it run") == (
        "myservice · Deploy\n"
        "! `kubernetes` cannot run on `sqlite`:\n"
        "  replicas cannot share a file\n"
        "? Where will it run (several)\n"
        " > ● Compose     one machine: image,\n"
        "     database and service by one command\n"
        "   - Kubernetes (cannot run on `sqlite`:\n"
        "     replicas cannot share a file)\n"
        "↑↓ space enter · esc back · ctrl-c leave"
    )


def test_a_list_that_does_not_fit_follows_the_pointer(wizard: Start) -> None:
    terminal = wizard("myservice", columns=40, rows=7)
    go_to(terminal)
    terminal.press(UP)

    assert " > Leave" in terminal.see("Review", "ctrl-c leave")


@pytest.mark.parametrize(("columns", "rows"), [(40, 12), (100, 40), (24, 8)])
def test_a_terminal_that_is_resized_shows_the_screen_anew(
    wizard: Start, desk: Path, columns: int, rows: int
) -> None:
    terminal = wizard("myservice", *BARE)
    go_to(terminal, "framework")
    terminal.resize(columns, rows)
    small = terminal.see("myservice · Framework", "FastAPI", "ctrl-c")
    terminal.press(DOWN)
    terminal.resize(80, 24)
    large = terminal.see("answers are kept", " > Litestar")
    terminal.press(ENTER, *[ENTER] * (len(QUESTIONS) - 3))
    terminal.answer(REVIEW, ENTER)

    assert small.count("Framework") == large.count("Framework") == 1
    assert large.count("\n") == 6
    assert terminal.leave() == 0
    assert stored(desk / "myservice") == DEFAULTS | {"framework": "litestar"}


def test_no_color_is_honoured_and_nothing_is_lost_by_it(wizard: Start) -> None:
    colored, plain = wizard("myservice"), wizard("myservice", NO_COLOR="1")
    for terminal in (colored, plain):
        go_to(terminal, "framework")

    assert colored.shown == plain.shown
    assert COLOR.search(colored.raw)
    assert not COLOR.search(plain.raw)


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C"}, {"LC_ALL": "en_US.ISO-8859-1"}, {"PYTHONIOENCODING": "ascii"}]
)
def test_without_utf_8_every_sign_is_ascii(wizard: Start, locale: dict[str, str]) -> None:
    terminal = wizard("myservice", **locale)
    go_to(terminal, "deploy")

    assert terminal.shown == (
        "myservice - Deploy                                                          6/8\n"
        "? Where will it run (several)\n"
        " > x Compose     one machine: image, database and service by one command\n"
        "   x Kubernetes  a cluster: staging, production, replicas\n"
        "\n"
        "up/down move - space pick - enter go on - esc back - ctrl-c leave (answers are\n"
        "  kept)"
    )
    assert terminal.raw.isascii()


def test_with_utf_8_the_pointer_is_a_sign_of_its_own(wizard: Start) -> None:
    terminal = wizard("myservice")
    terminal.see("What is it to be")

    assert POINTER in terminal.raw


# Line by line -----------------------------------------------------------------


def lines(terminal: Terminal) -> str:
    """All that was written, as it arrived."""
    return terminal.raw.replace("\r", "")


def type_in(terminal: Terminal, prompt: str, line: str) -> None:
    """Where the last question, which waits at the end of the screen, has the prompt."""
    while prompt not in terminal.see(": ").rpartition("\n\n")[2]:
        pass
    terminal.press(f"{line}\n")


def test_plain_asks_by_numbered_lines(wizard: Start, desk: Path) -> None:
    terminal = wizard("myservice", "--plain", *BARE, rows=200)
    type_in(terminal, "Number [2]:", "4")
    type_in(terminal, "Text [A backend service.], b for back:", "Sends invoices.")
    type_in(terminal, "3. Flask", "2")
    type_in(terminal, "3. MySQL", "b")
    type_in(terminal, "Number [2], b for back:", "")
    type_in(terminal, "Number [1], b for back:", "2")
    type_in(terminal, "Who may call it?", "")
    type_in(terminal, "Numbers as 1,2, or 0 for none [1], b for back:", "1,2")
    type_in(terminal, "Kubernetes is not possible", "0")
    type_in(terminal, "What checks changes and makes releases?", "")
    type_in(terminal, "8 of 8", "1")

    assert terminal.leave() == 0
    assert lines(terminal).startswith(PLAIN)
    assert terminal.raw.isascii()
    assert "\x1b" not in terminal.raw
    assert stored(desk / "myservice") == DEFAULTS | {
        "description": "Sends invoices.",
        "framework": "litestar",
        "database": "sqlite",
        "deploy": [],
    }


PLAIN = """\

myservice - Start from, 1 of 8
What is it to be?
  1. Minimal API: SQLite, no deployment, no CI: the least to read
  2. Standard service: the default of every question
  3. Everything: accounts and roles, Compose and Kubernetes, CI
  4. Choose: answer one question after the other
Number [2]: 4

myservice - Description, 2 of 8
What does it do, in one sentence?
Text [A backend service.], b for back: Sends invoices.

myservice - Framework, 3 of 8
Which framework?
  1. FastAPI: async, types, the largest ecosystem
  2. Litestar: async, types, controllers, layers
  3. Flask: sync views, blueprints, the best known
Number [1], b for back: 2

myservice - Database, 4 of 8
Which database?
  1. PostgreSQL: a server, any number of replicas
  2. SQLite: a file, one machine, nothing to install
  3. MySQL: or MariaDB, a server, any number of replicas
Number [1], b for back: b

myservice - Framework, 3 of 8
Which framework?
  1. FastAPI: async, types, the largest ecosystem
  2. Litestar: async, types, controllers, layers
  3. Flask: sync views, blueprints, the best known
Number [2], b for back: 

myservice - Database, 4 of 8
Which database?
  1. PostgreSQL: a server, any number of replicas
  2. SQLite: a file, one machine, nothing to install
  3. MySQL: or MariaDB, a server, any number of replicas
Number [1], b for back: 2

myservice - Auth, 5 of 8
Who may call it?
  1. None: open to everybody who reaches it
  2. API key: for programs: keys with scopes, made on the command line
  3. JWT: for people: accounts, passwords, refresh tokens, roles
  4. OIDC: for people of a provider that you have: its tokens, its roles
Number [1], b for back: 

myservice - Deploy, 6 of 8
Where will it run (several)?
  1. Compose: one machine: image, database and service by one command
  2. Kubernetes: not possible: cannot run on `sqlite`: replicas cannot share a file
Numbers as 1,2, or 0 for none [1], b for back: 1,2
Kubernetes is not possible: cannot run on `sqlite`: replicas cannot share a file
Numbers as 1,2, or 0 for none [1], b for back: 0

myservice - CI, 7 of 8
What checks changes and makes releases?
  1. GitHub Actions: checks every change; a tag makes a release
  2. None: make check and make test, by hand
Number [1], b for back: 

myservice - Review, 8 of 8
Make it, or change an answer?
  1. Make it
  2. Project name: myservice
  3. Description: Sends invoices.
  4. Framework: Litestar
  5. Database: SQLite
  6. Auth: None
  7. Deploy: None
  8. CI: GitHub Actions
  9. Leave: and keep the answers
"""  # noqa: W291 the answer was an empty line


def test_plain_changes_an_answer_and_tells_what_is_refused(wizard: Start, desk: Path) -> None:
    terminal = wizard("myservice", "--plain", "--preset", "standard", *BARE, rows=200)
    type_in(terminal, "Number [1]:", "12")
    type_in(terminal, "12 is no number from 1 to 9", "5")
    type_in(terminal, "Number [1], b for back:", "2")
    terminal.see("Again: `kubernetes` cannot run on `sqlite`: replicas cannot share a file")
    type_in(terminal, "Numbers as 1,2, or 0 for none [1], b for back:", "")
    type_in(terminal, "5. Database: SQLite", "3")
    type_in(terminal, "Text [A backend service.]", 'a "b"')
    type_in(terminal, "Again: use one line of at most 200 characters", "A b.")
    type_in(terminal, "3. Description: A b.", "")

    assert terminal.leave() == 0
    changed = {"database": "sqlite", "deploy": ["compose"], "description": "A b."}
    assert stored(desk / "myservice") == DEFAULTS | changed


@pytest.mark.parametrize("key", [CTRL_C, "\x04"])
def test_plain_is_left_by_ctrl_c_and_ctrl_d(wizard: Start, desk: Path, key: str) -> None:
    terminal = wizard("myservice", "--plain", "--auth", "jwt")
    terminal.see("Text [A backend service.]")
    terminal.press(key)

    assert terminal.leave() == 130
    assert "go on with `scaffold new myservice --plain --resume`" in lines(terminal)
    assert list(desk.iterdir()) == []


def test_a_dumb_terminal_is_asked_line_by_line(wizard: Start, desk: Path) -> None:
    terminal = wizard("myservice", *BARE, TERM="dumb", rows=200)
    type_in(terminal, "Number [2]:", "1")
    type_in(terminal, "Number [1], b for back:", "")

    assert terminal.leave() == 0
    assert "\x1b" not in terminal.raw
    assert "rendering ..." not in terminal.raw
    assert stored(desk / "myservice")["database"] == "sqlite"


def test_plain_judges_several_together(wizard: Start, rich: Path, desk: Path) -> None:
    terminal = wizard("x", "--plain", *BARE, program=[*ON_SOURCE, str(rich)], rows=200)
    type_in(terminal, "Which database?", "")
    type_in(terminal, "Numbers as", "3,1")
    type_in(terminal, "Again: bare goes with nothing", "3")
    type_in(terminal, "What does it say?", "")
    type_in(terminal, "4. Deploy: Bare", "")

    assert terminal.leave() == 0
    assert stored(desk / "x")["deploy"] == ["bare"]


def test_plain_makes_what_flags_make(wizard: Start, scaffold: Run, desk: Path) -> None:
    terminal = wizard("myservice", "--plain", "--preset", "everything", *BARE)
    type_in(terminal, "Number [1]:", "1")
    code = terminal.leave()

    again = scaffold("new", "two/myservice", "--auth", "jwt", "--defaults", *BARE)
    assert (code, again.returncode) == (0, 0)
    assert tree(desk / "myservice") == tree(desk / "two/myservice")
