"""`set`, `add` and `remove`: one run, told apart by how they read their words."""

from dataclasses import replace
from pathlib import Path

import pytest

from scaffold.choices.questions import Answer
from tests.cli.commands.conftest import ANSWERS, FIRST, Make
from tests.cli.commands.test_update import NEW_LOCK, OLD_LOCK, PYPROJECT, lock, said
from tests.cli.conftest import refusal

DONE = """
  committed  "{}" (0123456)

Try it with `make setup` and `make test`. Undo it with `git reset --keep HEAD~1`.
"""
ON_MYSQL = {**ANSWERS, "database": "mysql"}


def test_set_changes_answers_in_one_commit(make: Make) -> None:
    service = make()

    done = service.scaffold("set", "database=mysql", "deploy=kubernetes,compose")

    assert said(done) == (
        0,
        "",
        "svc: database sqlite → mysql; deploy compose → compose, kubernetes\n"
        "\n"
        "  2 updated   1 new   1 removed\n"
        "\n"
        "Not migrated, yours to do\n"
        "  The rows: dump them before, load them after.\n"
        "  The backups of the old database.\n"
        + DONE.format("Set database to mysql and deploy to compose, kubernetes"),
    )
    answers = {**ON_MYSQL, "deploy": ["compose", "kubernetes"]}
    assert service.files() == service.fresh("v1.0.0", answers)
    assert service.status() == ""


def test_add_and_remove_lead_back_to_the_same_files(make: Make) -> None:
    service = make(ON_MYSQL)
    before = service.files()

    added = service.scaffold("add", "kubernetes")
    removed = service.scaffold("remove", "kubernetes")

    assert said(added) == (
        0,
        "",
        "svc: deploy compose → compose, kubernetes\n\n  1 updated   1 new\n"
        + DONE.format("Add kubernetes"),
    )
    assert said(removed) == (
        0,
        "",
        "svc: deploy compose, kubernetes → compose\n"
        "\n"
        "  1 updated   1 removed\n"
        "\n"
        "Not migrated, yours to do\n"
        "  The objects in the cluster: delete them by hand.\n" + DONE.format("Remove kubernetes"),
    )
    assert service.files() == before


@pytest.mark.parametrize(
    ("words", "question", "answer"),
    [
        (["add", "jwt"], "auth", "jwt"),
        (["add", "auth=jwt"], "auth", "jwt"),
        (["remove", "compose"], "deploy", []),
        (["set", "deploy=none"], "deploy", []),
        (["set", "deploy=compose", "deploy=kubernetes"], "deploy", ["compose", "kubernetes"]),
        (["set", "deploy=kubernetes"], "deploy", ["kubernetes"]),
    ],
)
def test_a_choice_finds_its_question(
    make: Make, words: list[str], question: str, answer: Answer
) -> None:
    data = make(ON_MYSQL).scaffold(*words, "--json", "--dry-run").data

    before = ON_MYSQL[question]
    assert data["changed_answers"] == {question: {"from": before, "to": answer}}
    assert data["answers"] == {**ON_MYSQL, question: answer}


def test_a_single_choice_leaves_for_none(make: Make) -> None:
    service = make({**ANSWERS, "auth": "jwt"})

    done = service.scaffold("remove", "jwt", "--json")

    assert done.data["changed_answers"] == {"auth": {"from": "jwt", "to": "none"}}
    assert done.data["not_migrated"] == ["The accounts: their passwords do not move."]
    assert "tokens.txt" not in service.names()


@pytest.mark.parametrize(
    "words",
    [
        ["set", "database=sqlite"],
        ["set", "deploy=compose", "auth=none"],
        ["add", "compose"],
        ["add", "auth=none"],
        ["remove", "kubernetes"],
        ["remove", "jwt"],
        ["remove", "mysql"],
    ],
)
def test_what_is_so_already_leaves_nothing_to_do(make: Make, words: list[str]) -> None:
    service = make()
    before = service.standing()

    done = service.scaffold(*words)

    assert said(done) == (0, "", "nothing to do: svc is on 1.0.0 with these answers\n")
    assert service.standing() == before


