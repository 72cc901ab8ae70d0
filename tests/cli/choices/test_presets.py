"""`scaffold new --preset`, and a person's defaults.yml."""

import json
from pathlib import Path

import pytest

from scaffold.choices import answers, presets, questions
from scaffold.distribution import source
from tests.cli.conftest import BARE, DEFAULTS, Run, flags, refusal, said, tree
from tests.cli.terminal import CTRL_C, DOWN, ENTER
from tests.cli.wizards import BARE as WITHOUT
from tests.cli.wizards import EACH, REVIEW, Start, stored

NAMES = "minimal, standard, everything"
ENDING = "a file is named with its ending, or a `/`"


@pytest.fixture
def settings(home: Path) -> Path:
    """The folder of a person's own."""
    folder = home / ".config/scaffold"
    (folder / "presets").mkdir(parents=True)
    return folder


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_of_the_template_makes_a_service(name: str) -> None:
    asked = questions.read(source(), "myservice")

    chosen = answers.complete(asked, presets.answers(asked, name), defaults=True)

    assert chosen.keys() == DEFAULTS.keys()


def test_the_standard_preset_is_the_defaults() -> None:
    assert presets.known()["standard"].values == {}


def test_a_preset_needs_neither_terminal_nor_defaults(scaffold: Run, desk: Path) -> None:
    done = scaffold("new", "myservice", "--preset", "minimal", "--no-git", "--no-lock", "--json")

    minimal = {"database": "sqlite", "deploy": [], "ci": "none"}
    data = json.loads(done.stdout)["data"]
    assert (done.returncode, data["preset"]) == (0, "minimal")
    assert data["answers"] == stored(desk / "myservice") == DEFAULTS | minimal


def test_flags_win_over_a_file_and_a_file_over_a_preset_and_that_over_defaults(
    scaffold: Run, desk: Path, settings: Path
) -> None:
    order = ["flag", "file", "preset", "own"]
    (settings / "defaults.yml").write_text(
        "framework: litestar\ndatabase: mysql\nauth: jwt\nci: none\n"
    )
    (settings / "presets/team.yml").write_text("framework: flask\ndatabase: mysql\nauth: oidc\n")
    (desk / "answers.yml").write_text("framework: fastapi\ndatabase: sqlite\n")

    words = ("--preset", "team", "--data-file", "answers.yml", "--framework", "litestar")
    done = scaffold("new", "myservice", *words, *BARE, "--json")

    data = json.loads(done.stdout)["data"]
    chosen = [data["answers"][key] for key in ("framework", "database", "auth", "ci")]
    assert dict(zip(order, chosen, strict=True)) == {
        "flag": "litestar",
        "file": "sqlite",
        "preset": "oidc",
        "own": "none",
    }
    assert (data["preset"], data["defaults_file"]) == ("team", str(settings / "defaults.yml"))


def test_a_default_of_ones_own_that_cannot_be_gives_way(
    scaffold: Run, desk: Path, settings: Path
) -> None:
    (settings / "defaults.yml").write_text("deploy: [kubernetes]\n")

    done = scaffold("new", "myservice", "--database", "sqlite", *BARE)

    assert done.returncode == 0
    assert stored(desk / "myservice")["deploy"] == ["compose"]


@pytest.mark.parametrize("named", ["./team.yml", "team.yml"])
def test_a_preset_may_be_a_file(scaffold: Run, desk: Path, named: str) -> None:
    (desk / "team.yml").write_text("auth: jwt\n")

    done = scaffold("new", "myservice", "--preset", named, *BARE, "--json")

    assert json.loads(done.stdout)["data"]["preset"] == named
    assert stored(desk / "myservice") == DEFAULTS | {"auth": "jwt"}


