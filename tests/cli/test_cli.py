import json
import re
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from scaffold import cli
from tests.cli.conftest import BARE, Run, execute, refusal, said
from tests.combinations import CHOICES

SCREEN = """\
Make a backend service that is ready for production, and keep it current.

Usage: scaffold COMMAND

Start      new        make a service
           options    what can be chosen, and what each choice brings
           compare    two sets of answers, by what they make
           preset     sets of answers with a name
Grow       add, remove, set   change a choice later
Keep up    update     take over a newer template, keeping your edits
           check      is it current, is it clean (for CI)
           diff       what differs from the template
           info       what this project was made from
Programs   schema     the answers, and what `--json` prints, as JSON Schema
           mcp        serve coding agents, by the Model Context Protocol
           completion words for the tab key of bash, zsh, fish, PowerShell
Help       doctor     is this machine ready for this project
           help       the flags of a command, and examples: scaffold help new

scaffold new myservice --defaults     a FastAPI service on PostgreSQL in a second
"""

NEW_HELP = """\
Usage: scaffold new [OPTIONS] {TARGET}

  Make a service in the folder TARGET.

Arguments:
  TARGET <str>  The folder to make.  [required]

Options:
  --project-name TEXT  What is the service called (default: from TARGET)
  --description TEXT   What does it do, in one sentence (default: A backend
                       service.)
  --framework TEXT     Which framework: fastapi, litestar, flask (default:
                       fastapi)
  --database TEXT      Which database: postgresql, sqlite, mysql (default:
                       postgresql)
  --auth TEXT          Who may call it: none, api-key, jwt, oidc (default:
                       none)
  --deploy A,B         Where will it run (several): compose, kubernetes
                       (default: depends on --database)
  --ci TEXT            What checks changes and makes releases: github-actions,
                       none (default: github-actions)
  --defaults           Take the default of every question without an answer.
  --data-file FILE     Take answers from a YAML file; flags win.
  --preset NAME|FILE   Start from a set of answers; the rest are defaults.
  --resume             Go on where the questions were left.
  --plain              Ask by numbered lines, for screen readers.
  --dry-run            List what would be made; write nothing, ask nothing.
  --show PATH          Print this one file of it.
  --no-git             Make no git repository.
  --no-lock            Make no uv.lock.
  --json               Print one JSON document, and never ask.
  -h, --help           Show this message and exit.

  Examples:
    scaffold new myservice
    scaffold new myservice --defaults
    scaffold new services/billing --description "Sends invoices." --defaults
    scaffold new myservice --preset minimal --dry-run
    scaffold new myservice --data-file answers.yml --json
"""


UPDATE_HELP = """\
Usage: scaffold update [OPTIONS]

  Take over a newer template, keeping your edits.

Options:
  --to RELEASE   Which (default: the newest).
  --dry-run      Show what would be done, and change nothing.
  --diff         Print it as a patch too, on stdout.
  --branch       Do it on a new branch.
  --no-commit    Stage it, and do not commit.
  --no-lock      Leave uv.lock as it is.
  --defaults     Answer new questions by their defaults.
  --continue     End an update: its conflicts are resolved.
  --abort        Take an update back that has not ended.
  --plain        Ask by numbered lines, for screen readers.
  --project DIR  The project (default: here).
  --json         Print one JSON document, and never ask.
  -h, --help     Show this message and exit.

  Examples:
    scaffold update --dry-run
    scaffold update
    scaffold update --to 0.2.0 --branch
    scaffold update --continue
"""

PRESET_HELP = """\
Usage: scaffold preset COMMAND

  save   Keep answers under a name, for `scaffold new --preset NAME`.
  list   The presets: the template's, and your own.
  show   The answers of one preset, as `--data-file` reads them.

scaffold help preset save
"""

COMMANDS = [
    "new",
    "options",
    "options explain",
    "compare",
    "preset save",
    "preset list",
    "preset show",
    "add",
    "remove",
    "set",
    "update",
    "check",
    "diff",
    "info",
    "schema",
    "mcp",
    "completion",
    "doctor",
]