CHOICES = "Choices: sqlite, postgresql, mysql, jwt, api-key, compose, kubernetes, github-actions"


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (
            "set mysql",
            "`mysql` is not `question=choice`",
            "write `database=mysql`",
        ),
        (
            "set none",
            "`none` is not `question=choice`",
            "write `auth=none` or `ci=none`",
        ),
        (
            "set oracle",
            "`oracle` is not `question=choice`",
            "name the question and its new answer, for example `database=mysql`",
        ),
        (
            "set databas=mysql",
            "`databas` is not a question",
            "did you mean `database`? questions: database, auth, deploy, ci",
        ),
        (
            "set database=mysqll",
            "`database=mysqll` is not a choice",
            "did you mean `mysql`? Choices: sqlite, postgresql, mysql",
        ),
        (
            "set database=",
            "`database=` is not a choice",
            "Choices: sqlite, postgresql, mysql",
        ),
        (
            "set deploy=none,compose",
            "`deploy=none` goes with no other value",
            "leave out `none`, or the rest",
        ),
        (
            "set database=mysql database=postgresql",
            "`database` is there twice",
            "give it one choice",
        ),
        (
            "add mysql",
            "`database` is `sqlite`, and takes one choice",
            "change it: `scaffold set database=mysql`",
        ),
        (
            "add kubernets",
            "`kubernets` is not a choice",
            f"did you mean `kubernetes`? {CHOICES}",
        ),
        (
            "remove heroku",
            "`heroku` is not a choice",
            CHOICES,
        ),
        (
            "add none",
            "`none` is a choice of 2 questions",
            "say which: `auth=none` or `ci=none`",
        ),
        (
            "add auth=oidc",
            "`auth=oidc` is not a choice",
            "Choices: none, jwt, api-key",
        ),
        (
            "add cache=redis",
            "`cache` is not a question",
            "questions: database, auth, deploy, ci",
        ),
        (
            "remove sqlite",
            "`database` needs a choice, and `sqlite` is the one it has",
            "change it: `scaffold set database=postgresql` or `scaffold set database=mysql`",
        ),
    ],
)
def test_a_word_that_cannot_be_is_named(make: Make, words: str, message: str, hint: str) -> None:
    service = make()
    before = service.standing()

    done = service.scaffold(*words.split())

    assert said(done) == (2, "", refusal(message, hint))
    assert service.standing() == before


def test_a_refusal_has_the_answers_that_would_do(make: Make) -> None:
    service = make()

    added = service.scaffold("add", "mysql", "--json").document
    removed = service.scaffold("remove", "sqlite", "--json").document

    assert added["error"]["fixes"] == [{"set": {"database": "mysql"}}]
    assert removed["error"]["fixes"] == [
        {"set": {"database": "postgresql"}},
        {"set": {"database": "mysql"}},
    ]


@pytest.mark.parametrize("words", [["add", "kubernetes"], ["set", "deploy=kubernetes"]])
def test_answers_that_cannot_go_together_are_refused(make: Make, words: list[str]) -> None:
    service = make()

    done = service.scaffold(*words)
    document = service.scaffold(*words, "--json").document

    assert said(done) == (
        3,
        "",
        refusal(
            "`kubernetes` cannot run on `sqlite`: replicas cannot share a file",
            "use `database=postgresql`, or use `database=mysql`, "
            "or leave `kubernetes` out of `deploy`",
        ),
    )
    assert document["error"]["fixes"] == [
        {"set": {"database": "postgresql"}},
        {"set": {"database": "mysql"}},
    ]


def test_edits_are_not_deleted_unless_allowed(make: Make) -> None:
    service = make()
    service.edit({"file.txt": "file\n" * 20 + "mine\n"})
    before = service.standing()
    words = ["set", "database=mysql"]

    refused = service.scaffold(*words)
    looked = service.scaffold(*words, "--dry-run", "--json")
    unchanged = service.standing()
    done = service.scaffold(*words, "--allow-delete", "file.txt")

    assert (refused.code, refused.out) == (13, "")
    assert refused.err == (
        "svc: database sqlite → mysql\n"
        "\n"
        "  2 updated   1 conflict\n"
        "  conflict  file.txt  you edited it, the template removed it\n"
        "\n"
        "Not migrated, yours to do\n"
        "  The rows: dump them before, load them after.\n"
        "  The backups of the old database.\n"
        "\n"
        + refusal(
            "your edits in file.txt would be lost; nothing was written",
            "save what you need of them elsewhere, "
            "then `scaffold set database=mysql --allow-delete file.txt`",
        )
    )
    assert (looked.error, [*looked.conflicts]) == ("would_lose_edits", ["file.txt"])
    assert unchanged == before
    assert (done.code, "file.txt" in service.names()) == (0, False)


@pytest.mark.parametrize(
    ("words", "path", "plan", "title"),
    [
        (
            "add jwt",
            "open.txt",
            "svc: auth none → jwt\n\n  2 updated   1 new   1 removed\n",
            "Add jwt",
        ),
        (
            "remove compose",
            "compose.yaml",
            "svc: deploy compose → none\n\n  1 updated   1 removed\n",
            "Remove compose",
        ),
    ],
)
def test_what_may_be_deleted_goes_with_the_choice_that_leaves(
    make: Make, words: str, path: str, plan: str, title: str
) -> None:
    first = FIRST.then({"{% if auth == 'none' %}open.txt{% endif %}": "open\n"})
    service = make(releases={"v1.0.0": first})
    service.edit({path: "mine\n"})

    done = service.scaffold(*words.split(), "--allow-delete", path)

    assert said(done) == (0, "", plan + DONE.format(title))
    assert path not in service.names()


