"""What is previewed, beside real renders that differ in one answer."""

import json
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

from scaffold import distribution
from scaffold.choices import answers, questions
from scaffold.choices.questions import Answer, Answers
from scaffold.errors import Refusal, Usage
from scaffold.template import preview, rendering
from scaffold.template.preview import Preview
from tests.cli.conftest import source, tree

SOURCE = distribution.source()
ASKED = questions.read(SOURCE, "myservice")

CHOSEN: dict[str, dict[str, Answer]] = {
    "the defaults": {},
    "another of each": {"framework": "flask", "database": "mysql", "auth": "oidc"},
    "the least": {"database": "sqlite", "auth": "api-key", "deploy": [], "ci": "none"},
}


def complete(given: Answers) -> Answers:
    return answers.complete(ASKED, given, defaults=True)


def made(given: Answers) -> Preview:
    """Rendered once for all tests."""
    return _made(json.dumps(given))


@cache
def _made(given: str) -> Preview:
    return preview.make(SOURCE, json.loads(given))


def others(given: Answers, key: str) -> list[Preview]:
    """With each other answer to that question, where it is possible."""
    found = []
    for answer in ASKED[key].answers:
        if answer != given[key]:
            with suppress(Refusal):
                found.append(made(complete({**given, key: answer})))
    return found


def brought_by(shown: Preview, key: str) -> set[str]:
    return {
        path
        for path, file in shown.files.items()
        if any(word.startswith(f"{key}=") for word in file.origin)
    }


KEYS = [question.key for question in ASKED.questions if question.choices]


@pytest.mark.parametrize("chosen", CHOSEN)
def test_the_files_are_those_that_are_rendered(tmp_path: Path, chosen: str) -> None:
    given = complete(CHOSEN[chosen])
    rendering.render(SOURCE, tmp_path / "myservice", given)

    shown = made(given)

    assert {path: file.content for path, file in shown.files.items()} == tree(
        tmp_path / "myservice"
    )


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("chosen", CHOSEN)
def test_a_file_that_no_choice_of_a_question_brought_is_there_with_each(
    chosen: str, key: str
) -> None:
    given = complete(CHOSEN[chosen])
    always = made(given).contents.keys() - brought_by(made(given), key)

    assert [always - other.contents.keys() for other in others(given, key)] == [
        set() for _ in others(given, key)
    ]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("chosen", CHOSEN)
def test_a_file_that_a_choice_brought_is_gone_or_other_without_it(chosen: str, key: str) -> None:
    given = complete(CHOSEN[chosen])
    shown = made(given)

    unmoved = {
        path
        for path in brought_by(shown, key)
        if all(other.contents.get(path) == shown.contents[path] for other in others(given, key))
    }

    assert unmoved == set()


def test_an_origin_names_the_choice_and_only_the_one_that_matters() -> None:
    shown = made(complete({"auth": "jwt"}))

    assert {path: preview.said(shown.file(path).origin) for path in ORIGINS} == ORIGINS


ORIGINS = {
    "app/main.py": "framework=fastapi",
    "app/auth/tokens.py": "auth=jwt",
    "app/accounts/routes.py": "framework=fastapi and auth=jwt",
    "app/edge/rates.py": "always",
    "dev/database.py": "database=postgresql",
    "Dockerfile": "deploy=compose,kubernetes",
    "compose.yaml": "deploy=compose",
    "deploy/kubernetes/base/hpa.yaml": "deploy=kubernetes",
    ".github/workflows/ci.yml": "ci=github-actions",
    ".copier-answers.yml": "always",
}


def test_the_tree_has_a_line_for_each_file_and_the_sum_counts_them(tmp_path: Path) -> None:
    toy = source(tmp_path, "name: {type: str, default: toy}\n" + WEB)
    write(toy / "template/app/main.txt", "line\n" * 100)
    write(toy / "template/{{web}}/web.txt", "line\n" * 3)
    write(toy / "template/tests/test_main.txt", "line\n" * 140)

    shown = preview.make(toy, {"name": "toy", "kind": "web"})

    assert shown.tree == TREE
    assert shown.summary == "4 files, about 200 lines, of which 100 tests"


WEB = """\
kind:
  type: str
  default: web
  choices: {"Web  pages": web, "None  nothing": none}
web: {type: str, when: false, default: "{{ '.' if kind == 'web' else '' }}"}
_subdirectory: template
"""
TREE = """\
.copier-answers.yml    0.2 kB  always
app/main.txt           0.5 kB  always
tests/test_main.txt    0.7 kB  always
web.txt                0.0 kB  kind=web
"""


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_few_lines_are_counted_one_by_one(tmp_path: Path) -> None:
    toy = source(tmp_path, "name: {type: str, default: toy}\n_subdirectory: template\n")

    assert preview.make(toy, {"name": "toy"}).summary == ("1 file, 4 lines, of which 0 tests")


def test_a_file_that_would_not_be_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(Usage) as refused:
        made(complete({})).file("app/mian.py")

    assert refused.value.message == "there would be no file app/mian.py"
    assert refused.value.hint == (
        "did you mean `app/main.py`? `scaffold new TARGET --dry-run` lists every file"
    )
