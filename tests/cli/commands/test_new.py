import json
import re
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import BARE, Run, execute, refusal, said, tree

DEFAULTS = {
    "project_name": "myservice",
    "description": "A backend service.",
    "framework": "fastapi",
    "database": "postgresql",
    "auth": "none",
}


def stored(project: Path) -> dict[str, str]:
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
        "  make dev              run it, on its own PostgreSQL\n"
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
            "next": ["make setup", "make dev"],
        },
        "error": None,
    }
    assert step["verb"] == "rendered"


def test_every_answer_is_a_flag(scaffold: Run, desk: Path) -> None:
    answers = DEFAULTS | {"project_name": "billing", "description": "Sends invoices."}
    flags = [f"--{key.replace('_', '-')}={value}" for key, value in answers.items()]

    done = scaffold("new", "myservice", "--no-git", "--no-lock", *flags)

    assert done.returncode == 0
    assert stored(desk / "myservice") == answers


def test_a_data_file_answers_and_flags_win_over_it(scaffold: Run, desk: Path) -> None:
    (desk / "answers.yml").write_text("project_name: billing\ndescription: From the file.\n")

    flags = ("--data-file", "answers.yml", "--description", "From the flag.")
    done = scaffold("new", "myservice", *BARE, *flags)

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


ONE_LINE = (
    "use one line of at most 200 characters, without quotes, backslashes, braces and angle brackets"
)


@pytest.mark.parametrize(
    ("flags", "message", "hint"),
    [
        (
            ["--framework", "fastpi"],
            "`--framework fastpi` is not a choice",
            "did you mean `fastapi`? Choices: fastapi",
        ),
        (
            ["--database", "oracle"],
            "`--database oracle` is not a choice",
            "Choices: postgresql",
        ),
        (["--framework", ""], "`--framework ` is not a choice", "Choices: fastapi"),
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
    scaffold: Run, desk: Path, flags: list[str], message: str, hint: str
) -> None:
    done = scaffold("new", "myservice", "--defaults", *flags)

    assert said(done) == (2, "", refusal(message, hint))
    assert list(desk.iterdir()) == []


EXAMPLE = "write one `key: value` a line, for example `framework: fastapi`"
KEYS = "questions: project_name, description, framework, database, auth"


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (
            b"framwork: x",
            "`framwork` in a.yml is not a question",
            f"did you mean `framework`? {KEYS}",
        ),
        (b"_commit: x", "`_commit` in a.yml is not a question", KEYS),
        (b"layers: []", "`layers` in a.yml is not a question", KEYS),
        (
            b"framework: fastpi",
            "`framework: fastpi` is not a choice",
            "did you mean `fastapi`? Choices: fastapi",
        ),
        (b"project_name: 2024", "`project_name: 2024` is not text", "put the value in quotes"),
        (b"description:", "`description: None` is not text", "put the value in quotes"),
        (b"- framework", "a.yml does not hold answers by key", EXAMPLE),
        (b"", "a.yml does not hold answers by key", EXAMPLE),
        (b"a: 'b", "a.yml is not YAML: found unexpected end of stream (line 1)", EXAMPLE),
        (b"auth: none\nauth: none", "a.yml is not YAML: `auth` is there twice (line 2)", EXAMPLE),
        (b"? [a]\n: b", "a.yml is not YAML: found unhashable key (line 1)", EXAMPLE),
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


def test_a_failing_lock_keeps_the_files_and_tells_how_to_go_on(scaffold: Run, desk: Path) -> None:
    nowhere = {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(desk / "cache"), "UV_FIND_LINKS": ""}

    done = scaffold("new", "myservice", "--defaults", env=nowhere)

    assert done.returncode == 6
    assert "error: `uv lock` failed: " in done.stderr
    assert done.stderr.endswith(
        "hint: the files are all there; go on with `cd myservice && make setup && "
        "git init --initial-branch=main && git add --all && "
        'git commit --message="Start myservice"`\n'
    )
    assert stored(desk / "myservice") == DEFAULTS
    assert not (desk / "myservice/.git").exists()


def test_the_command_to_go_on_after_a_failing_commit_works(
    scaffold: Run, desk: Path, home: Path, environment: dict[str, str]
) -> None:
    (home / ".gitconfig").write_text("[user]\nname = Ada\nemail = a@b.c\n[core]\nbare = nonsense\n")
    done = scaffold("new", "myservice", "--defaults", "--no-lock")
    assert (done.returncode, tree(desk / "myservice") != {}) == (6, True)

    (home / ".gitconfig").write_text("[user]\nname = Ada\nemail = a@b.c\n")
    [command] = re.findall(r"go on with `(.+)`", done.stderr)
    assert execute(["sh", "-c", command], desk, environment).returncode == 0
