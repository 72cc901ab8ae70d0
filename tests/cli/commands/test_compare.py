import json
import subprocess
from pathlib import Path

import pytest

from scaffold import distribution
from scaffold.choices import questions
from scaffold.choices.answers import complete
from scaffold.choices.questions import Answers
from scaffold.template import patch, preview, rendering
from tests.cli.commands import toy
from tests.cli.conftest import Run, refusal, said, tree

SCREEN = """\
auth=none → auth=keys,deploy=compose
  auth    none → keys
  deploy  compose, cluster → compose

  changed  .copier-answers.yml          +1  -2  always
  changed  .env.example                 +1      always
  added    app/keys/__init__.py                 auth=keys
  added    app/keys/commands.py         +1      auth=keys
  removed  deploy/release.sh                -1  deploy=cluster
  added    last.txt                     +1      auth=keys
  added    migrations/versions/keys.py  +3      auth=keys
  changed  pyproject.toml               +1  -1  always

3 changed, 4 added, 1 removed: 8 lines more, 4 fewer
"""
SIDES = ["auth=none", "auth=keys,deploy=compose"]
RELEASE = {
    "path": "deploy/release.sh",
    "kind": "removed",
    "added_lines": 0,
    "removed_lines": 1,
    "origin": ["deploy=cluster"],
}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Installed here too: both record the same release."""
    made = toy.make(tmp_path)
    monkeypatch.setattr(distribution, "source", lambda: made)
    return made


def render(source: Path, folder: Path, given: Answers) -> Path:
    asked = questions.read(source, "service")
    rendering.render(source, folder, complete(asked, given, defaults=True))
    return folder


def test_the_files_that_differ_are_listed_with_the_choice_that_brought_them(
    small: Path, desk: Path, environment: dict[str, str]
) -> None:
    assert said(toy.run(small, ["compare", *SIDES], desk, environment)) == (0, SCREEN, "")


def test_with_diff_the_patch_makes_the_second_of_the_first(
    small: Path, desk: Path, environment: dict[str, str]
) -> None:
    first = render(small, desk / "first", {"auth": "none"})
    second = render(small, desk / "second", {"auth": "keys", "deploy": ["compose"]})

    done = toy.run(small, ["compare", *SIDES, "--diff"], desk, environment)
    subprocess.run(["git", "apply"], cwd=first, input=done.stdout, text=True, check=True)

    assert (done.returncode, done.stderr) == (0, SCREEN)
    assert tree(first) == tree(second)


def test_the_patch_keeps_what_may_be_run(
    small: Path, desk: Path, environment: dict[str, str]
) -> None:
    first = render(small, desk / "first", {"deploy": []})

    done = toy.run(small, ["compare", "deploy=none", "deploy=cluster", "--diff"], desk, environment)
    subprocess.run(["git", "apply"], cwd=first, input=done.stdout, text=True, check=True)

    assert (first / "deploy/release.sh").stat().st_mode & 0o111


def test_it_is_one_document(small: Path, desk: Path, environment: dict[str, str]) -> None:
    done = toy.run(small, ["compare", *SIDES, "--json"], desk, environment)

    assert (done.returncode, done.stderr) == (0, "")
    data = json.loads(done.stdout)["data"]
    assert (data["a"]["name"], data["b"]["name"]) == tuple(SIDES)
    assert data["b"]["answers"] == {
        "project_name": "service",
        "database": "postgresql",
        "auth": "keys",
        "deploy": ["compose"],
    }
    assert data["changed_answers"] == {
        "auth": {"from": "none", "to": "keys"},
        "deploy": {"from": ["compose", "cluster"], "to": ["compose"]},
    }
    assert [each for each in data["files"] if each["kind"] == "removed"] == [RELEASE]
    assert data["diff"] is None


def test_a_side_is_words_a_preset_a_file_or_a_project(
    small: Path, desk: Path, environment: dict[str, str]
) -> None:
    (desk / "answers.yml").write_text("database: sqlite\n")
    render(small, desk / "billing", {"database": "sqlite", "project_name": "billing"})
    sides = ["small", "answers.yml", "billing", "./billing/"]

    for side in sides:
        done = toy.run(small, ["compare", "database=sqlite", side], desk, environment)
        assert said(done) == (0, f"database=sqlite → {side}\n\nThe same files.\n", "")


def test_every_file_is_in_the_patch_that_one_side_has_alone() -> None:
    source = distribution.source()
    asked = questions.read(source, "service")
    sides = [
        preview.make(source, complete(asked, given, defaults=True))
        for given in ({"framework": "fastapi"}, {"framework": "flask"})
    ]

    assert {each.path for each in _changes(*sides)} == {
        path
        for path in sides[0].contents.keys() | sides[1].contents.keys()
        if sides[0].contents.get(path) != sides[1].contents.get(path)
    }


def _changes(before: preview.Preview, after: preview.Preview) -> list[patch.Change]:
    return [*patch.changes(before, after)]


@pytest.mark.parametrize(
    ("sides", "code", "message", "hint"),
    [
        (
            ["auth=none", "auth=jtw"],
            2,
            "`auth=jtw` is not a choice",
            "did you mean `jwt`? Choices: none, api-key, jwt, oidc",
        ),
        (
            ["database=sqlite,deploy=kubernetes", "auth=none"],
            3,
            "`kubernetes` cannot run on `sqlite`: replicas cannot share a file",
            (
                "use `database=postgresql`, or use `database=mysql`, or leave `kubernetes` out of "
                "`deploy`"
            ),
        ),
        (
            ["auth=none", "minimul"],
            2,
            "`minimul` is not a preset",
            (
                "did you mean `minimal`? Presets: minimal, standard, everything; "
                "a file is named with its ending, or a `/`"
            ),
        ),
        (["auth=none"], 2, "Missing argument 'B'", "`scaffold compare --help` lists every flag"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    scaffold: Run, sides: list[str], code: int, message: str, hint: str
) -> None:
    assert said(scaffold("compare", *sides)) == (code, "", refusal(message, hint))


def test_a_folder_that_is_no_project_is_refused(scaffold: Run, desk: Path) -> None:
    (desk / "empty").mkdir()

    done = scaffold("compare", "auth=none", "empty")

    assert said(done) == (
        2,
        "",
        refusal(
            "empty/.copier-answers.yml cannot be read: No such file or directory",
            "name a project's folder, a preset or a YAML file",
        ),
    )
