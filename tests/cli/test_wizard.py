import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pexpect
import pytest

from tests.cli.conftest import DEFAULTS, ON_SOURCE, SCAFFOLD, Run, flags, tree
from tests.combinations import QUESTIONS

Start = Callable[..., "pexpect.spawn[str]"]

DOWN, ENTER, SPACE, CTRL_C, CTRL_D = "\x1b[B", "\r", " ", "\x03", "\x04"
CLEAR = "\x15"  # ctrl-u: the line before the cursor


@pytest.fixture
def wizard(desk: Path, environment: dict[str, str]) -> Iterator[Start]:
    """`scaffold new` on a terminal of its own."""
    started: list[pexpect.spawn[str]] = []

    def start(
        *words: str,
        redirect: str = "",
        program: Sequence[str] = (str(SCAFFOLD),),
        **more: str,
    ) -> "pexpect.spawn[str]":
        command = ["sh", "-c", f'exec "$@" {redirect}', "-", *program, "new", *words]
        terminal = pexpect.spawn(
            command[0],
            command[1:],
            cwd=str(desk),
            env=environment | {"PROMPT_TOOLKIT_NO_CPR": "1"} | more,
            encoding="utf-8",
            dimensions=(40, 100),
            timeout=20,
        )
        started.append(terminal)
        return terminal

    yield start
    for terminal in started:
        terminal.close(force=True)


def answer(terminal: "pexpect.spawn[str]", question: str, *keys: str) -> None:
    terminal.expect_exact(question)
    for key in keys:
        terminal.send(key)


def leave(terminal: "pexpect.spawn[str]") -> tuple[int, str]:
    """The exit code, and all that was still to be read."""
    rest = terminal.read()
    terminal.close()
    assert terminal.exitstatus is not None
    return terminal.exitstatus, re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", rest).replace("\r", "")


def accept_all(terminal: "pexpect.spawn[str]") -> None:
    for question in QUESTIONS.values():
        answer(terminal, question["help"], ENTER)


def test_the_wizard_makes_what_the_equivalent_command_makes(
    wizard: Start, scaffold: Run, desk: Path
) -> None:
    terminal = wizard("myservice", "--no-git", "--no-lock")
    terminal.expect_exact("myservice · Project name")
    terminal.expect_exact(f"1/{len(QUESTIONS)}")
    answer(terminal, "called", CLEAR, "billing", ENTER)
    answer(terminal, "in one sentence", CLEAR, "Sends invoices.", ENTER)
    terminal.expect_exact("FastAPI   async, types, the largest ecosystem")
    terminal.send(ENTER)
    terminal.expect_exact("PostgreSQL  a server, any number of replicas")
    terminal.send(ENTER)
    answer(terminal, "Who may call it", ENTER)
    answer(terminal, "● Kubernetes", ENTER)
    answer(terminal, "makes releases", ENTER)
    terminal.expect_exact("Project name  billing\r\n")
    terminal.expect_exact("Framework     FastAPI\r\n")
    terminal.expect_exact("Deploy        Compose, Kubernetes\r\n")
    command = "new myservice --project-name billing --description 'Sends invoices.' --defaults"
    terminal.expect_exact(f"  scaffold {command}\r\n")
    answer(terminal, "Make it", ENTER)
    code, rest = leave(terminal)

    again = scaffold(
        "new", "again", "--project-name", "billing", "--description", "Sends invoices.",
        "--defaults", "--no-git", "--no-lock",
    )  # fmt: skip
    assert (code, again.returncode) == (0, 0)
    assert "myservice is ready. Next:\n  cd myservice\n" in rest
    assert tree(desk / "myservice") == tree(desk / "again")


def test_only_what_is_missing_is_asked(wizard: Start, desk: Path) -> None:
    given = {key: value for key, value in DEFAULTS.items() if key not in ("database", "ci")}

    terminal = wizard("myservice", *flags(given | {"description": "b"}), "--no-git", "--no-lock")
    terminal.expect_exact("1/2")
    answer(terminal, "Which database", ENTER)
    terminal.expect_exact("2/2")
    answer(terminal, "makes releases", ENTER)
    answer(terminal, "Make it", ENTER)

    assert leave(terminal)[0] == 0
    assert "description: b\n" in (desk / "myservice/.copier-answers.yml").read_text()


def test_kubernetes_on_sqlite_is_shown_with_the_reason_and_cannot_be_chosen(
    wizard: Start, desk: Path
) -> None:
    given = {key: DEFAULTS[key] for key in ("project_name", "description", "framework", "auth")}

    terminal = wizard("myservice", *flags(given), "--no-git", "--no-lock")
    answer(terminal, "Which database", DOWN, ENTER)
    terminal.expect_exact("● Compose")
    terminal.expect_exact("- Kubernetes (cannot run on `sqlite`: replicas cannot share a file)")
    terminal.send(DOWN)  # stays: there is nowhere else to go
    terminal.send(SPACE)
    terminal.send(ENTER)
    answer(terminal, "makes releases", ENTER)
    terminal.expect_exact("Deploy        None\r\n")
    terminal.expect_exact("new myservice --database sqlite --deploy none --defaults\r\n")
    answer(terminal, "Make it", ENTER)

    assert leave(terminal)[0] == 0
    assert "deploy: []\n" in (desk / "myservice/.copier-answers.yml").read_text()


def test_a_change_that_another_answer_excludes_is_told_in_the_review(wizard: Start) -> None:
    terminal = wizard("myservice", "--no-git", "--no-lock")
    accept_all(terminal)
    answer(terminal, "Make it", DOWN, ENTER)
    answer(terminal, "Change which answer", *[DOWN] * list(QUESTIONS).index("database"), ENTER)
    answer(terminal, "Which database", DOWN, ENTER)
    terminal.expect_exact("`kubernetes` cannot run on `sqlite`: replicas cannot share a file")
    terminal.expect_exact("Database      PostgreSQL\r\n")
    answer(terminal, "Make it", DOWN, DOWN, ENTER)

    assert leave(terminal)[0] == 130


