"""What holds for every project, whatever was chosen."""

import ast
import re
import statistics
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.combinations import CHOICES, QUESTIONS
from tests.template.conftest import Render
from tests.template.reading import assert_clean, assert_parses, files, functions, names
from tests.template.test_layout import SOURCES, destination, layers

# The words by which a reader would know a choice: none may stand where it was not chosen.
WORDS = {
    "framework": {
        "fastapi": "fastapi|starlette",
        "litestar": "litestar",
        "flask": "flask",
        "django": "django",
    },
    "database": {
        "postgresql": "postgres|psycopg|pgserver",
        "mysql": "mysql|mariadb",
        "sqlite": "sqlite",
    },
    "auth": {
        "none": "(?!)",
        "api-key": "api.?keys?",
        "jwt": "jwt|refresh.tokens?|argon2",
        "oidc": "oidc(?!-issuer)|openid|jwt",  # the library of both
    },
    "deploy": {"compose": r"compose\b", "kubernetes": "kubernetes(?!_service_host)|kustomiz"},
    "ci": {"github-actions": r"github(?!\.com/service-scaffold)|workflows", "none": "(?!)"},
}


def test_it_is_clean(project: Path) -> None:
    assert_clean(project)


def test_every_file_parses(project: Path) -> None:
    for path in files(project):
        assert_parses(path)


def test_no_file_holds_jinja(project: Path) -> None:
    for path in files(project):
        assert not re.search(r"(?<!\$)\{\{|\{%|\{#|\.jinja\b", path.read_text()), path


def test_every_file_ends_in_one_line_end_and_no_line_in_blanks(project: Path) -> None:
    for path in files(project):
        text = path.read_text()
        assert text == "" or re.search(r"\S\n\Z", text), path
        assert not re.search(r"[ \t]\n|\r", text), path


def test_git_ignores_no_file_that_it_gets(project: Path) -> None:
    """An update overwrites what git ignores."""
    subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
    alone = ["git", "-c", "core.excludesFile=/dev/null"]
    command = [*alone, "ls-files", "--others", "--ignored", "--exclude-standard"]
    ignored = subprocess.run(command, cwd=project, check=True, capture_output=True, text=True)

    assert ignored.stdout == ""


def test_nothing_tells_of_choices_that_were_not_made(
    project: Path, answers: dict[str, Any]
) -> None:
    words = {
        (word, value in answers.get(question, ()))
        for question, choices in WORDS.items()
        for value, pattern in choices.items()
        for word in pattern.split("|")
    }
    foreign = [word for word, chosen in words if not chosen and (word, True) not in words]

    for path, name in zip(files(project), names(project), strict=True):
        for text in (name, path.read_text()):
            assert not re.search(rf"(?i)\b({'|'.join(foreign)})", text), path


@pytest.mark.parametrize("question", CHOICES)
def test_every_choice_has_words(question: str) -> None:
    assert CHOICES[question].keys() <= WORDS[question].keys()


def test_every_link_of_a_document_leads_somewhere(project: Path) -> None:
    for path in files(project):
        if path.suffix == ".md":
            for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text()):
                assert (path.parent / link).exists(), (path, link)


def test_the_example_of_the_environment_lists_every_setting(project: Path) -> None:
    listed = re.findall(r"^#? ?([A-Z_]+)=", (project / ".env.example").read_text(), re.MULTILINE)
    tree = ast.parse((project / "app/settings.py").read_text())
    [settings] = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Settings"]
    fields = [ast.unparse(n.target) for n in settings.body if isinstance(n, ast.AnnAssign)]

    assert {name.upper() for name in fields if not name.startswith("_")} <= set(listed)
    assert len(listed) == len(set(listed))


# The answers


def test_the_answers_file_holds_every_answer_and_nothing_computed(
    project: Path, answers: dict[str, Any]
) -> None:
    kept = yaml.safe_load((project / ".copier-answers.yml").read_text())

    assert kept.keys() - {"_commit", "_src_path"} == QUESTIONS.keys()
    assert kept.items() >= answers.items()


@pytest.mark.parametrize(
    "release", sorted((Path(__file__).parent / "answers").iterdir()), ids=lambda path: path.stem
)
def test_the_answers_of_every_release_mean_what_they_meant(render: Render, release: Path) -> None:
    """Never edit such a file: it is what projects out there hold."""
    answers = yaml.safe_load(release.read_text())

    project = render(**answers)

    kept = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert {name: kept[name] for name in answers} == answers


