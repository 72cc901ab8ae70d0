"""The questions on a terminal: forward, back, review, change. Screens are compared whole."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import DEFAULTS, ON_SOURCE, RICH, Run, flags, refusal, tree
from tests.cli.terminal import CLEAR, CTRL_C, CTRL_D, DOWN, ENTER, ESCAPE, SPACE, UP
from tests.cli.wizards import BARE, EACH, REVIEW, Start, change, go_to, stored


def test_the_first_screen_offers_presets_or_each_answer(wizard: Start) -> None:
    terminal = wizard("myservice")

    assert terminal.see("ctrl-c") == (
        "myservice · Start from                                                      1/8\n"
        "? What is it to be\n"
        "   Minimal API       SQLite, no deployment, no CI: the least to read\n"
        " > Standard service  the default of every question\n"
        "   Everything        accounts and roles, Compose and Kubernetes, CI\n"
        "   Choose            answer one question after the other\n"
        "\n"
        "↑↓ move · enter choose · ctrl-c leave"
    )


def test_a_question_shows_its_place_its_choices_and_the_keys(wizard: Start) -> None:
    terminal = wizard("myservice")
    go_to(terminal, "framework")

    assert terminal.shown == (
        "myservice · Framework                                                       3/8\n"
        "? Which framework\n"
        " > FastAPI   async, types, the largest ecosystem\n"
        "   Litestar  async, types, controllers, layers\n"
        "   Flask     sync views, blueprints, the best known\n"
        "\n"
        "↑↓ move · enter choose · esc back · ctrl-c leave (answers are kept)"
    )


def test_the_review_has_every_answer_and_the_command_that_gives_them(wizard: Start) -> None:
    terminal = wizard("myservice")
    go_to(terminal)

    assert re.sub(r"\d[\d,]{2,} ", "N ", terminal.shown) == (
        "myservice · Review                                                          8/8\n"
        "? Make it, or change an answer\n"
        " > Make it\n"
        "   Project name  myservice\n"
        "   Description   A backend service.\n"
        "   Framework     FastAPI\n"
        "   Database      PostgreSQL\n"
        "   Auth          None\n"
        "   Deploy        Compose, Kubernetes\n"
        "   CI            GitHub Actions\n"
        "   Leave         and keep the answers\n"
        "\n"
        "  N files, about N lines, of which N tests\n"
        "  scaffold new myservice --defaults\n"
        "\n"
        "↑↓ move · enter choose · esc back · ctrl-c leave (answers are kept)"
    )


def test_no_way_has_more_than_eight_screens(wizard: Start) -> None:
    terminal = wizard("myservice")
    go_to(terminal)

    assert "8/8" in terminal.shown


def test_the_wizard_makes_what_the_equivalent_command_makes(
    wizard: Start, scaffold: Run, desk: Path
) -> None:
    terminal = wizard("myservice", *BARE)
    terminal.answer("What is it to be", *EACH)
    terminal.answer("in one sentence", CLEAR, "Sends invoices.", ENTER)
    terminal.answer("Which framework", DOWN, ENTER)
    terminal.answer("Which database", DOWN, ENTER)
    terminal.answer("Who may call it", UP, ENTER)
    terminal.answer("● Compose", SPACE, ENTER)
    terminal.answer("makes releases", ENTER)
    terminal.answer(REVIEW, ENTER)
    code = terminal.leave()

    chosen = {"description": "Sends invoices.", "framework": "litestar", "database": "sqlite"}
    again = scaffold(
        "new", "again", *flags(DEFAULTS | chosen | {"auth": "oidc", "deploy": []}), *BARE
    )
    assert (code, again.returncode) == (0, 0)
    assert tree(desk / "myservice") == tree(desk / "again")
    # What was decided stays on the terminal.
    assert terminal.shown.startswith(
        "myservice\n"
        "  Project name  myservice\n"
        "  Description   Sends invoices.\n"
        "  Framework     Litestar\n"
        "  Database      SQLite\n"
        "  Auth          OIDC\n"
        "  Deploy        None\n"
        "  CI            GitHub Actions\n"
        "\n"
        "  scaffold new myservice --no-git --no-lock --description 'Sends invoices.' --fr\n"
        "amework litestar --database sqlite --auth oidc --deploy none --defaults\n"
    )


def test_a_preset_goes_to_the_review_at_once(wizard: Start, desk: Path) -> None:
    terminal = wizard("myservice", *BARE)
    terminal.answer("What is it to be", UP, ENTER)
    terminal.see("  scaffold new myservice --no-git --no-lock --database sqlite --deploy none --ci")
    terminal.press(ENTER)

    assert terminal.leave() == 0
    minimal = {"database": "sqlite", "deploy": [], "ci": "none"}
    assert stored(desk / "myservice") == DEFAULTS | minimal


def test_esc_in_the_review_of_a_preset_goes_back_to_the_presets(wizard: Start) -> None:
    terminal = wizard("myservice")
    terminal.answer("What is it to be", UP, ENTER)
    terminal.answer("SQLite", ESCAPE)
    terminal.answer("What is it to be", DOWN, ENTER)

    assert "Auth          JWT" in terminal.see(REVIEW)


def test_esc_goes_back_with_the_earlier_answer_selected(wizard: Start) -> None:
    terminal = wizard("myservice")
    terminal.answer("What is it to be", *EACH)
    terminal.answer("in one sentence", CLEAR, "Sends invoices.", ENTER)
    terminal.answer("Which framework", DOWN, ENTER)
    terminal.answer("Which database", ESCAPE)
    assert " > Litestar" in terminal.see("Which framework")
    terminal.press(ESCAPE)
    assert "in one sentence Sends invoices." in terminal.see("in one sentence")
    terminal.press(ESCAPE)  # out of a text
    terminal.answer("What is it to be", *EACH)
    terminal.answer("in one sentence Sends invoices.", ENTER)

    assert " > Litestar" in terminal.see("Which framework")


def test_arrow_keys_are_not_taken_for_esc(wizard: Start) -> None:
    terminal = wizard("myservice")
    go_to(terminal, "framework")
    terminal.press(DOWN, DOWN, UP)

    assert " > Litestar" in terminal.see("Which framework")


def test_after_the_way_back_what_depends_on_an_answer_is_asked_again(wizard: Start) -> None:
    terminal = wizard("myservice")
    go_to(terminal, "ci")
    terminal.press(ESCAPE)
    terminal.answer("● Kubernetes", ESCAPE)
    terminal.answer("Who may call it", ESCAPE)
    terminal.answer("Which database", DOWN, ENTER)
    terminal.answer("Who may call it", ENTER)

    assert terminal.see("Where will it run") == (
        "myservice · Deploy                                                          6/8\n"
        "? Where will it run (several)\n"
        " > ● Compose     one machine: image, database and service by one command\n"
        "   - Kubernetes (cannot run on `sqlite`: replicas cannot share a file)\n"
        "\n"
        "↑↓ move · space pick · enter go on · esc back · ctrl-c leave (answers are kept)"
    )


def test_an_impossible_choice_cannot_be_chosen(wizard: Start, desk: Path) -> None:
    given = {key: DEFAULTS[key] for key in ("project_name", "description", "framework", "auth")}

    terminal = wizard("myservice", *flags(given), *BARE)
    terminal.answer("Which database", DOWN, ENTER)
    terminal.see("- Kubernetes (cannot run")
    terminal.press(DOWN, SPACE, ENTER)  # stays: there is nowhere else to go
    terminal.answer("makes releases", ENTER)
    terminal.answer("Deploy        None", ENTER)

    assert terminal.leave() == 0
    assert stored(desk / "myservice")["deploy"] == []


def test_only_what_is_missing_is_asked(wizard: Start, desk: Path) -> None:
    given = {key: value for key, value in DEFAULTS.items() if key not in ("database", "ci")}

    terminal = wizard("myservice", *flags(given | {"description": "b"}), *BARE)
    assert "1/3" in terminal.see("Which database")
    terminal.press(ENTER)
    assert "2/3" in terminal.see("makes releases")
    terminal.press(ENTER)
    terminal.answer(REVIEW, ENTER)

    assert terminal.leave() == 0
    assert stored(desk / "myservice") == DEFAULTS | {"description": "b"}


def test_a_given_answer_that_another_makes_impossible_is_asked_with_the_reason(
    wizard: Start,
) -> None:
    terminal = wizard("myservice", "--deploy", "kubernetes")
    terminal.answer("in one sentence", ENTER)
    terminal.answer("Which framework", ENTER)
    terminal.answer("Which database", DOWN, ENTER)
    terminal.answer("Who may call it", ENTER)

    assert terminal.see("Where will it run").splitlines()[1:3] == [
        "! `kubernetes` cannot run on `sqlite`: replicas cannot share a file",
        "? Where will it run (several)",
    ]


def test_one_answer_is_changed_in_the_review(wizard: Start, desk: Path) -> None:
    terminal = wizard("myservice", *BARE)
    go_to(terminal)
    change(terminal, "description")
    terminal.press(CLEAR, "Changed.", ENTER)
    terminal.answer("Description   Changed.", ENTER)

    assert terminal.leave() == 0
    assert stored(desk / "myservice") == DEFAULTS | {"description": "Changed."}


def test_the_name_is_changed_in_the_review(wizard: Start, desk: Path) -> None:
    terminal = wizard("myservice", *BARE)
    go_to(terminal)
    change(terminal, "project_name")
    terminal.press(CLEAR, "billing", ENTER)
    terminal.answer("Project name  billing", ENTER)

    assert terminal.leave() == 0
    assert stored(desk / "myservice") == DEFAULTS | {"project_name": "billing"}


def test_a_change_that_makes_another_answer_impossible_asks_that_one_and_says_why(
    wizard: Start,
) -> None:
    terminal = wizard("myservice")
    go_to(terminal)
    change(terminal, "database")
    terminal.press(DOWN, ENTER)
    assert terminal.see("Where will it run") == (
        "myservice · Deploy\n"
        "! `kubernetes` cannot run on `sqlite`: replicas cannot share a file\n"
        "? Where will it run (several)\n"
        " > ● Compose     one machine: image, database and service by one command\n"
        "   - Kubernetes (cannot run on `sqlite`: replicas cannot share a file)\n"
        "\n"
        "↑↓ move · space pick · enter go on · esc back · ctrl-c leave (answers are kept)"
    )
    terminal.press(ENTER)

    shown = terminal.see(REVIEW)
    assert "Database      SQLite\n" in shown
    assert "Deploy        Compose\n" in shown


def test_esc_takes_a_change_back_step_by_step(wizard: Start) -> None:
    terminal = wizard("myservice")
    go_to(terminal)
    change(terminal, "database")
    terminal.press(DOWN, ENTER)
    terminal.answer("Where will it run", ESCAPE)
    terminal.answer(" > SQLite", DOWN, ENTER)  # Kubernetes can run on MySQL: it is not asked
    assert "Database      MySQL\n" in terminal.see(REVIEW, "Compose, Kubernetes")
    change(terminal, "database")
    terminal.press(ESCAPE)

    assert "Database      MySQL\n" in terminal.see(REVIEW, "Compose, Kubernetes")


def test_several_are_checked_and_judged_together(wizard: Start, rich: Path, desk: Path) -> None:
    terminal = wizard("x", *BARE, program=[*ON_SOURCE, str(rich)])
    terminal.answer("Which database", ENTER)
    terminal.see("- Kubernetes (cannot run on `sqlite`: replicas cannot share a file)")
    terminal.answer("Bare", DOWN, SPACE, ENTER)
    terminal.answer("! bare goes with nothing", DOWN, SPACE, ENTER)
    terminal.answer("What does it say", ENTER)
    terminal.answer("Deploy    Compose\n", ENTER)

    assert terminal.leave() == 0
    assert "banner: x on sqlite in 1\n" in (desk / "x/.copier-answers.yml").read_text()


MANY = """\
_envops: {block_start_string: "#{%"}
_subdirectory: template
color:
  type: str
  help: Which color
  default: red
  choices:
    Red: red
    "Ultramarine":
      value: ultramarine
      validator: sold out
    Orange: orange
    Yellow: yellow
    Green: green
    Blue: blue
    Violet: violet
    Ultraviolet: ultraviolet
