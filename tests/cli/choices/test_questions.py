"""Questions are read without Copier, so here Copier itself is the judge of each answer."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import Settings, run_copy

from scaffold import distribution
from scaffold.choices import answers, questions
from scaffold.choices.questions import Answers
from scaffold.errors import Incompatible, Refusal, Usage
from tests.cli.conftest import BANNER, ON_SOURCE, RICH, execute, source


def by_copier(source: Path, target: Path, given: dict[str, Any]) -> Answers | None:
    """The answers that Copier stores, or nothing if it refuses what is given."""
    try:
        run_copy(str(source), target, given, defaults=True, quiet=True, settings=Settings())
    except ValueError:
        return None
    stored = yaml.safe_load((target / ".copier-answers.yml").read_text())
    return {key: value for key, value in stored.items() if not key.startswith("_")}


def by_us(source: Path, folder: str, given: dict[str, Any]) -> Answers | None:
    questionnaire = questions.read(source, folder)
    try:
        return answers.complete(questionnaire, given, defaults=True)
    except Refusal:
        return None


@pytest.mark.parametrize("folder", ["myservice", "My_Service", "a.b c", "-x-", "2024", "é", "__"])
def test_copier_finds_the_same_defaults(tmp_path: Path, folder: str) -> None:
    ours = source(tmp_path, (distribution.source() / "copier.yml").read_text())

    assert by_us(ours, folder, {}) == by_copier(ours, tmp_path / folder, {})


@pytest.mark.parametrize(
    "given",
    [
        {"project_name": "a"},
        {"project_name": "a" * 50},
        {"project_name": "a" * 51},
        {"project_name": "A"},
        {"project_name": "a--b"},
        {"project_name": "a-1"},
        {"project_name": "1-a"},
        {"project_name": "a\n"},
        {"project_name": ""},
        {"description": "x" * 200},
        {"description": "x" * 201},
        {"description": ""},
        {"description": "two\nlines"},
        {"description": "tab\there"},
        {"description": "it's: fine, isn't it? [yes] # & %"},
        {"description": 'a "quote"'},
        {"description": "{{ project_name }}"},
        {"description": "#{% raw %}"},
        {"description": "a\\b"},
        {"description": "<b>"},
        {"description": "Überall, 日本"},
        {"database": "sqlite"},
        {"database": "sqlite", "deploy": []},
        {"database": "sqlite", "deploy": ["kubernetes"]},
        {"database": "sqlite", "deploy": ["compose", "kubernetes"]},
        {"database": "postgresql", "deploy": ["kubernetes"]},
        {"auth": "jwt", "deploy": [], "ci": "none"},
    ],
)
def test_copier_accepts_and_refuses_the_same_values(tmp_path: Path, given: dict[str, Any]) -> None:
    ours = source(tmp_path, (distribution.source() / "copier.yml").read_text())

    assert by_us(ours, "myservice", given) == by_copier(ours, tmp_path / "myservice", given)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"name": "x", "database": "postgresql"},
        {"name": "X"},
        {"deploy": []},
        {"deploy": ["compose", "bare"]},
        {"deploy": ["bare"]},
        {"deploy": ["kubernetes"]},
        {"deploy": ["kubernetes"], "database": "postgresql"},
        {"deploy": ["compose", "kubernetes"], "database": "postgresql", "banner": "Hello"},
    ],
)
def test_copier_judges_combinations_alike(
    tmp_path: Path, rich: Path, given: dict[str, Any]
) -> None:
    assert by_us(rich, "my_service", given) == by_copier(rich, tmp_path / "my_service", given)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["compose"], ["compose"]),
        (["compose,bare"], ["compose", "bare"]),
        (["bare", "compose"], ["compose", "bare"]),
        (["bare, compose", "bare"], ["compose", "bare"]),
        (["none"], []),
    ],
)
def test_a_flag_for_several_takes_commas_repetition_and_none(
    rich: Path, written: list[str], meant: list[str]
) -> None:
    flags = {"name": None, "database": None, "deploy": written, "banner": None}

    assert answers.from_flags(questions.read(rich), flags) == {"deploy": meant}


@pytest.mark.parametrize("written", ["[compose, bare]", "compose,bare", "[bare, compose]"])
def test_a_data_file_takes_several_as_a_list_or_with_commas(
    tmp_path: Path, rich: Path, written: str
) -> None:
    (tmp_path / "answers.yml").write_text(f"deploy: {written}\n")

    given = answers.from_file(questions.read(rich), tmp_path / "answers.yml")

    assert given == {"deploy": ["compose", "bare"]}


@pytest.mark.parametrize("written", [["compos"], ["compose,compos"], ["compose", "compos"]])
def test_one_unknown_value_among_several_is_named(rich: Path, written: list[str]) -> None:
    with pytest.raises(Usage) as refused:
        answers.from_flags(questions.read(rich), {"deploy": written} | dict.fromkeys(OTHERS))

    assert refused.value.message == "`--deploy compos` is not a choice"
    assert refused.value.hint == "did you mean `compose`? Choices: compose, kubernetes, bare, none"


OTHERS = ("name", "database", "banner")


def test_none_goes_with_no_other_value(rich: Path) -> None:
    with pytest.raises(Usage) as refused:
        answers.from_flags(questions.read(rich), {"deploy": ["bare,none"]} | dict.fromkeys(OTHERS))

    assert refused.value.message == "`--deploy none` goes with no other value"
    assert refused.value.hint == "leave out `none`, or the rest"


@pytest.mark.parametrize(
    "flags", [["--deploy=compose,bare"], ["--deploy=bare", "--deploy=compose"]]
)
def test_a_new_question_is_a_flag_at_once(
    rich: Path, desk: Path, environment: dict[str, str], flags: list[str]
) -> None:
    words = ["new", "x", "--database", "sqlite", *flags, "--defaults", "--no-git", "--no-lock"]
    refused = execute([*ON_SOURCE, str(rich), *words], desk, environment)
    (rich / "copier.yml").write_text(RICH.rpartition("  validator:")[0] + BANNER)
    done = execute([*ON_SOURCE, str(rich), *words], desk, environment)

    assert (refused.returncode, done.returncode) == (2, 0)
    assert refused.stderr.endswith("\n\nhint: bare goes with nothing\n")
    stored = yaml.safe_load((desk / "x/.copier-answers.yml").read_text())
    assert stored["deploy"] == ["compose", "bare"]


def test_a_choice_that_another_answer_excludes_is_incompatible(rich: Path) -> None:
    with pytest.raises(Incompatible) as refused:
        answers.complete(questions.read(rich, "x"), {"deploy": ["kubernetes"]}, defaults=True)

    assert (
        refused.value.message == "`kubernetes` cannot run on `sqlite`: replicas cannot share a file"
    )
    assert (
        refused.value.hint == "use `--database postgresql`, or leave `kubernetes` out of `--deploy`"
    )
    assert refused.value.fixes == [{"set": {"database": "postgresql"}}]


def test_a_default_is_made_from_the_answers_that_it_names() -> None:
    asked = questions.read(distribution.source())

    sources = {question.key: asked.sources(question) for question in asked.questions}

    assert {key: found for key, found in sources.items() if found} == {
        "deploy": [asked["database"]]
    }
    assert asked.default(asked["deploy"], {"database": "postgresql"}) == ["compose", "kubernetes"]
    assert asked.default(asked["deploy"], {"database": "sqlite"}) == ["compose"]


def test_a_label_parts_the_name_from_what_it_gives(rich: Path) -> None:
    compose, kubernetes, _ = questions.read(rich)["deploy"].choices

    assert (compose.value, compose.name, compose.gives) == ("compose", "Compose", "one machine")
    assert (kubernetes.value, kubernetes.gives) == ("kubernetes", "many machines")


def test_every_choice_says_what_it_gives() -> None:
    asked = questions.read(distribution.source()).questions

    assert all(choice.gives for question in asked for choice in question.choices)