@pytest.mark.parametrize(
    "description",
    [
        "Bücher & Brötchen für 5 $, 100 % ehrlich",
        "It's Ann's #1 choice: `make` = fun, isn't it",
        "- [not] a list: *really*, !no, |no, @no, 'no'",
        "yes",
        "0x10",
        "$(exit 1) $HOME $$ %(here)s %s `exit 1` ; #",
        "日本語 🧦 e\u0301",
        "x" * 200,
        ("a word " * 28).strip(),
    ],
)
def test_an_odd_description_stays_a_description(render: Render, description: str) -> None:
    project = render("myservice", description=description)

    for path in files(project):
        assert_parses(path)
    assert_clean(project)
    kept = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert kept["description"] == description


@pytest.mark.parametrize("name", ["a", "x1-2-3", "app", "tests", "a" * 50, "null", "on"])
def test_an_odd_name_stays_a_name(render: Render, name: str) -> None:
    project = render(name)

    for path in files(project):
        assert_parses(path)
    assert_clean(project)
    assert yaml.safe_load((project / ".copier-answers.yml").read_text())["project_name"] == name


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("project_name", name)
        for name in ("", "A", "1a", "a--b", "-a", "a-", "a_b", "a b", "ä", "a\n", "a" * 51)
    ]
    + [
        ("description", text)
        for text in ("", "a\nb", 'say "hi"', "a\\b", "{{ 1 }}", "<b>", "x" * 201, "a\x00")
    ],
)
def test_an_answer_that_would_break_a_file_is_refused(
    render: Render, question: str, answer: str
) -> None:
    with pytest.raises(ValueError, match=question):
        render(**{"project_name": "myservice"} | {question: answer})


# What it costs to read


@pytest.mark.parametrize("framework", CHOICES["framework"])
def test_the_files_of_a_framework_are_known(render: Render, framework: str) -> None:
    known = Path(__file__).parent / "files" / f"{framework}.txt"

    assert names(render("myservice", framework=framework)) == known.read_text().splitlines()


# What a framework brings, what names it, and how it waits; nothing else may differ.
OF_A_FRAMEWORK = {"app/main.py", "app/items/routes.py", "app/accounts/routes.py"}
OF_A_FRAMEWORK |= {"docs/architecture.md", "pyproject.toml", ".copier-answers.yml"}
OF_AN_IO = {
    destination(path) for path in SOURCES if any(layer.startswith("io_") for layer in layers(path))
}


@pytest.mark.parametrize("framework", CHOICES["framework"])
def test_a_framework_is_a_folder_of_glue(render: Render, framework: str) -> None:
    common, own = (render("myservice", auth="jwt", framework=f) for f in ("fastapi", framework))

    both = {*names(common)} & {*names(own)}
    differing = {*names(common)} ^ {*names(own)}
    differing |= {n for n in both if (common / n).read_bytes() != (own / n).read_bytes()}
    web = {name for name in names(own) if name.startswith("app/web/")}
    assert differing <= OF_A_FRAMEWORK | OF_AN_IO | web
    assert len(web) <= 6
    assert sum(len((own / name).read_text().splitlines()) for name in web) <= 270


@pytest.mark.parametrize("framework", CHOICES["framework"])
def test_a_default_service_is_small(render: Render, framework: str) -> None:
    project = render("myservice", framework=framework)
    parts = [project / "app", project / "migrations", project / "tests"]
    python = [path for part in parts for path in files(part) if path.suffix == ".py"]

    lines = {path: len(path.read_text().splitlines()) for path in python}
    lengths = [
        (function.end_lineno or 0) - function.lineno + 1
        for path in python
        for function in functions(path)
    ]

    lanes = 270 if framework == "flask" else 0  # what waits in threads, and its tests
    assert len(python) <= 95
    assert sum(lines.values()) <= 5900 + lanes
    assert statistics.median(lengths) <= 8


def test_no_file_is_long(project: Path) -> None:
    """But for a list of cases, of which nobody needs to know the others."""
    lines = {name: len((project / name).read_text().splitlines()) for name in names(project)}
    del lines["tests/contract/corpus.toml"]

    assert {name: count for name, count in lines.items() if count > 250} == {}