def test_a_newer_release_is_left_to_update(make: Make) -> None:
    service = make()

    data = service.scaffold("add", "jwt", "--json").data

    assert (data["from"], data["to"], data["new_questions"]) == ("v1.0.0", "v1.0.0", {})
    assert "fresh.txt" not in service.names()


CHANGES = {
    "set auth=jwt": "svc: auth none → jwt\n\n  2 updated   1 new\n",
    "add jwt": "svc: auth none → jwt\n\n  2 updated   1 new\n",
    "remove compose": "svc: deploy compose → none\n\n  1 updated   1 removed\n",
}


@pytest.mark.parametrize(
    ("words", "title", "branch"),
    [
        ("set auth=jwt", "Set auth to jwt", "scaffold/set-auth-to-jwt"),
        ("add jwt", "Add jwt", "scaffold/add-jwt"),
        ("remove compose", "Remove compose", "scaffold/remove-compose"),
    ],
)
def test_a_branch_is_named_by_what_it_does(make: Make, words: str, title: str, branch: str) -> None:
    service = make()

    done = service.scaffold(*words.split(), "--branch")

    end = DONE.format(title).replace("  committed", f"  branch     {branch}\n  committed")
    assert said(done) == (0, "", CHANGES[words] + end)
    assert service.git("branch", "--show-current") == f"{branch}\n"
    assert service.git("log", "--format=%s", "main") == "Start\n"


@pytest.mark.parametrize("words", CHANGES)
def test_from_elsewhere_it_is_looked_at_as_the_patch_that_it_makes(
    make: Make, tmp_path: Path, words: str
) -> None:
    service = make()
    before = service.standing()
    elsewhere = replace(service, folder=tmp_path)
    there = ("--project", str(service.folder))

    looked = elsewhere.scaffold(*words.split(), "--dry-run", "--diff", *there)
    unchanged = service.standing()
    done = elsewhere.scaffold(*words.split(), *there)

    patch = service.git("diff-tree", "-r", "-p", "-M", "HEAD~1", "HEAD")
    end = f"\nNothing was changed. `scaffold {words}` does this.\n"
    assert said(looked) == (0, patch, CHANGES[words] + end)
    assert unchanged == before
    assert done.code == 0


@pytest.mark.parametrize("words", CHANGES)
def test_without_a_commit_it_is_staged(make: Make, words: str) -> None:
    service = make()

    done = service.scaffold(*words.split(), "--no-commit")

    end = """
  staged  not committed

`scaffold update --continue` commits it, `scaffold update --abort` takes it back.
"""
    assert said(done) == (0, "", CHANGES[words] + end)
    assert (service.commits(), service.status()[:3]) == (["Start"], "M  ")


@pytest.mark.parametrize("words", CHANGES)
def test_the_lock_file_follows_unless_it_is_to_stay(make: Make, words: str) -> None:
    pyproject = PYPROJECT + "# {{ auth }}, {{ deploy }}\n"
    service = make(releases={"v1.0.0": FIRST.then({"pyproject.toml.jinja": pyproject})})
    service.edit({"uv.lock": OLD_LOCK})

    stays = service.scaffold(*words.split(), "--no-lock", "--json").data
    kept = lock(service)
    service.git("reset", "--quiet", "--keep", "HEAD~1")
    follows = service.scaffold(*words.split(), "--json").data

    assert (stays["locked"], kept) == (None, OLD_LOCK)
    assert (follows["locked"], lock(service)) == ("0 packages", NEW_LOCK)
    assert service.status() == ""


def test_a_refusal_names_the_command_that_it_refuses(make: Make, tmp_path: Path) -> None:
    service = make()

    for name in ("set", "add", "remove"):
        document = service.scaffold(name, "x", "--project", str(tmp_path), "--json").document
        assert (document["command"], document["error"]["code"]) == (name, "usage")


def test_hand_made_answers_are_refused(make: Make) -> None:
    service = make()
    answers = service.text(".copier-answers.yml")
    service.edit({".copier-answers.yml": answers.replace("database: sqlite", "database: oracle")})

    done = service.scaffold("add", "jwt")

    hint = "Choices: sqlite, postgresql, mysql"
    assert said(done) == (2, "", refusal("`database=oracle` is not a choice", hint))


@pytest.mark.parametrize(
    "command", [("set", "database=mysql"), ("set", "database=mysql", "--dry-run")]
)
def test_a_policy_forbids_what_it_forbids_to_new_services(
    make: Make, tmp_path: Path, command: tuple[str, ...]
) -> None:
    service = make()
    rules = tmp_path / "policy.yml"
    rules.write_text("database: {allowed: [postgresql], reason: we run no other}\n")

    done = service.scaffold(*command, env={"SCAFFOLD_POLICY": str(rules)})

    assert said(done) == (
        3,
        "",
        refusal(
            "`database=mysql` is not allowed: we run no other",
            f"use `database=postgresql`: says {rules}",
        ),
    )
    assert service.status() == ""
    assert service.scaffold("set", "deploy=none", env={"SCAFFOLD_POLICY": str(rules)}).code == 0
