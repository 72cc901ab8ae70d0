import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from uv import find_uv_bin

from tests.cli.conftest import BARE, DEFAULTS, Run, execute, flags, refusal, said, tree
from tests.combinations import CHOICES, QUESTIONS


def stored(project: Path) -> dict[str, Any]:
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text())
    return {key: value for key, value in answers.items() if not key.startswith("_")}


def test_the_defaults_make_a_locked_and_committed_service(scaffold: Run, desk: Path) -> None:
    done = scaffold("new", "myservice", "--defaults")

    files = len(tree(desk / "myservice")) - 1  # the lock comes after the rendering
    lines = re.sub(r"\d+\.\d s$", "0.0 s", done.stderr, flags=re.MULTILINE)
    lines = re.sub(r"[1-9]\d+ packages", "NN packages", lines)
    lines = re.sub(r"\([0-9a-f]{7}\)", "(0123456)", lines)
    assert (done.returncode, done.stdout) == (0, "")
    assert lines == (
        f"  rendered      {f'{files} files':<40}  0.0 s\n"
        "  locked        NN packages                               0.0 s\n"
        '  committed     "Start myservice" (0123456)               0.0 s\n'
        "\n"
        "myservice is ready. Next:\n"
        "  cd myservice\n"
        "  make setup            create the environment\n"
        "  make dev              run it, on its own database\n"
    )
    assert stored(desk / "myservice") == DEFAULTS
    assert list(desk.iterdir()) == [desk / "myservice"]


def test_the_printed_commands_are_targets_of_the_makefile(scaffold: Run, desk: Path) -> None:
    done = scaffold("new", "myservice", "--json", *BARE)

    makefile = (desk / "myservice/Makefile").read_text()
    commands = json.loads(done.stdout)["data"]["next"]
    assert commands == ["make setup", "make dev"]
    assert all(re.search(rf"^{command[5:]}:", makefile, re.MULTILINE) for command in commands)


def test_json_is_one_document_with_what_was_done(scaffold: Run, desk: Path) -> None:
    done = scaffold("new", "myservice", "--json", *BARE)

    document = json.loads(done.stdout)
    [step] = document["data"].pop("steps")
    assert (done.returncode, done.stderr) == (0, "")
    assert document == {
        "schema": "scaffold/1",
        "command": "new",
        "ok": True,
        "exit_code": 0,
        "data": {
            "path": str(desk / "myservice"),
            "answers": DEFAULTS,
            "preset": None,
            "defaults_file": None,
            "policy_file": None,
            "locked": [],
            "next": ["make setup", "make dev"],
        },
        "error": None,
    }
    assert step["verb"] == "rendered"


def test_every_answer_is_a_flag(scaffold: Run, desk: Path) -> None:
    answers = DEFAULTS | {"project_name": "billing", "description": "Sends invoices."}

    done = scaffold("new", "myservice", "--no-git", "--no-lock", *flags(answers))

    assert done.returncode == 0
    assert stored(desk / "myservice") == answers


def test_a_data_file_answers_and_flags_win_over_it(scaffold: Run, desk: Path) -> None:
    (desk / "answers.yml").write_text("project_name: billing\ndescription: From the file.\n")

    words = ("--data-file", "answers.yml", "--description", "From the flag.")
    done = scaffold("new", "myservice", *BARE, *words)

    assert done.returncode == 0
    assert stored(desk / "myservice") == DEFAULTS | {
        "project_name": "billing",
        "description": "From the flag.",
    }


def test_a_whole_data_file_needs_neither_terminal_nor_defaults(scaffold: Run, desk: Path) -> None:
    (desk / "answers.yml").write_text(yaml.safe_dump(DEFAULTS))

    done = scaffold("new", "other", "--data-file", "answers.yml", "--no-git", "--no-lock")

    assert done.returncode == 0
    assert stored(desk / "other") == DEFAULTS


