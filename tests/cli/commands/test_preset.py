"""`scaffold preset save`, `list` and `show`."""

import json
from pathlib import Path
from typing import Any

import pytest

from scaffold.choices.questions import Answers
from tests.cli.conftest import BARE, DEFAULTS, Run, flags, refusal, said
from tests.combinations import QUESTIONNAIRE

OWN = ".config/scaffold/presets"


def data(done: Any) -> Any:
    document = json.loads(done.stdout)
    assert (document["ok"], done.stderr) == (True, "")
    return document["data"]


def test_answers_are_saved_under_a_name_and_taken_from_there(
    scaffold: Run, home: Path, desk: Path
) -> None:
    saved = scaffold("preset", "save", "team", "--database", "mysql", "--deploy", "none")
    made = scaffold("new", "myservice", "--preset", "team", *BARE, "--json")

    path = home / OWN / "team.yml"
    told = f"team is kept in {path}: `scaffold new myservice --preset team`\n"
    assert said(saved) == (0, "", told)
    assert path.read_text() == "database: mysql\ndeploy: []\n"
    assert data(made)["answers"] == DEFAULTS | {"database": "mysql", "deploy": []}


def test_every_answer_is_a_flag(scaffold: Run, home: Path) -> None:
    done = scaffold("preset", "save", "team", *flags(DEFAULTS), "--json")

    assert data(done) == {
        "name": "team",
        "path": str(home / OWN / "team.yml"),
        "answers": DEFAULTS,
    }
    assert data(scaffold("preset", "show", "team", "--json"))["answers"] == DEFAULTS


def test_every_choice_is_taken_by_its_flag(scaffold: Run) -> None:
    for question in QUESTIONNAIRE.questions:
        for choice in question.values:
            given: Answers = {question.key: [choice] if question.several else choice}
            done = scaffold("preset", "save", "team", "--force", *flags(given), "--json")
            assert data(done)["answers"] == given


def test_what_a_project_chose_is_saved_without_its_name(
    scaffold: Run, home: Path, desk: Path
) -> None:
    scaffold("new", "billing", "--auth", "jwt", "--description", "Sends invoices.", *BARE)

    done = scaffold("preset", "save", "team", "--from", "billing", "--ci", "none", "--json")

    saved = data(done)
    assert saved["path"] == str(home / OWN / "team.yml")
    expected = {**DEFAULTS, "auth": "jwt", "ci": "none"}
    del expected["project_name"], expected["description"]
    assert saved["answers"] == expected


def test_the_template_s_presets_and_ones_own_are_listed(scaffold: Run, home: Path) -> None:
    scaffold("preset", "save", "team", "--database", "mysql", "--auth", "oidc")
    (home / OWN / "zebra.yml").write_text("auth: zebra\n")

    done = scaffold("preset", "list")

    listed = (
        "  minimal     SQLite, no deployment, no CI: the least to read\n"
        "  standard    the default of every question\n"
        "  everything  accounts and roles, Compose and Kubernetes, CI\n"
        "  team        yours: database mysql; auth oidc\n"
        f"  zebra       {home / OWN / 'zebra.yml'}:1: `auth: zebra` is not a choice\n"
    )
    assert said(done) == (0, listed, "")


def test_the_list_as_json_has_the_answers_and_what_is_wrong(scaffold: Run, home: Path) -> None:
    scaffold("preset", "save", "team", "--auth", "oidc")
    (home / OWN / "zebra.yml").write_text("auth: zebra\n")

    listed = data(scaffold("preset", "list", "--json"))["presets"]

    assert [each["name"] for each in listed] == [
        "minimal", "standard", "everything", "team", "zebra",
    ]  # fmt: skip
    assert listed[1:] == [
        {
            "name": "standard",
            "gives": "the default of every question",
            "path": None,
            "answers": {},
            "problem": None,
        },
        listed[2],
        {
            "name": "team",
            "gives": "",
            "path": str(home / OWN / "team.yml"),
            "answers": {"auth": "oidc"},
            "problem": None,
        },
        {
            "name": "zebra",
            "gives": "",
            "path": str(home / OWN / "zebra.yml"),
            "answers": {},
            "problem": f"{home / OWN / 'zebra.yml'}:1: `auth: zebra` is not a choice",
        },
    ]


