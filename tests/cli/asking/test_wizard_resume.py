"""What the wizard was told is kept when it is left: `--resume` goes on with it."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.cli.conftest import DEFAULTS, ON_SOURCE, Run, execute, flags, refusal, said
from tests.cli.terminal import CLEAR, CTRL_C, DOWN, ENTER, ESCAPE
from tests.cli.wizards import BARE, EACH, REVIEW, Start, go_to, stored

START_OVER = "start over: `scaffold new myservice`"


def leave_at_auth(wizard: Start) -> None:
    """With Litestar on SQLite."""
    terminal = wizard("myservice", *BARE)
    terminal.answer("What is it to be", *EACH)
    terminal.answer("in one sentence", CLEAR, "Kept.", ENTER)
    terminal.answer("Which framework", DOWN, ENTER)
    terminal.answer("Which database", DOWN, ENTER)
    terminal.answer("Who may call it", CTRL_C)
    assert terminal.leave() == 130


def drafts(home: Path) -> list[Path]:
    return [*(home / ".local/state/scaffold/drafts").glob("*")]


def write_draft(home: Path, desk: Path, **changed: object) -> Path:
    """As a wizard that was left at once has it, but for what is changed."""
    [path] = drafts(home)
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))
    return path


def test_ctrl_c_keeps_the_answers_and_resume_goes_on_with_them(
    wizard: Start, desk: Path, home: Path
) -> None:
    leave_at_auth(wizard)

    terminal = wizard("myservice", *BARE, "--resume")
    terminal.answer("Who may call it", ESCAPE)
    terminal.answer(" > SQLite", ESCAPE)
    terminal.answer(" > Litestar", ENTER)
    terminal.answer(" > SQLite", ENTER)
    terminal.answer("Who may call it", ENTER)
    terminal.answer("Where will it run", ENTER)
    terminal.answer("makes releases", ENTER)
    terminal.answer(REVIEW, ENTER)

    assert terminal.leave() == 0
    chosen = {"description": "Kept.", "framework": "litestar", "database": "sqlite"}
    assert stored(desk / "myservice") == DEFAULTS | chosen | {"deploy": ["compose"]}
    assert drafts(home) == []


def test_nobody_else_can_read_what_is_kept(wizard: Start, home: Path) -> None:
    leave_at_auth(wizard)

    [path] = drafts(home)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_answers_that_were_taken_back_are_selected_again(wizard: Start) -> None:
    terminal = wizard("myservice")
    go_to(terminal, "database")
    terminal.press(DOWN, DOWN, ENTER)
    terminal.answer("Who may call it", ESCAPE)
    terminal.answer(" > MySQL", CTRL_C)
    assert terminal.leave() == 130

    assert " > MySQL" in wizard("myservice", "--resume").see("Which database")


def test_a_review_that_was_left_comes_again(wizard: Start) -> None:
    terminal = wizard("myservice", "--preset", "everything")
    terminal.answer(REVIEW, CTRL_C)
    assert terminal.leave() == 130

    assert "JWT" in wizard("myservice", "--resume").see(REVIEW)


def test_a_flag_wins_over_what_is_kept(wizard: Start) -> None:
    leave_at_auth(wizard)

    terminal = wizard("myservice", "--resume", "--framework", "flask")
    terminal.answer("Who may call it", ENTER)
    terminal.answer("Where will it run", ENTER)
    terminal.answer("makes releases", ENTER)

    assert "Framework     Flask" in terminal.see(REVIEW)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_terminal_that_is_closed_loses_no_answer(
    wizard: Start, home: Path, number: signal.Signals
) -> None:
    terminal = wizard("myservice")
    go_to(terminal, "framework")
    assert terminal.process.pid is not None
    os.kill(terminal.process.pid, number)

    assert terminal.leave() == 130
    assert len(drafts(home)) == 1


def test_without_a_terminal_resume_refuses_while_an_answer_is_missing(
    wizard: Start, scaffold: Run
) -> None:
    leave_at_auth(wizard)

    done = scaffold("new", "myservice", "--resume", *BARE)

    assert said(done) == (
        4,
        "",
        refusal(
            "`auth` has no answer and there is no terminal to ask on",
            "give it as `--auth`, or take every default with `--defaults`",
        ),
    )


def test_without_a_terminal_resume_completes_what_has_every_answer(
    wizard: Start, scaffold: Run, desk: Path, home: Path
) -> None:
    leave_at_auth(wizard)

    words = ("--auth", "jwt", "--deploy", "compose", "--ci", "none")
    done = scaffold("new", "myservice", "--resume", *words, *BARE)

    assert done.returncode == 0
    assert stored(desk / "myservice")["framework"] == "litestar"
    assert drafts(home) == []


def test_defaults_complete_what_is_kept(wizard: Start, scaffold: Run, desk: Path) -> None:
    leave_at_auth(wizard)

    done = scaffold("new", "myservice", "--resume", "--defaults", "--json", *BARE)

    chosen = {"description": "Kept.", "framework": "litestar", "database": "sqlite"}
    expected = DEFAULTS | chosen | {"deploy": ["compose"]}
    assert json.loads(done.stdout)["data"]["answers"] == expected


def test_what_no_longer_exists_is_asked_again_with_the_reason(
    wizard: Start, desk: Path, home: Path
) -> None:
    leave_at_auth(wizard)
    answers = [["cache", "redis"], ["description", "Kept."], ["framework", "bottle"]]
    write_draft(home, desk, answers=[*answers, ["database", "sqlite"]], release="v0.0.1")

    terminal = wizard("myservice", "--resume", *BARE)
    shown = terminal.see("Which framework")
    terminal.press(ENTER)

    assert shown.startswith("answers of template v0.0.1, this is ")
    assert "! `framework: bottle` is not a choice" in shown
    assert "3/8" not in terminal.see("Who may call it")


def test_what_cannot_go_together_any_more_is_asked_again(
    wizard: Start, desk: Path, home: Path
) -> None:
    leave_at_auth(wizard)
    answers = {**DEFAULTS, "database": "sqlite"}
    write_draft(home, desk, answers=[*answers.items()])

    shown = wizard("myservice", "--resume").see("Where will it run")

    assert "! `kubernetes` cannot run on `sqlite`: replicas cannot share a file" in shown


def test_a_description_that_is_kept_is_asked_again_on_the_way_back(
    wizard: Start, desk: Path, home: Path
) -> None:
    terminal = wizard("2024")
    terminal.answer("What is it to be", *EACH)
    terminal.answer("called", "valid", ENTER)
    terminal.answer("Which framework", CTRL_C)
    assert terminal.leave() == 130
    write_draft(home, desk, answers=[["project_name", "valid"], ["description", "Kept."]])

    terminal = wizard("2024", "--resume")
    terminal.answer("Which framework", ESCAPE)

    assert "in one sentence Kept." in terminal.see("in one sentence")


def test_resume_without_anything_kept_is_refused(scaffold: Run) -> None:
    done = scaffold("new", "myservice", "--resume")

    assert said(done) == (2, "", refusal("no answers are kept for myservice", START_OVER))


def test_a_broken_draft_is_named(wizard: Start, scaffold: Run, home: Path) -> None:
    leave_at_auth(wizard)
    [path] = drafts(home)

    for content in ("{", "[]", '{"format": 1}'):
        path.write_text(content)
        done = scaffold("new", "myservice", "--resume")
        assert said(done) == (2, "", refusal(f"{path} is no draft of answers", START_OVER))

    path.write_text('{"format": 99}')
    done = scaffold("new", "myservice", "--resume")
    message = f"{path} is of another version of `scaffold`"
    assert said(done) == (2, "", refusal(message, START_OVER))

    path.unlink()
    path.mkdir()
    done = scaffold("new", "myservice", "--resume")
    message = f"{path} cannot be read: Is a directory"
    assert said(done) == (2, "", refusal(message, START_OVER))


def test_answers_that_cannot_be_kept_are_told(wizard: Start, home: Path) -> None:
    (home / ".local").write_text("")
    terminal = wizard("myservice")
    go_to(terminal, "framework")
    terminal.press(CTRL_C)

    assert terminal.leave() == 130
    hint = "the answers could not be kept (Not a directory): start over"
    assert terminal.shown == refusal("cancelled; nothing was written", hint).rstrip()


def test_who_starts_over_is_told_of_what_is_kept(wizard: Start) -> None:
    leave_at_auth(wizard)

    shown = wizard("myservice", columns=100).see("What is it to be")

    told = "answers are kept from before: `scaffold new myservice --resume` goes on with them\n"
    assert shown.startswith(f"{told}myservice · Start from")


def test_each_target_has_its_own(wizard: Start, scaffold: Run) -> None:
    leave_at_auth(wizard)

    hint = "start over: `scaffold new other/myservice`"
    done = scaffold("new", "other/myservice", "--resume")

    assert said(done) == (2, "", refusal("no answers are kept for other/myservice", hint))


def test_ctrl_c_while_rendering_keeps_the_answers_too(
    wizard: Start, desk: Path, environment: dict[str, str]
) -> None:
    program = [*ON_SOURCE[:2], SLOW]
    terminal = wizard("myservice", *flags({"auth": "jwt"}), *BARE, program=program, columns=100)
    for question in ("in one sentence", "Which framework", "Which database", "Where will it run"):
        terminal.answer(question, ENTER)
    terminal.answer("makes releases", ENTER)
    terminal.answer(REVIEW, ENTER)
    assert terminal.leave() == 130
    hint = "the answers are kept: go on with `scaffold new myservice --no-git --no-lock --resume`"
    assert terminal.shown.endswith(refusal("cancelled; nothing was written", hint).rstrip())

    words = ["new", "myservice", "--resume", "--json", *BARE]
    done = execute(
        [*ON_SOURCE[:2], "from scaffold.cli import main; main()", *words], desk, environment
    )
    assert json.loads(done.stdout)["data"]["answers"] == DEFAULTS | {"auth": "jwt"}


# Rendering is interrupted after the review was shown, which renders as well.
SLOW = """\
from scaffold import cli
from scaffold.commands import new
def interrupted(*_): raise KeyboardInterrupt
new._render = interrupted
cli.main()
"""