@pytest.mark.parametrize(
    ("words", "deploy"),
    [
        (["--deploy", "none"], []),
        (["--deploy", "kubernetes,compose"], ["compose", "kubernetes"]),
        (["--deploy", "kubernetes", "--deploy", "compose"], ["compose", "kubernetes"]),
        (["--deploy", "kubernetes"], ["kubernetes"]),
        (["--database", "sqlite"], ["compose"]),
        (["--database", "sqlite", "--deploy", "none"], []),
    ],
)
def test_several_may_be_chosen_or_none(
    scaffold: Run, desk: Path, words: list[str], deploy: list[str]
) -> None:
    done = scaffold("new", "myservice", *BARE, *words)

    assert done.returncode == 0
    assert stored(desk / "myservice")["deploy"] == deploy


NO_REPLICAS = refusal(
    "`kubernetes` cannot run on `sqlite`: replicas cannot share a file",
    "use `--database postgresql`, or use `--database mysql`, "
    "or leave `kubernetes` out of `--deploy`",
)


@pytest.mark.parametrize("deploy", ["kubernetes", "compose,kubernetes"])
def test_incompatible_answers_are_refused_with_the_reason_and_the_way_out(
    scaffold: Run, desk: Path, deploy: str
) -> None:
    done = scaffold("new", "myservice", "--defaults", "--database", "sqlite", "--deploy", deploy)

    assert said(done) == (3, "", NO_REPLICAS)
    assert list(desk.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "key", "flag"),
    [
        ([], "project_name", "--project-name"),
        (["--project-name", "a"], "description", "--description"),
        (["--project-name", "a", "--description", "b"], "framework", "--framework"),
    ],
)
def test_without_a_terminal_a_missing_answer_is_named(
    scaffold: Run, desk: Path, given: list[str], key: str, flag: str
) -> None:
    done = scaffold("new", "myservice", *given)

    message = f"`{key}` has no answer and there is no terminal to ask on"
    hint = f"give it as `{flag}`, or take every default with `--defaults`"
    assert said(done) == (4, "", refusal(message, hint))
    assert list(desk.iterdir()) == []


@pytest.mark.parametrize(
    "written", ["database: sqlite\ndeploy: kubernetes", "database: sqlite\ndeploy: [kubernetes]"]
)
def test_a_data_file_of_incompatible_answers_is_refused(
    scaffold: Run, desk: Path, written: str
) -> None:
    (desk / "answers.yml").write_text(written)

    done = scaffold("new", "myservice", "--defaults", "--data-file", "answers.yml")

    assert said(done) == (3, "", NO_REPLICAS)
    assert list(desk.iterdir()) == [desk / "answers.yml"]


ONE_LINE = (
    "use one line of at most 200 characters, without quotes, backslashes, braces and angle brackets"
)


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (
            ["--framework", "fastpi"],
            "`--framework fastpi` is not a choice",
            f"did you mean `fastapi`? Choices: {', '.join(CHOICES['framework'])}",
        ),
        (
            ["--database", "oracle"],
            "`--database oracle` is not a choice",
            f"Choices: {', '.join(CHOICES['database'])}",
        ),
        (
            ["--framework", ""],
            "`--framework ` is not a choice",
            f"Choices: {', '.join(CHOICES['framework'])}",
        ),
        (
            ["--deploy", "compose,heroku"],
            "`--deploy heroku` is not a choice",
            f"Choices: {', '.join(CHOICES['deploy'])}, none",
        ),
        (
            ["--deploy", "none", "--deploy", "compose"],
            "`--deploy none` goes with no other value",
            "leave out `none`, or the rest",
        ),
        (
            ["--project-name", "My Service"],
            "`--project-name My Service` is not accepted",
            "use lower-case letters, digits and single hyphens, starting with a letter: my-service",
        ),
        (
            ["--description", 'a "quote"'],
            '`--description a "quote"` is not accepted',
            ONE_LINE,
        ),
        (
            ["--description", ""],
            "`--description ` is not accepted",
            ONE_LINE,
        ),
    ],
)
def test_a_value_that_is_not_accepted_is_named(
    scaffold: Run, desk: Path, words: list[str], message: str, hint: str
) -> None:
    done = scaffold("new", "myservice", "--defaults", *words)

    assert said(done) == (2, "", refusal(message, hint))
    assert list(desk.iterdir()) == []