def test_xdg_config_home_is_honoured(scaffold: Run, desk: Path, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere/scaffold"
    folder.mkdir(parents=True)
    (folder / "defaults.yml").write_text("auth: jwt\n")

    for value, auth in ((str(tmp_path / "elsewhere"), "jwt"), ("relative", "none")):
        scaffold("new", f"with-{auth}", *BARE, env={"XDG_CONFIG_HOME": value})
        assert stored(desk / f"with-{auth}")["auth"] == auth


@pytest.mark.parametrize("words", [["new", "myservice", *BARE], ["preset", "list"]])
def test_a_home_that_cannot_be_looked_into_has_nothing(scaffold: Run, words: list[str]) -> None:
    done = scaffold(*words, env={"XDG_CONFIG_HOME": "/" + "a" * 300})  # too long a name

    assert done.returncode == 0


@pytest.mark.parametrize(
    ("word", "message", "hint"),
    [
        (
            "minmal",
            "`minmal` is not a preset",
            f"did you mean `minimal`? Presets: {NAMES}; {ENDING}",
        ),
        ("zebra", "`zebra` is not a preset", f"Presets: {NAMES}; {ENDING}"),
        ("a.yml", "a.yml cannot be read: No such file or directory", "give a YAML file"),
        ("", "`` is not a preset", f"Presets: {NAMES}; {ENDING}"),
        ("My Team", "`My Team` is not a preset", f"Presets: {NAMES}; {ENDING}"),
    ],
)
def test_an_unknown_preset_is_refused(
    scaffold: Run, desk: Path, word: str, message: str, hint: str
) -> None:
    done = scaffold("new", "myservice", "--preset", word, *BARE)

    assert said(done) == (2, "", refusal(message, hint))
    assert list(desk.iterdir()) == []


WRONG = [
    ("auth: jwt\n\nframwork: x\n", 3, "`framwork` is not a question"),
    ("auth: jwt\nci: jenkins\n", 2, "`ci: jenkins` is not a choice"),
]


@pytest.mark.parametrize(("content", "line", "message"), WRONG)
@pytest.mark.parametrize("name", ["defaults.yml", "presets/team.yml"])
def test_what_is_wrong_in_a_file_is_named_with_its_line(  # noqa: PLR0913, PLR0917 a row of the table
    scaffold: Run, settings: Path, name: str, content: str, line: int, message: str
) -> None:
    (settings / name).write_text(content)

    done = scaffold("new", "myservice", *BARE, *(["--preset", "team"] if "team" in name else []))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {settings / name}:{line}: {message}\n\nhint: ")


def test_own_presets_are_offered_by_the_wizard_and_broken_ones_with_the_reason(
    wizard: Start, settings: Path
) -> None:
    (settings / "presets/team.yml").write_text("framework: flask\nauth: oidc\n")
    (settings / "presets/zebra.yml").write_text("auth: zebra\n")

    shown = wizard("myservice", columns=300).see("What is it to be")

    assert shown.splitlines()[5:8] == [
        "   team              yours: framework flask; auth oidc",
        f"   - zebra ({settings}/presets/zebra.yml:1: `auth: zebra` is not a choice)",
        "   Choose            answer one question after the other",
    ]


def test_own_defaults_are_selected_in_the_wizard_and_named_in_the_command(
    wizard: Start, settings: Path
) -> None:
    (settings / "defaults.yml").write_text("framework: litestar\nauth: jwt\n")
    terminal = wizard("myservice", columns=120)
    terminal.answer("What is it to be", *EACH)
    terminal.answer("in one sentence", ENTER)
    terminal.answer(" > Litestar", ENTER)
    terminal.answer("Which database", ENTER)
    terminal.answer(" > JWT", *[DOWN] * 2, ENTER)  # none, which is the template's default
    terminal.answer("Where will it run", ENTER)
    terminal.answer("makes releases", ENTER)

    shown = terminal.see(REVIEW)
    terminal.press(CTRL_C)
    assert "  scaffold new myservice --framework litestar --auth none --defaults\n" in shown


def test_every_way_to_give_the_same_answers_makes_the_same_bytes(
    wizard: Start, scaffold: Run, desk: Path, settings: Path
) -> None:
    chosen = DEFAULTS | {"framework": "litestar", "database": "sqlite", "deploy": ["compose"]}
    written = "framework: litestar\ndatabase: sqlite\n"
    (settings / "presets/team.yml").write_text(written)
    (desk / "answers.yml").write_text(f"{written}deploy: compose\nci: github-actions\n")

    terminal = wizard("wizard/myservice", *WITHOUT)
    terminal.answer("What is it to be", *[DOWN] * 2, ENTER)
    terminal.answer("Review", ENTER)
    assert terminal.leave() == 0
    for place, words in {
        "flags": flags(chosen),
        "file": ["--data-file", "answers.yml", "--defaults"],
        "preset": ["--preset", "team"],
        "json": ["--json", *flags(chosen)],
    }.items():
        done = scaffold("new", f"{place}/myservice", *words, *WITHOUT)
        assert done.returncode == 0

    made = tree(desk / "flags/myservice")
    assert stored(desk / "flags/myservice") == chosen
    for place in ("wizard", "file", "preset", "json"):
        assert tree(desk / place / "myservice") == made, place