@pytest.mark.parametrize(
    "words",
    [[], ["--help"], ["-h"], ["help"], ["help", "help"], ["help", "--help"], ["help", "-h"]],
)
def test_scaffold_alone_shows_what_exists(scaffold: Run, words: list[str]) -> None:
    assert said(scaffold(*words)) == (0, SCREEN, "")


def test_the_version_is_that_of_the_distribution(scaffold: Run) -> None:
    assert said(scaffold("--version")) == (0, f"scaffold {version('service-scaffold')}\n", "")


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_of_new_has_a_line_for_every_flag(scaffold: Run, flag: str) -> None:
    done = scaffold("new", flag, env={"COLUMNS": "80"})

    assert said(done) == (0, NEW_HELP, "")


def test_help_of_update_has_a_line_for_every_flag(scaffold: Run) -> None:
    done = scaffold("update", "--help", env={"COLUMNS": "80"})

    assert said(done) == (0, UPDATE_HELP, "")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples_of_its_own(scaffold: Run, command: str) -> None:
    done = scaffold(*command.split(), "--help")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: scaffold {command} ")
    examples = done.stdout.partition("Examples:\n")[2].splitlines()
    assert all(line.startswith(f"  {' ' * 2}scaffold {command}") for line in examples)
    assert examples != []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_is_the_same_both_ways(scaffold: Run, command: str) -> None:
    assert said(scaffold("help", *command.split())) == said(scaffold(*command.split(), "--help"))


def test_every_command_is_in_the_list_and_every_one_in_the_list_is_a_command() -> None:
    listed = set(re.findall(r"^[A-Z][a-z ]{10}([a-z, ]+?)  |^ {11}([a-z]+) ", SCREEN, re.MULTILINE))
    words = {word for found in listed for part in found for word in part.split(", ") if word}

    assert words == {*cli.COMMANDS, "help"}


@pytest.mark.parametrize("words", [["preset"], ["preset", "--help"], ["help", "preset"]])
def test_a_command_that_has_only_commands_lists_them(scaffold: Run, words: list[str]) -> None:
    assert said(scaffold(*words)) == (0, PRESET_HELP, "")


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], *([*command.split(), "--help"] for command in COMMANDS)]
)
def test_help_imports_neither_copier_nor_jinja_nor_questionary(
    scaffold: Run, words: list[str]
) -> None:
    done = scaffold(*words, env={"PYTHONPROFILEIMPORTTIME": "1"})

    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "scaffold.cli" in imported
    assert not imported & {"copier", "jinja2", "questionary", "rich"}


@pytest.mark.parametrize("command", ["options", "compare", "preset list", "doctor", "info"])
def test_a_command_that_changes_no_project_does_not_import_what_merges(
    scaffold: Run, command: str
) -> None:
    done = scaffold(*command.split(), "--help", env={"PYTHONPROFILEIMPORTTIME": "1"})

    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "scaffold.cli" in imported
    assert not imported & {"scaffold.update.plan", "scaffold.update.act"}