EXAMPLE = "write one `key: value` a line, for example `framework: fastapi`"
KEYS = f"questions: {', '.join(QUESTIONS)}"


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (
            b"framwork: x",
            "a.yml:1: `framwork` is not a question",
            f"did you mean `framework`? {KEYS}",
        ),
        (b"_commit: x", "a.yml:1: `_commit` is not a question", KEYS),
        (b"auth: none\n\nlayers: []", "a.yml:3: `layers` is not a question", KEYS),
        (
            b"framework: fastpi",
            "a.yml:1: `framework: fastpi` is not a choice",
            f"did you mean `fastapi`? Choices: {', '.join(CHOICES['framework'])}",
        ),
        (
            b"project_name: 2024",
            "a.yml:1: `project_name: 2024` is not text",
            "put the value in quotes",
        ),
        (b"description:", "a.yml:1: `description: None` is not text", "put the value in quotes"),
        (b"auth: none\n2024: x", "a.yml:2: `2024` is not text", "put the key in quotes"),
        (b"- framework", "a.yml holds no `key: value`", EXAMPLE),
        (b"", "a.yml holds no `key: value`", EXAMPLE),
        (b"a: 'b", "a.yml:1 is not YAML: found unexpected end of stream", EXAMPLE),
        (b"auth: none\nauth: none", "a.yml:2 is not YAML: `auth` is there twice", EXAMPLE),
        (b"? [a]\n: b", "a.yml:1 is not YAML: found unhashable key", EXAMPLE),
        (b"\xff\xfe\x00", "a.yml is not UTF-8 text", EXAMPLE),
    ],
)
def test_a_wrong_data_file_is_named(
    scaffold: Run, desk: Path, content: bytes, message: str, hint: str
) -> None:
    (desk / "a.yml").write_bytes(content)

    done = scaffold("new", "myservice", "--defaults", "--data-file", "a.yml")

    assert said(done) == (2, "", refusal(message, hint))
    assert list(desk.iterdir()) == [desk / "a.yml"]


def test_an_absent_data_file_is_named(scaffold: Run) -> None:
    done = scaffold("new", "myservice", "--defaults", "--data-file", "a.yml")

    hint = "give a YAML file"
    assert said(done) == (2, "", refusal("a.yml cannot be read: No such file or directory", hint))


def test_a_failing_lock_keeps_the_files_and_tells_how_to_go_on(
    scaffold: Run, desk: Path, environment: dict[str, str]
) -> None:
    nowhere = {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(desk / "cache"), "UV_FIND_LINKS": ""}

    done = scaffold("new", "myservice", "--defaults", "--json", env=nowhere)

    words = [find_uv_bin(), "lock", "--quiet", "--python", sys.executable]
    by_uv = execute(words, desk / "myservice", environment | nowhere)
    assert (done.returncode, done.stderr) == (6, "")
    assert json.loads(done.stdout)["error"] == {
        "code": "step_failed",
        "message": f"`uv lock` failed: {by_uv.stderr.strip().removeprefix('error: ')}",
        "hint": "the files are all there; go on with `cd myservice && make setup && "
        "git init --initial-branch=main && git add --all && "
        'git commit --message="Start myservice"`',
        "fixes": [],
    }
    assert stored(desk / "myservice") == DEFAULTS
    assert not (desk / "myservice/.git").exists()


def test_the_command_to_go_on_after_a_failing_commit_works(
    scaffold: Run, desk: Path, home: Path, environment: dict[str, str]
) -> None:
    (home / ".gitconfig").write_text("[user]\nname = Ada\nemail = a@b.c\n[core]\nbare = nonsense\n")
    done = scaffold("new", "myservice", "--defaults", "--no-lock", "--json")

    command = (
        "cd myservice && git init --initial-branch=main && git add --all && "
        'git commit --message="Start myservice"'
    )
    assert (done.returncode, tree(desk / "myservice") != {}) == (6, True)
    assert json.loads(done.stdout)["error"] == {
        "code": "step_failed",
        "message": "`git init` failed: fatal: bad boolean config value 'nonsense' for 'core.bare'",
        "hint": f"the files are all there; go on with `{command}`",
        "fixes": [],
    }
    (home / ".gitconfig").write_text("[user]\nname = Ada\nemail = a@b.c\n")
    assert execute(["sh", "-c", command], desk, environment).returncode == 0