def test_a_preset_is_shown_as_a_data_file(scaffold: Run, desk: Path) -> None:
    shown = scaffold("preset", "show", "minimal")
    (desk / "answers.yml").write_text(shown.stdout)
    made = scaffold("new", "myservice", "--data-file", "answers.yml", *BARE)

    assert said(shown) == (0, "database: sqlite\ndeploy: []\nci: none\n", "")
    assert made.returncode == 0


def test_a_preset_is_shown_as_json(scaffold: Run) -> None:
    assert data(scaffold("preset", "show", "minimal", "--json")) == {
        "name": "minimal",
        "gives": "SQLite, no deployment, no CI: the least to read",
        "path": None,
        "answers": {"database": "sqlite", "deploy": [], "ci": "none"},
    }


def test_a_name_that_is_taken_is_refused_unless_forced(scaffold: Run, home: Path) -> None:
    path = home / OWN / "team.yml"
    scaffold("preset", "save", "team", "--auth", "oidc")

    refused = scaffold("preset", "save", "team", "--auth", "jwt")
    kept = path.read_text()
    forced = scaffold("preset", "save", "team", "--auth", "jwt", "--force")

    message = f"`team` is a preset already ({path})"
    assert said(refused) == (2, "", refusal(message, "`--force` takes its place"))
    assert (kept, forced.returncode, path.read_text()) == ("auth: oidc\n", 0, "auth: jwt\n")


def test_ones_own_takes_the_place_of_one_of_the_template(scaffold: Run, home: Path) -> None:
    refused = scaffold("preset", "save", "standard", "--auth", "jwt")
    scaffold("preset", "save", "standard", "--auth", "jwt", "--force")

    message = "`standard` is a preset already (the template has it)"
    assert said(refused) == (2, "", refusal(message, "`--force` takes its place"))
    assert scaffold("preset", "show", "standard").stdout == "auth: jwt\n"


NO_KUBERNETES = refusal(
    "`kubernetes` cannot run on `sqlite`: replicas cannot share a file",
    "use `--database postgresql`, or use `--database mysql`, "
    "or leave `kubernetes` out of `--deploy`",
)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (
            ["save", "My Team", "--auth", "jwt"],
            2,
            refusal(
                "`My Team` is no name for a preset",
                "use lower-case letters, digits and single hyphens: my-team",
            ),
        ),
        (
            ["save", "team"],
            2,
            refusal("a preset needs answers", "give them as flags, or take them `--from PROJECT`"),
        ),
        (
            ["save", "team", "--auth", "jtw"],
            2,
            refusal(
                "`--auth jtw` is not a choice",
                "did you mean `jwt`? Choices: none, api-key, jwt, oidc",
            ),
        ),
        (
            ["save", "team", "--database", "sqlite", "--deploy", "kubernetes"],
            3,
            NO_KUBERNETES,
        ),
        (
            ["save", "team", "--from", "nowhere"],
            2,
            refusal(
                "nowhere/.copier-answers.yml cannot be read: No such file or directory",
                "name the folder of a project",
            ),
        ),
        (
            ["show", "minmal"],
            2,
            refusal(
                "`minmal` is not a preset",
                "did you mean `minimal`? Presets: minimal, standard, everything; "
                "a file is named with its ending, or a `/`",
            ),
        ),
        (
            ["show", "a.yml"],
            2,
            refusal("a.yml cannot be read: No such file or directory", "give a YAML file"),
        ),
    ],
)
def test_what_cannot_be_is_refused(
    scaffold: Run, home: Path, words: list[str], code: int, told: str
) -> None:
    assert said(scaffold("preset", *words)) == (code, "", told)
    assert not (home / ".config").exists()
