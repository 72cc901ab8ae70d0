"""`scaffold new --dry-run` and `--show`: the same files as without, and nothing written."""

import json
from pathlib import Path

import pytest

from tests.cli.commands import toy
from tests.cli.conftest import BARE, Run, refusal, said, tree

TREE = """\
.copier-answers.yml            0.3 kB  always
.env.example                   0.0 kB  always
Makefile                       0.0 kB  always
README.md                      0.0 kB  always
app/keys/__init__.py           0.0 kB  auth=keys
app/keys/commands.py           0.0 kB  auth=keys
compose.yaml                   0.0 kB  deploy=compose
file.txt                       0.0 kB  database=sqlite
last.txt                       0.0 kB  auth=keys
migrations/versions/keys.py    0.0 kB  auth=keys
pyproject.toml                 0.1 kB  always
"""
CHOSEN = ["--auth", "keys", "--database", "sqlite"]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return toy.make(tmp_path)


def everything(tmp_path: Path) -> dict[str, bytes]:
    """All that a run could write to: where it stands, and where a person's own things lie."""
    return tree(tmp_path / "desk") | tree(tmp_path / "home")


def test_the_tree_has_each_file_its_size_and_the_choice_that_brought_it(
    small: Path, desk: Path, environment: dict[str, str]
) -> None:
    done = toy.run(small, ["new", "svc", *CHOSEN, "--dry-run"], desk, environment)

    summary = "svc: 11 files, 23 lines, of which 0 tests. Nothing was written."
    assert said(done) == (0, TREE, f"\n{summary}\n")


def test_it_lists_what_is_then_made(scaffold: Run, desk: Path) -> None:
    listed = scaffold("new", "svc", "--auth", "jwt", "--dry-run", "--json")
    scaffold("new", "svc", "--auth", "jwt", *BARE)

    files = json.loads(listed.stdout)["data"]["files"]
    made = tree(desk / "svc")
    assert {each["path"]: each["bytes"] for each in files} == {
        path: len(content) for path, content in made.items()
    }
    assert {each["path"]: each["lines"] for each in files} == {
        path: content.count(b"\n") for path, content in made.items()
    }


@pytest.mark.parametrize("path", ["app/keys/commands.py", "./app/keys/commands.py"])
def test_one_file_is_shown_as_it_would_be(
    small: Path, desk: Path, environment: dict[str, str], path: str
) -> None:
    done = toy.run(small, ["new", "svc", *CHOSEN, "--show", path], desk, environment)

    assert said(done) == (0, 'commands.add_parser("keys", help="keys")\n', "")


def test_one_file_is_one_document(small: Path, desk: Path, environment: dict[str, str]) -> None:
    done = toy.run(small, ["new", "svc", *CHOSEN, "--show=file.txt", "--json"], desk, environment)

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["data"] == {
        "answers": {
            "project_name": "svc",
            "database": "sqlite",
            "auth": "keys",
            "deploy": ["compose"],
        },
        "preset": None,
        "defaults_file": None,
        "policy_file": None,
        "locked": [],
        "file": {"path": "file.txt", "bytes": 7, "lines": 1, "origin": ["database=sqlite"]},
        "content": "a file\n",
    }


@pytest.mark.parametrize("look", [["--dry-run"], ["--show", "README.md"]])
def test_nothing_is_written_and_nothing_that_was_there_is_touched(
    small: Path, tmp_path: Path, desk: Path, environment: dict[str, str], look: list[str]
) -> None:
    (desk / "svc/.scaffold-0123").mkdir(parents=True)  # what a killed run left
    (desk / "svc/.scaffold-0123/file").write_text("left")
    before = everything(tmp_path)

    done = toy.run(small, ["new", "svc", *look], desk, environment)

    assert done.returncode == 0
    assert everything(tmp_path) == before


def test_it_needs_no_git(small: Path, desk: Path, environment: dict[str, str]) -> None:
    done = toy.run(small, ["new", "svc", "--dry-run"], desk, environment | {"PATH": ""})

    assert done.returncode == 0


def test_a_file_that_would_not_be_made_is_refused(scaffold: Run) -> None:
    hint = "did you mean `app/main.py`? `scaffold new TARGET --dry-run` lists every file"

    assert said(scaffold("new", "svc", "--show", "app/mian.py")) == (
        2,
        "",
        refusal("there would be no file app/mian.py", hint),
    )


@pytest.mark.parametrize("look", [["--dry-run"], ["--show", "README.md"]])
def test_what_could_not_be_made_is_not_previewed(
    scaffold: Run, desk: Path, look: list[str]
) -> None:
    (desk / "svc").mkdir()
    (desk / "svc/mine.txt").write_text("mine")
    impossible = ["--database=sqlite", "--deploy=kubernetes"]

    taken = scaffold("new", "svc", *look)
    refused = scaffold("new", "other", *impossible, *look)

    hint = "choose another name, or remove it"
    message = "svc/ is not empty (1 file); nothing was written"
    assert said(taken) == (5, "", refusal(message, hint))
    assert (refused.returncode, refused.stdout) == (3, "")
