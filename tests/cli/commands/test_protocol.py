"""What every command prints with `--json`, beside the schema that `scaffold schema document` has;
and that every command ends, whatever its input is.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scaffold import cli, errors
from scaffold.errors import Refusal
from scaffold.programs import protocol
from tests import ROOT
from tests.cli.commands.conftest import Make
from tests.cli.conftest import BARE, SCAFFOLD, Run, execute

SCHEMA = protocol.of_document()
EXIT_CODES = (ROOT / "docs/reference/exit-codes.md").read_text()
REFUSALS = {
    found.code: found.exit_code
    for found in vars(errors).values()
    if isinstance(found, type) and issubclass(found, Refusal)
}


def strict(schema: Any) -> Any:
    """The same, where a field that is not described is an error."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: strict(each) for key, each in schema.items()}
    return inner | ({"additionalProperties": False} if "properties" in schema else {})


def problems(document: dict[str, Any]) -> list[str]:
    """Of the shape, and of fields that nothing describes."""
    loose: Any = Draft202012Validator(SCHEMA)
    found = [error.message for error in loose.iter_errors(document)]
    shapes: Any = Draft202012Validator(strict(protocol.data_of(document["command"])))
    return found + [error.message for error in shapes.iter_errors(document["data"])]


# Commands that need no project, with the exit code in which they end.
ALONE = {
    "new made": (0, ["new", "svc", *BARE]),
    "new dry": (0, ["new", "svc", "--dry-run"]),
    "new shown": (0, ["new", "svc", "--show", "app/ids.py"]),
    "new misspelled": (2, ["new", "svc", "--auth", "jtw"]),
    "new without": (4, ["new", "svc"]),
    "new impossible": (3, ["new", "svc", "--database=sqlite", "--deploy=kubernetes", *BARE]),
    "options": (0, ["options"]),
    "options misspelled": (2, ["options", "explian"]),
    "explain": (0, ["options", "explain", "jwt"]),
    "explain misspelled": (2, ["options", "explain", "jtw"]),
    "compare": (0, ["compare", "auth=none", "auth=jwt"]),
    "compare diff": (0, ["compare", "ci=none", "minimal", "--diff"]),
    "compare misspelled": (2, ["compare", "auth=none", "x"]),
    "preset save": (0, ["preset", "save", "team", "--auth", "jwt"]),
    "preset save nothing": (2, ["preset", "save", "team"]),
    "preset list": (0, ["preset", "list"]),
    "preset show": (0, ["preset", "show", "minimal"]),
    "preset show unknown": (2, ["preset", "show", "x"]),
    "preset": (2, ["preset"]),
    "schema": (0, ["schema"]),
    "schema document": (0, ["schema", "document"]),
    "schema unknown": (2, ["schema", "x"]),
    "completion": (0, ["completion", "bash"]),
    "completion unknown": (2, ["completion", "x"]),
    "info": (2, ["info"]),
    "check": (2, ["check"]),
    "diff": (2, ["diff"]),
    "update": (2, ["update"]),
    "set": (2, ["set", "auth=jwt"]),
    "add": (2, ["add", "jwt"]),
    "remove": (2, ["remove", "jwt"]),
    "mcp": (2, ["mcp"]),
    "unknown": (2, ["nwe"]),
}


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_command_says_what_its_data_holds() -> None:
    names = {f"{first} {each}" for first, group in cli.COMMANDS.items() for each in group}
    names |= {name for name in cli.COMMANDS if cli.runs(name)}

    assert names - protocol.DATA.keys() == {"mcp"}
    assert protocol.DATA.keys() - names == set()


@pytest.mark.parametrize("case", ALONE)
def test_a_command_prints_one_document_and_nothing_else(scaffold: Run, case: str) -> None:
    code, words = ALONE[case]

    done = scaffold(*words, "--json")

    assert (done.returncode, done.stderr) == (code, "")
    document = json.loads(done.stdout)
    assert document["exit_code"] == code
    assert problems(document) == []