def test_an_impossible_choice_is_shown_with_the_reason_and_several_are_checked(
    wizard: Start, rich: Path, desk: Path
) -> None:
    terminal = wizard("x", "--no-git", "--no-lock", program=[*ON_SOURCE, str(rich)])
    answer(terminal, "What is it called", ENTER)
    answer(terminal, "Which database", ENTER)
    terminal.expect_exact("- Kubernetes (cannot run on `sqlite`: replicas cannot share a file)")
    answer(terminal, "Bare", DOWN, SPACE, ENTER)
    answer(terminal, "● Bare", SPACE, ENTER)  # still there: it goes with nothing else
    answer(terminal, "What does it say", ENTER)
    terminal.expect_exact("Deploy    Compose\r\n")
    answer(terminal, "Make it", ENTER)

    assert leave(terminal)[0] == 0
    assert "banner: x on sqlite in 1\n" in (desk / "x/.copier-answers.yml").read_text()


def test_a_refused_value_is_told_and_asked_again(wizard: Start, desk: Path) -> None:
    terminal = wizard("2024", "--no-git", "--no-lock")
    answer(terminal, "called", "Not Valid", ENTER)
    terminal.expect_exact("use lower-case letters, digits and single hyphens")
    terminal.send(CLEAR)
    terminal.send("valid")
    terminal.send(ENTER)
    for key in list(QUESTIONS)[1:]:
        answer(terminal, QUESTIONS[key]["help"], ENTER)
    answer(terminal, "Make it", ENTER)

    assert leave(terminal)[0] == 0
    assert "project_name: valid\n" in (desk / "2024/.copier-answers.yml").read_text()


def test_an_answer_can_be_changed_in_the_review(wizard: Start, desk: Path) -> None:
    terminal = wizard("myservice", "--no-git", "--no-lock")
    accept_all(terminal)
    answer(terminal, "Make it", DOWN, ENTER)
    answer(terminal, "Change which answer", DOWN, ENTER)
    answer(terminal, "in one sentence", CLEAR, "Changed.", ENTER)
    terminal.expect_exact("Description   Changed.")
    answer(terminal, "Make it", ENTER)

    assert leave(terminal)[0] == 0
    assert "description: Changed.\n" in (desk / "myservice/.copier-answers.yml").read_text()


def test_leaving_the_review_writes_nothing(wizard: Start, desk: Path) -> None:
    terminal = wizard("myservice")
    accept_all(terminal)
    answer(terminal, "Make it", DOWN, DOWN, ENTER)

    code, rest = leave(terminal)
    assert code == 130
    assert rest.endswith(
        "error: cancelled; nothing was written\n\nhint: run the command again to start over\n"
    )
    assert list(desk.iterdir()) == []


def test_ctrl_d_writes_nothing(wizard: Start, desk: Path) -> None:
    terminal = wizard("myservice")
    answer(terminal, "called", CLEAR, CTRL_D)

    code, rest = leave(terminal)
    assert code == 130
    assert "Traceback" not in rest
    assert list(desk.iterdir()) == []


@pytest.mark.parametrize("question", ["called", "Which framework"])
def test_ctrl_c_writes_nothing(wizard: Start, desk: Path, question: str) -> None:
    terminal = wizard("myservice")
    for earlier in ("called", "in one sentence")[: 2 * (question != "called")]:
        answer(terminal, earlier, ENTER)
    answer(terminal, question, CTRL_C)

    assert leave(terminal)[0] == 130
    assert list(desk.iterdir()) == []


def test_prompts_go_to_the_terminal_and_data_to_stdout(wizard: Start, desk: Path) -> None:
    terminal = wizard("myservice", "--no-git", "--no-lock", redirect="> out")
    accept_all(terminal)
    answer(terminal, "Make it", ENTER)

    assert leave(terminal)[0] == 0
    assert (desk / "out").read_text() == ""


def test_defaults_ask_nothing_on_a_terminal(wizard: Start) -> None:
    code, shown = leave(wizard("myservice", "--defaults", "--no-git", "--no-lock"))

    assert code == 0
    assert re.match(r"  rendering \.\.\.\s*  rendered +\d+ files", shown)
    assert "?" not in shown


def test_json_asks_nothing_on_a_terminal(wizard: Start) -> None:
    code, shown = leave(wizard("myservice", "--json"))

    assert code == 4
    assert shown.startswith('{"schema": "scaffold/1"')


@pytest.mark.parametrize("redirect", ["< /dev/null", "2> errors"])
def test_half_a_terminal_is_none(wizard: Start, redirect: str) -> None:
    assert leave(wizard("myservice", redirect=redirect))[0] == 4


def test_a_dumb_terminal_gets_no_prompts_and_no_control_codes(wizard: Start) -> None:
    assert leave(wizard("myservice", TERM="dumb"))[0] == 4

    done = wizard("myservice", "--defaults", "--no-git", "--no-lock", TERM="dumb")
    shown = done.read()
    assert "\x1b" not in shown
    assert "rendering ..." not in shown


def test_no_color_is_honoured(wizard: Start) -> None:
    terminal = wizard("myservice", NO_COLOR="1")
    answer(terminal, "called", ENTER)
    answer(terminal, "in one sentence", CTRL_C)

    shown = f"{terminal.before}{terminal.read()}"
    assert not re.search(r"\x1b\[(\d+;)*[34][0-9](;\d+)*m", shown)
