import json
from pathlib import Path

import pytest

from tests.cli.commands import toy
from tests.cli.conftest import Run, refusal, said

SCREEN = """\
project_name  What is it called (--project-name)
  default: from the name of the folder

database  Which database (--database)
  postgresql  a server (default)
  sqlite      a file

auth  Who may call it (--auth)
  none  everybody (default)
  keys  programs

deploy  Where will it run (several) (--deploy)
  compose  one machine
  cluster  many
           cannot run on a file
  default with database=postgresql: compose,cluster
  default with database=sqlite: compose
"""

CLUSTER = {
    "value": "cluster",
    "name": "Cluster",
    "gives": "many",
    "constraints": [{"beside": {"database": "sqlite"}, "reason": "cannot run on a file"}],
}
DEPLOY = {
    "key": "deploy",
    "flag": "--deploy",
    "help": "Where will it run (several)",
    "several": True,
    "default": None,
    "defaults": [
        {"beside": {"database": "postgresql"}, "default": ["compose", "cluster"]},
        {"beside": {"database": "sqlite"}, "default": ["compose"]},
    ],
    "rule": "",
    "locked": None,
    "choices": [
        {
            "value": "compose",
            "name": "Compose",
            "gives": "one machine",
            "constraints": [],
            "not_allowed": None,
        },
        CLUSTER | {"not_allowed": None},
    ],
}
RULES = """\
project_name: {locked: billing, reason: it is the only one}
auth: {allowed: [keys], reason: no service of ours is open}
"""
RULED = SCREEN.replace("  default: from", "  locked: billing\n  default: from").replace(
    "  keys  ", "        not allowed: no service of ours is open\n  keys  "
)

EXPLAINED = {
    "keys": """\
auth=keys  Keys: programs
Beside auth=none, all other answers alike:

  files         4 more, 3 changed, +5 lines: app/keys/ 2, ./ 1,
                migrations/versions/ 1
  settings      KEY_SECONDS
  dependencies  hashes
  commands      app keys
  tables        keys
""",
    "auth=none": """\
auth=none  None: everybody
Beside auth=keys, all other answers alike:

  files         4 fewer, 3 changed, -5 lines
  settings      without KEY_SECONDS
  dependencies  without hashes
  commands      without app keys
  tables        without keys
""",
    "sqlite": """\
database=sqlite  SQLite: a file
Beside database=postgresql, all other answers alike:

  files        1 more, 2 changed, +1 lines: ./ 1
  development  lite instead of server
  not with     deploy=cluster (cannot run on a file)
""",
    "postgresql": """\
database=postgresql  PostgreSQL: a server
Beside database=sqlite, all other answers alike:

  files        1 fewer, 2 changed, -1 lines
  development  server instead of lite
""",
    "deploy=cluster": """\
deploy=cluster  Cluster: many
Beside deploy=none, all other answers alike:

  files     1 more, 1 changed, +2 lines: deploy/ 1
  not with  database=sqlite (cannot run on a file)
""",
}

NOTHING: dict[str, list[str]] = {"added": [], "removed": []}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return toy.make(tmp_path)


def test_every_question_is_listed_with_what_its_choices_give(
    small: Path, desk: Path, environment: dict[str, str]
) -> None:
    assert said(toy.run(small, ["options"], desk, environment)) == (0, SCREEN, "")


def test_it_is_one_document(small: Path, desk: Path, environment: dict[str, str]) -> None:
    done = toy.run(small, ["options", "--json"], desk, environment)

    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert (document["command"], document["data"]["questions"][-1]) == ("options", DEPLOY)


def test_what_a_policy_forbids_is_told_with_its_reason(
    small: Path, desk: Path, environment: dict[str, str]
) -> None:
    (desk / "policy.yml").write_text(RULES)
    ruled = environment | {"SCAFFOLD_POLICY": "policy.yml"}

    listed = toy.run(small, ["options"], desk, ruled)
    document = json.loads(toy.run(small, ["options", "--json"], desk, ruled).stdout)

    assert said(listed) == (0, RULED, "")
    name, _, auth, _ = document["data"]["questions"]
    assert name["locked"] == "billing"
    assert [each["not_allowed"] for each in auth["choices"]] == [
        "not allowed: no service of ours is open",
        None,
    ]