def test_doctor_prints_one_document_whatever_it_finds(scaffold: Run) -> None:
    done = scaffold("doctor", "--json")

    document = json.loads(done.stdout)
    assert (done.stderr, document["exit_code"]) == ("", done.returncode)
    assert problems(document) == []


PROJECT = {
    "info": (0, ["info"]),
    "check all": (10, ["check"]),
    "check one": (0, ["check", "--drift"]),
    "diff": (0, ["diff"]),
    "update planned": (0, ["update", "--dry-run", "--diff"]),
    "update": (0, ["update"]),
    "update nothing under way": (2, ["update", "--abort"]),
    "set": (0, ["set", "auth=jwt", "--no-commit"]),
    "set unknown": (2, ["set", "auth=x"]),
    "set impossible": (3, ["set", "deploy=kubernetes"]),
    "add": (0, ["add", "jwt"]),
    "remove": (0, ["remove", "compose"]),
}


@pytest.mark.parametrize("case", PROJECT)
def test_a_command_on_a_project_prints_one_document(make: Make, case: str) -> None:
    code, words = PROJECT[case]

    done = make().scaffold(*words, "--json")

    assert (done.code, done.err) == (code, "")
    assert problems(done.document) == []


def test_conflicts_edits_and_ways_back_are_documents_too(make: Make) -> None:
    service = make()
    service.edit({"settings.txt": service.text("settings.txt").replace("30", "99")})
    service.edit({"file.txt": "mine\n"})

    lost = service.scaffold("set", "database=postgresql", "--json")
    conflict = service.scaffold("update", "--json")
    dirty = service.scaffold("update", "--json")
    checked = service.scaffold("check", "--json")
    continued = service.scaffold("update", "--continue", "--json")
    taken_back = service.scaffold("update", "--abort", "--json")

    found = [lost, conflict, dirty, checked, continued, taken_back]
    assert [(done.code, done.error) for done in found] == [
        (13, "would_lose_edits"),
        (11, "conflicts"),
        (5, "tree_dirty"),
        (11, "conflicts"),
        (11, "conflicts"),
        (0, ""),
    ]
    assert [problems(done.document) for done in found] == [[]] * len(found)


@pytest.mark.parametrize(
    "broken",
    [
        {"schema": "scaffold/2"},
        {"ok": False},
        {"exit_code": 2},
        {"exit_code": 99},
        {"data": {}},
        {"data": {"name": "x"}},
        {"error": {"code": "usage", "message": "", "hint": "", "fixes": []}},
        {
            "ok": False,
            "exit_code": 3,
            "error": {"code": "usage", "message": "", "hint": "", "fixes": []},
        },
    ],
)
def test_a_document_that_contradicts_itself_is_none(broken: dict[str, Any]) -> None:
    good = {
        "schema": "scaffold/1",
        "command": "schema",
        "ok": True,
        "exit_code": 0,
        "data": {"name": "new", "schema": {"type": "object"}},
        "error": None,
    }

    assert problems(good) == []
    assert problems(good | broken) != []


@dataclass(frozen=True)
class End:
    exit_code: int
    message: str
    words: list[str]
    environment: dict[str, str] = field(default_factory=dict)


# Each code that `scaffold new` itself ends in, beside those of wrong answers.
ENDS = {
    "failed": End(
        1,
        "/proc/svc/ could not be written: no such file or directory; nothing is left of it",
        ["/proc/svc", *BARE],
    ),
    "answer_needed": End(
        4, "`project_name` has no answer and there is no terminal to ask on", ["svc"]
    ),
    "target_not_empty": End(5, "full/ is not empty (1 file); nothing was written", ["full"]),
    "step_failed": End(
        6,
        "`uv lock` failed: ",
        ["svc", "--defaults", "--no-git"],
        {"UV_OFFLINE": "1", "UV_CACHE_DIR": "cache"},
    ),
    "tool_missing": End(
        7, "git is not installed; nothing was written", ["svc", "--defaults"], {"PATH": ""}
    ),
}