@pytest.mark.parametrize(
    ("word", "kind", "guess"),
    [
        ("nwe", "a command", "did you mean `new`? "),
        ("hlep", "a command", "did you mean `help`? "),
        ("--hlep", "a flag", "did you mean `--help`? "),
        ("x", "a command", ""),
    ],
)
def test_an_unknown_command_is_a_usage_error(
    scaffold: Run, word: str, kind: str, guess: str
) -> None:
    hint = f"{guess}`scaffold` lists the commands"

    assert said(scaffold(word)) == (2, "", refusal(f"`{word}` is not {kind} of `scaffold`", hint))


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (
            ["help", "nwe"],
            "`nwe` is not a command of `scaffold`",
            "did you mean `new`? `scaffold` lists the commands",
        ),
        (
            ["help", "options", "explian"],
            "`explian` is not a command of `scaffold options`",
            "did you mean `explain`? `scaffold options --help` lists them",
        ),
        (
            ["preset", "svae"],
            "`svae` is not a command of `scaffold preset`",
            "did you mean `save`? `scaffold preset --help` lists them",
        ),
        (["preset", "--list"], "`scaffold preset` needs a command", "one of save, list, show"),
        (
            ["options", "explain", "jwt", "--jsn"],
            "`--jsn` is not a flag of `scaffold options explain`",
            "did you mean `--json`? `scaffold options explain --help` lists every flag",
        ),
    ],
)
def test_a_wrong_word_where_a_command_could_be_is_a_usage_error(
    scaffold: Run, words: list[str], message: str, hint: str
) -> None:
    assert said(scaffold(*words)) == (2, "", refusal(message, hint))


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (
            ["myservice", "--framwork", "fastapi"],
            "`--framwork` is not a flag of `scaffold new`",
            "did you mean `--framework`? `scaffold new --help` lists every flag",
        ),
        (
            ["myservice", "--kubernetes"],
            "`--kubernetes` is not a flag of `scaffold new`",
            "`scaffold new --help` lists every flag",
        ),
        (
            ["myservice", "--framework"],
            "Option '--framework' requires an argument",
            "`scaffold new --help` lists every flag",
        ),
        ([], "Missing argument 'TARGET'", "`scaffold new --help` lists every flag"),
        (
            ["myservice", "other"],
            "Got unexpected extra argument(s) (other)",
            "`scaffold new --help` lists every flag",
        ),
    ],
)
def test_a_wrong_word_is_a_usage_error(
    scaffold: Run, words: list[str], message: str, hint: str
) -> None:
    assert said(scaffold("new", *words)) == (2, "", refusal(message, hint))


def test_a_refusal_is_one_json_document(scaffold: Run) -> None:
    done = scaffold("new", "myservice", "--framework", "fastpi", "--json")

    assert (done.returncode, done.stderr) == (2, "")
    assert json.loads(done.stdout) == {
        "schema": "scaffold/1",
        "command": "new",
        "ok": False,
        "exit_code": 2,
        "data": {},
        "error": {
            "code": "usage",
            "message": "`--framework fastpi` is not a choice",
            "hint": f"did you mean `fastapi`? Choices: {', '.join(CHOICES['framework'])}",
            "fixes": [{"set": {"framework": "fastapi"}}],
        },
    }


def test_incompatible_answers_come_with_the_answers_that_would_do(scaffold: Run) -> None:
    answers = ("--database", "sqlite", "--deploy", "compose,kubernetes")

    done = scaffold("new", "myservice", "--defaults", *answers, "--json")

    assert (done.returncode, done.stderr) == (3, "")
    assert json.loads(done.stdout)["error"] == {
        "code": "incompatible",
        "message": "`kubernetes` cannot run on `sqlite`: replicas cannot share a file",
        "hint": "use `--database postgresql`, or use `--database mysql`, or leave `kubernetes` out "
        "of `--deploy`",
        "fixes": [{"set": {"database": "postgresql"}}, {"set": {"database": "mysql"}}],
    }


def test_a_usage_error_of_typer_is_one_json_document_too(scaffold: Run) -> None:
    done = scaffold("new", "myservice", "--framwork", "fastapi", "--json")

    assert (done.returncode, done.stderr) == (2, "")
    assert json.loads(done.stdout)["error"]["code"] == "usage"


def test_a_bug_is_told_with_its_traceback_and_where_to_report_it(
    scaffold: Run, desk: Path, environment: dict[str, str]
) -> None:
    program = (
        "import sys, scaffold.commands.new as new, scaffold.cli as cli\nnew.run = None\ncli.main()"
    )
    words = [sys.executable, "-c", program, "new", "myservice", *BARE]
    done = execute(words, desk, environment)

    assert done.returncode == 1
    assert done.stderr.startswith("Traceback")
    assert done.stderr.endswith(
        refusal(
            "TypeError: 'NoneType' object is not callable",
            "this is a bug: please report it at "
            "https://github.com/service-scaffold/service-scaffold/issues",
        )
    )
