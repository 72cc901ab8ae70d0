"""A team's policy.yml: what is allowed, what is locked, and why."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import BARE, DEFAULTS, Run, refusal, said
from tests.cli.terminal import DOWN, ENTER
from tests.cli.wizards import REVIEW, Start, stored

RULES = """\
auth: {allowed: [jwt, oidc], reason: no service of ours is open}
ci: {locked: none, reason: we have a Jenkins}
deploy: {allowed: [kubernetes], reason: we have a cluster}
"""
EXAMPLE = "write `auth: {allowed: [jwt, oidc], reason: no service of ours is open}`"


@pytest.fixture
def policy(home: Path) -> Path:
    path = home / ".config/scaffold/policy.yml"
    path.parent.mkdir(parents=True)
    path.write_text(RULES)
    return path


def test_what_is_allowed_passes_and_what_is_locked_is_taken(
    scaffold: Run, desk: Path, policy: Path
) -> None:
    done = scaffold("new", "myservice", "--auth", "jwt", "--deploy", "kubernetes", *BARE, "--json")

    data = json.loads(done.stdout)["data"]
    assert (data["policy_file"], data["locked"]) == (str(policy), ["ci"])
    chosen = {"auth": "jwt", "deploy": ["kubernetes"], "ci": "none"}
    assert data["answers"] == stored(desk / "myservice") == DEFAULTS | chosen


@pytest.mark.parametrize(
    ("words", "answer", "reason", "ways"),
    [
        (
            ["--auth", "none"],
            "--auth none",
            "no service of ours is open",
            "`--auth jwt`, or `--auth oidc`",
        ),
        (
            ["--auth", "jwt", "--deploy", "compose,kubernetes"],
            "--deploy compose,kubernetes",
            "we have a cluster",
            "`--deploy kubernetes`, or `--deploy none`",
        ),
        (
            ["--auth", "jwt", "--ci", "github-actions"],
            "--ci github-actions",
            "we have a Jenkins",
            "`--ci none`",
        ),
        ([], "--auth none", "no service of ours is open", "`--auth jwt`, or `--auth oidc`"),
        (
            ["--preset", "everything"],
            "--deploy compose,kubernetes",
            "we have a cluster",
            "`--deploy kubernetes`, or `--deploy none`",
        ),
    ],
)
def test_what_is_not_allowed_is_refused_with_the_reason(  # noqa: PLR0913, PLR0917 a row of the table
    scaffold: Run, desk: Path, policy: Path, words: list[str], answer: str, reason: str, ways: str
) -> None:
    done = scaffold("new", "myservice", *words, *BARE)

    message = f"`{answer}` is not allowed: {reason}"
    assert said(done) == (3, "", refusal(message, f"use {ways}: says {policy}"))
    assert list(desk.iterdir()) == []


def test_a_refusal_by_the_policy_has_its_own_code_and_its_ways_out(
    scaffold: Run, policy: Path
) -> None:
    done = scaffold("new", "myservice", *BARE, "--json")

    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["code"]) == (3, "policy")
    assert error["fixes"] == [{"set": {"auth": "jwt"}}, {"set": {"auth": "oidc"}}]


def test_an_own_default_gives_way_to_what_is_locked(
    scaffold: Run, desk: Path, policy: Path
) -> None:
    policy.with_name("defaults.yml").write_text("ci: github-actions\nauth: oidc\n")

    done = scaffold("new", "myservice", "--deploy", "none", *BARE)

    assert done.returncode == 0
    assert stored(desk / "myservice")["ci"] == "none"


def test_the_variable_names_the_policy(scaffold: Run, desk: Path, policy: Path) -> None:
    other = desk / "policy.yml"
    other.write_text("framework: {locked: flask, reason: we know it}\n")

    done = scaffold("new", "myservice", *BARE, "--json", env={"SCAFFOLD_POLICY": str(other)})

    data = json.loads(done.stdout)["data"]
    assert (data["policy_file"], data["answers"]["framework"]) == (str(other), "flask")


def test_a_policy_that_is_named_and_not_there_is_refused(scaffold: Run) -> None:
    done = scaffold("new", "myservice", *BARE, env={"SCAFFOLD_POLICY": "/nowhere.yml"})

    message = "/nowhere.yml cannot be read: No such file or directory"
    assert said(done) == (2, "", refusal(message, "give a YAML file"))


@pytest.mark.parametrize(
    ("rule", "message", "hint"),
    [
        ("- auth", " holds no `key: value`", EXAMPLE),
        (
            "auht: {locked: jwt, reason: x}",
            ":1: `auht` is not a question",
            "did you mean `auth`? questions: " + ", ".join(DEFAULTS),
        ),
        ("auth: jwt", ":1: `auth` is no rule", EXAMPLE),
        (
            "\nauth: {lock: jwt, reason: x}",
            ":2: `lock` is no part of a rule",
            "did you mean `locked`? a rule has allowed, locked, reason",
        ),
        (
            "auth: {locked: jwt}",
            ":1: `auth` has no reason",
            "say why, in a word or two: people are shown it",
        ),
        ("auth: {reason: x}", ":1: `auth` needs either `allowed` or `locked`", EXAMPLE),
        (
            "auth: {allowed: [jwt], locked: jwt, reason: x}",
            ":1: `auth` needs either `allowed` or `locked`",
            EXAMPLE,
        ),
        ("auth: {allowed: jwt, reason: x}", ":1: `allowed` is no list of choices", EXAMPLE),
        ("description: {allowed: [a], reason: x}", ":1: `allowed` is no list of choices", EXAMPLE),
        (
            "auth: {allowed: [jtw], reason: x}",
            ":1: `allowed: jtw` is not a choice",
            "did you mean `jwt`? Choices: none, api-key, jwt, oidc",
        ),
        (
            "auth: {locked: jtw, reason: x}",
            ":1: `locked: jtw` is not a choice",
            "did you mean `jwt`? Choices: none, api-key, jwt, oidc",
        ),
    ],
)
def test_what_is_wrong_in_a_policy_is_named_with_its_line(
    scaffold: Run, policy: Path, rule: str, message: str, hint: str
) -> None:
    policy.write_text(f"{rule}\n")

    done = scaffold("new", "myservice", *BARE)

    assert said(done) == (2, "", refusal(f"{policy}{message}", hint))


def test_the_wizard_shows_the_reason_and_asks_nothing_that_is_locked(
    wizard: Start, policy: Path
) -> None:
    terminal = wizard("myservice")
    assert terminal.see("What is it to be") == (
        "myservice · Start from                                                      1/7\n"
        "? What is it to be\n"
        "   - Minimal API (`--auth none` is not allowed: no service of ours is open)\n"
        "   - Standard service (`--auth none` is not allowed: no service of ours is open)\n"
        "   - Everything (`--deploy compose,kubernetes` is not allowed: we have a\n"
        "     cluster)\n"
        " > Choose            answer one question after the other\n"
        "\n"
        "↑↓ move · enter choose · ctrl-c leave"
    )
    terminal.press(ENTER)
    terminal.answer("in one sentence", ENTER)
    terminal.answer("Which framework", ENTER)
    terminal.answer("Which database", ENTER)
    assert terminal.see("Who may call it") == (
        "myservice · Auth                                                            5/7\n"
        "? Who may call it\n"
        "   - None (not allowed: no service of ours is open)\n"
        "   - API key (not allowed: no service of ours is open)\n"
        " > JWT      for people: accounts, passwords, refresh tokens, roles\n"
        "   OIDC     for people of a provider that you have: its tokens, its roles\n"
        "\n"
        "↑↓ move · enter choose · esc back · ctrl-c leave (answers are kept)"
    )
    terminal.press(ENTER)
    terminal.answer("● Kubernetes", ENTER)

    shown = terminal.see(REVIEW)
    assert "   - CI (None, locked: we have a Jenkins)\n" in shown
    assert "--auth jwt --deploy kubernetes --ci none --defaults" in shown


def test_a_policy_that_leaves_one_choice_of_a_preset_asks_for_it(
    wizard: Start, policy: Path
) -> None:
    policy.write_text("auth: {allowed: [jwt, oidc], reason: no service of ours is open}\n")
    terminal = wizard("myservice", "--preset", "minimal")
    shown = terminal.see("Who may call it")
    terminal.press(DOWN, ENTER)

    assert "! `none` is not allowed: no service of ours is open" in shown
    assert "Auth          OIDC" in terminal.see(REVIEW)


def test_a_locked_answer_that_cannot_be_is_refused(scaffold: Run, policy: Path) -> None:
    policy.write_text("deploy: {locked: [kubernetes], reason: we have a cluster}\n")

    done = scaffold("new", "myservice", "--database", "sqlite", *BARE)

    message = "`kubernetes` cannot run on `sqlite`: replicas cannot share a file"
    hint = (
        "use `--database postgresql`, or use `--database mysql`, "
        "or leave `kubernetes` out of `--deploy`"
    )
    assert said(done) == (3, "", refusal(message, hint))