def test_the_rule_of_a_text_is_told(scaffold: Run) -> None:
    done = scaffold("options")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("""\
project_name  What is the service called (--project-name)
  default: from the name of the folder
  use lower-case letters, digits and single hyphens, starting with a letter:
  my-service

description  What does it do, in one sentence (--description)
  default: A backend service.
""")


@pytest.mark.parametrize("choice", EXPLAINED)
def test_a_choice_is_explained_by_what_is_rendered_with_and_without_it(
    small: Path, desk: Path, environment: dict[str, str], choice: str
) -> None:
    done = toy.run(small, ["options", "explain", choice], desk, environment)

    assert said(done) == (0, EXPLAINED[choice], "")


def test_an_explanation_is_one_document(
    small: Path, desk: Path, environment: dict[str, str]
) -> None:
    done = toy.run(small, ["options", "explain", "sqlite", "--json"], desk, environment)

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "schema": "scaffold/1",
        "command": "options explain",
        "ok": True,
        "exit_code": 0,
        "data": {
            "question": "database",
            "choice": {"value": "sqlite", "name": "SQLite", "gives": "a file", "constraints": []},
            "compared_with": "postgresql",
            "lines": 1,
            "files": {
                "added": ["file.txt"],
                "removed": [],
                "changed": [".copier-answers.yml", "pyproject.toml"],
            },
            "settings": NOTHING,
            "dependencies": NOTHING,
            "development_dependencies": {"added": ["lite"], "removed": ["server"]},
            "commands": NOTHING,
            "tables": NOTHING,
            "excludes": [
                {
                    "choice": "deploy=cluster",
                    "beside": {"database": "sqlite"},
                    "reason": "cannot run on a file",
                }
            ],
        },
        "error": None,
    }


def test_what_the_template_itself_says_of_a_choice_is_measured_too(scaffold: Run) -> None:
    done = scaffold("options", "explain", "jwt", "--json")

    data = json.loads(done.stdout)["data"]
    assert "app/auth/tokens.py" in data["files"]["added"]
    assert data["settings"]["added"] == ["ACCESS_TOKEN_SECONDS", "REFRESH_TOKEN_SECONDS"]
    assert data["tables"]["added"] == ["accounts", "token_families"]
    assert data["commands"] == {"added": ["app accounts"], "removed": []}
    assert any(each.startswith("pyjwt") for each in data["dependencies"]["added"])


@pytest.mark.parametrize(
    ("choice", "message", "hint"),
    [
        (
            "jtw",
            "`jtw` is not a choice",
            (
                "did you mean `jwt`? Choices: fastapi, litestar, flask, postgresql, sqlite, mysql, "
                "api-key, jwt, oidc, compose, kubernetes, github-actions"
            ),
        ),
        (
            "none",
            "`none` is a choice of 2 questions",
            "say which: `auth=none` or `ci=none`",
        ),
        (
            "auth=keys",
            "`auth=keys` is not a choice",
            "Choices: none, api-key, jwt, oidc",
        ),
        (
            "auht=jwt",
            "`auht` is not a question",
            (
                "did you mean `auth`? questions: project_name, description, framework, database, "
                "auth, deploy, ci"
            ),
        ),
    ],
)
def test_a_choice_that_there_is_not_is_a_usage_error(
    scaffold: Run, choice: str, message: str, hint: str
) -> None:
    assert said(scaffold("options", "explain", choice)) == (2, "", refusal(message, hint))


def test_a_misspelled_command_of_it_is_a_usage_error(scaffold: Run) -> None:
    assert said(scaffold("options", "explian", "jwt")) == (
        2,
        "",
        refusal(
            "`explian` is not a command of `scaffold options`",
            "did you mean `explain`? `scaffold options --help` lists them",
        ),
    )