"""


def test_a_question_without_a_possible_choice_ends_it_with_each_reason(
    wizard: Start, rich: Path, home: Path
) -> None:
    one = RICH.replace("  multiselect: true\n", "").replace("[compose]", "compose")
    (rich / "copier.yml").write_text(one.rpartition("  validator:")[0])
    policy = home / ".config/scaffold/policy.yml"
    policy.parent.mkdir(parents=True)
    policy.write_text("deploy: {allowed: [kubernetes], reason: we have a cluster}\n")

    words = ("x", "--name", "x", "--database", "sqlite", *BARE)
    terminal = wizard(*words, program=[*ON_SOURCE, str(rich)], columns=300)

    assert terminal.leave() == 3
    assert (
        terminal.shown
        == refusal(
            "no choice of `deploy` is possible: `compose` not allowed: we have a cluster; "
            "`kubernetes` cannot run on `sqlite`: replicas cannot share a file; "
            "`bare` not allowed: we have a cluster",
            "give other answers before it, or ask those who wrote the policy",
        ).rstrip()
    )


def test_a_long_list_is_narrowed_by_typing(wizard: Start, rich: Path, desk: Path) -> None:
    (rich / "copier.yml").write_text(MANY)

    terminal = wizard("x", *BARE, program=[*ON_SOURCE, str(rich)])
    terminal.see("type to filter")
    terminal.press("v", "i", "o")
    assert "Red" not in terminal.see("/ vio...")
    terminal.press(DOWN, ENTER)
    terminal.answer("Color    Ultraviolet", ENTER)

    assert terminal.leave() == 0
    assert stored(desk / "x") == {"color": "ultraviolet"}


def test_typing_the_name_of_an_impossible_choice_does_not_choose_it(
    wizard: Start, rich: Path
) -> None:
    (rich / "copier.yml").write_text(MANY)

    terminal = wizard("x", program=[*ON_SOURCE, str(rich)])
    terminal.see("type to filter")
    terminal.press(*"marine", DOWN, ENTER)

    assert "! `ultramarine` sold out" in terminal.see("Which color", "Violet")


def test_a_refused_value_is_told_and_kept_to_be_mended(wizard: Start, desk: Path) -> None:
    terminal = wizard("2024", *BARE)
    terminal.answer("What is it to be", *EACH)
    terminal.answer("called", "Not Valid", ENTER)
    assert terminal.see("! use lower-case letters") == (
        "2024 · Project name                                                         2/8\n"
        "! use lower-case letters, digits and single hyphens, starting with a letter:\n"
        "  my-service\n"
        "? What is the service called Not Valid\n"
        "\n"
        "enter go on · esc back · ctrl-c leave (answers are kept)"
    )
    terminal.press(CLEAR, "valid", ENTER)
    terminal.answer("Which framework", ESCAPE)

    assert "What is the service called valid" in terminal.see("called")


def test_where_the_name_is_asked_the_description_waits_for_the_review(
    wizard: Start, desk: Path
) -> None:
    terminal = wizard("2024", *BARE)
    terminal.answer("What is it to be", *EACH)
    terminal.answer("called", "valid", ENTER)
    assert "3/8" in terminal.see("Which framework")
    for question in ("Which framework", "Which database", "Who may", "Where will", "releases"):
        terminal.answer(question, ENTER)
    assert "8/8" in terminal.see(REVIEW, "Description   A backend service.")
    terminal.press(ESCAPE)
    assert "7/8" in terminal.see("makes releases")
    terminal.press(ENTER)
    change(terminal, "description")
    terminal.press(CLEAR, "Changed.", ENTER)
    terminal.answer("Description   Changed.", ENTER)

    assert terminal.leave() == 0
    changed = {"project_name": "valid", "description": "Changed."}
    assert stored(desk / "2024") == DEFAULTS | changed


def test_a_folder_that_gives_no_name_has_it_asked_with_a_preset_too(
    wizard: Start, desk: Path
) -> None:
    terminal = wizard("2024", *BARE)
    terminal.answer("What is it to be", ENTER)
    terminal.answer("called", CLEAR, "valid", ENTER)
    terminal.answer(REVIEW, ENTER)

    assert terminal.leave() == 0
    assert stored(desk / "2024") == DEFAULTS | {"project_name": "valid"}


@pytest.mark.parametrize("leave", [[UP, ENTER], [CTRL_C]])
def test_leaving_the_review_writes_nothing(wizard: Start, desk: Path, leave: list[str]) -> None:
    terminal = wizard("myservice", *BARE, columns=100)
    go_to(terminal)
    terminal.press(*leave)

    assert terminal.leave() == 130
    hint = "the answers are kept: go on with `scaffold new myservice --no-git --no-lock --resume`"
    assert terminal.shown == refusal("cancelled; nothing was written", hint).rstrip()
    assert list(desk.iterdir()) == []


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_ctrl_c_and_ctrl_d_leave_a_text(wizard: Start, desk: Path, key: str) -> None:
    terminal = wizard("myservice")
    go_to(terminal, "description")
    terminal.press(CLEAR, key)

    assert terminal.leave() == 130
    hint = "run the command again to start over"
    assert terminal.shown == refusal("cancelled; nothing was written", hint).rstrip()
    assert list(desk.iterdir()) == []


def test_leaving_before_any_answer_keeps_nothing(wizard: Start, home: Path) -> None:
    terminal = wizard("myservice")
    terminal.answer("What is it to be", CTRL_C)

    assert terminal.leave() == 130
    hint = "run the command again to start over"
    assert terminal.shown == refusal("cancelled; nothing was written", hint).rstrip()
    assert not (home / ".local/state").exists()


def test_prompts_go_to_the_terminal_and_data_to_stdout(wizard: Start, desk: Path) -> None:
    terminal = wizard("myservice", *BARE, redirect="> out")
    terminal.answer("What is it to be", ENTER)
    terminal.answer(REVIEW, ENTER)

    assert terminal.leave() == 0
    assert (desk / "out").read_text() == ""


def test_defaults_ask_nothing_on_a_terminal(wizard: Start) -> None:
    terminal = wizard("myservice", "--defaults", *BARE)

    assert terminal.leave() == 0
    assert terminal.shown.startswith("  rendered ")


def test_json_asks_nothing_on_a_terminal(wizard: Start) -> None:
    terminal = wizard("myservice", "--json")

    assert terminal.leave() == 4
    assert terminal.shown.startswith('{"schema": "scaffold/1"')


@pytest.mark.parametrize("redirect", ["< /dev/null", "2> errors"])
def test_half_a_terminal_is_none(wizard: Start, redirect: str) -> None:
    assert wizard("myservice", redirect=redirect).leave() == 4