@pytest.mark.parametrize("code", ENDS)
def test_new_ends_in_each_of_its_codes(scaffold: Run, desk: Path, code: str) -> None:
    (desk / "file").write_text("")
    (desk / "full").mkdir()
    (desk / "full/mine").write_text("")
    end = ENDS[code]

    done = scaffold("new", *end.words, "--json", env=end.environment)

    document = json.loads(done.stdout)
    assert (done.returncode, document["error"]["code"]) == (end.exit_code, code)
    assert document["error"]["message"].startswith(end.message)
    assert problems(document) == []


def test_ctrl_c_ends_in_a_document_too(desk: Path, environment: dict[str, str]) -> None:
    program = (
        "import os, signal, sys, scaffold.commands.new as new, scaffold.cli as cli\n"
        "new.run = lambda *_: os.kill(os.getpid(), signal.SIGINT)\ncli.main()"
    )

    done = execute([sys.executable, "-c", program, "new", "svc", "--json"], desk, environment)

    document = json.loads(done.stdout)
    assert (done.returncode, document["error"]["code"]) == (130, "cancelled")
    assert document["error"]["message"] == "cancelled; nothing was written"
    assert problems(document) == []


def test_the_table_of_exit_codes_has_every_refusal_and_an_anchor_for_each() -> None:
    rows = re.findall(r"^\| \[(\d+)\]\(#\1\) \| `(\w+)` \|", EXIT_CODES, re.MULTILINE)
    anchors = re.findall(r'^<a id="(\d+)"></a>\n## \1: ', EXIT_CODES, re.MULTILINE)

    assert {code: int(number) for number, code in rows} == REFUSALS
    assert sorted({*map(int, anchors)}) == sorted({0, *REFUSALS.values()})


def test_what_is_printed_for_nobody_is_no_failure(scaffold: Run, desk: Path) -> None:
    """As `scaffold schema | head -1` does it."""
    for words in (["schema"], ["schema", "--json"], [], ["options"], ["new", "x", "--dry-run"]):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(
            [SCAFFOLD, *words], cwd=desk, stdout=writer, stderr=subprocess.PIPE, check=False
        )
        os.close(writer)
        assert done.returncode == 0, (words, done.stderr)
        assert b"Traceback" not in done.stderr
        assert b"Broken" not in done.stderr


@pytest.mark.parametrize("stream", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", ["options", "new x --dry-run", "schema --json", "--version"])
def test_a_stream_that_is_closed_is_none_that_anything_goes_to(
    desk: Path, environment: dict[str, str], stream: str, words: str
) -> None:
    done = execute(["sh", "-c", f"exec {SCAFFOLD} {words} {stream}"], desk, environment)

    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert [*desk.iterdir()] == []


# `mcp` waits for a program, as a server does; it ends with its input.
WAITING = {name: words for name, (_, words) in ALONE.items() if name != "mcp"}


@pytest.mark.parametrize("case", WAITING)
def test_no_command_waits_for_an_input_that_never_comes(
    desk: Path, environment: dict[str, str], case: str
) -> None:
    reader, writer = os.pipe()
    try:
        done = run('exec "$@"', WAITING[case], desk, environment, reader)
    finally:
        os.close(reader)
        os.close(writer)

    assert done.returncode == (0 if case == "preset" else ALONE[case][0])
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("case", [*WAITING, "mcp"])
def test_no_command_fails_by_an_input_that_is_closed(
    desk: Path, environment: dict[str, str], case: str
) -> None:
    code, words = (0, ["mcp"]) if case == "mcp" else ALONE[case]

    done = run('exec "$@" <&-', words, desk, environment)

    assert done.returncode == (0 if case == "preset" else code)
    assert "Traceback" not in done.stderr


def run(
    program: str,
    words: list[str],
    desk: Path,
    environment: dict[str, str],
    stdin: int | None = None,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", program, "sh", str(SCAFFOLD), *words],
        cwd=desk,
        env=environment,
        stdin=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
