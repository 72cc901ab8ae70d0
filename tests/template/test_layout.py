"""What holds for copier.yml and template/ themselves."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from jinja2.nativetypes import NativeEnvironment

from tests import ROOT
from tests.combinations import (
    CHOICES,
    CONFIG,
    HIDDEN,
    QUESTIONNAIRE,
    QUESTIONS,
    combinations,
)
from tools.derive_sync import derived

TEMPLATE = ROOT / "template"
SOURCES = [
    path
    for path in TEMPLATE.rglob("*")
    if path.is_file() and "__pycache__" not in path.parts and "_slots" not in path.parts
]
LAYER = re.compile(r"\{\{(\w+)\}\}")
# Choices that bring no file of their own.
WITHOUT_FOLDER = {"ci_none"}


def layers(path: Path) -> list[str]:
    return LAYER.findall(str(path.relative_to(TEMPLATE)))


def active_layers(answers: dict[str, Any]) -> set[str]:
    """The hidden questions that `answers` lay over the project, computed as Copier does."""
    jinja = NativeEnvironment(extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"])
    known = dict(answers)
    for name, question in HIDDEN.items():
        known[name] = jinja.from_string(str(question["default"])).render(known)
    return {name for name in HIDDEN if known[name] == "."}


def destination(path: Path) -> str:
    """Where a source lies in a project."""
    parts = path.relative_to(TEMPLATE).parts
    return "/".join(p for p in parts if not LAYER.fullmatch(p)).removesuffix(".jinja")


def test_every_layer_folder_is_a_hidden_question() -> None:
    folders = {layer for path in TEMPLATE.rglob("*") for layer in layers(path)}

    assert folders <= HIDDEN.keys()


def test_every_hidden_layer_question_has_a_folder() -> None:
    folders = {layer for path in TEMPLATE.rglob("*") for layer in layers(path)}
    questions = {name for name, question in HIDDEN.items() if "'.' if" in str(question["default"])}

    assert questions == folders


def test_every_choice_is_a_layer_or_brings_nothing() -> None:
    choices = {
        f"{question}_{value}".replace("-", "_")
        for question in CHOICES
        for value in CHOICES[question]
    }

    assert choices - HIDDEN.keys() == WITHOUT_FOLDER


@pytest.mark.parametrize("question", CHOICES)
def test_every_choice_says_in_one_line_what_it_gives(question: str) -> None:
    for value, label in CHOICES[question].items():
        assert re.fullmatch(r"\S.{0,20}?  \S.{9,60}", label), value


def test_every_question_asks_and_has_a_default() -> None:
    for name, question in QUESTIONS.items():
        assert question["help"], name
        assert question["default"], name


@pytest.mark.parametrize("question", CHOICES)
def test_the_default_is_a_choice(question: str) -> None:
    default = QUESTIONNAIRE.default(QUESTIONNAIRE[question], {"database": "postgresql"})

    assert CHOICES[question].keys() >= ({default} if isinstance(default, str) else set(default))


@pytest.mark.parametrize("answers", combinations().values(), ids=combinations())
def test_no_two_sources_are_one_file(answers: dict[str, Any]) -> None:
    active = active_layers(answers)
    rendered = [destination(path) for path in SOURCES if active.issuperset(layers(path))]

    assert [name for name, count in Counter(map(str.lower, rendered)).items() if count > 1] == []


def test_every_source_is_part_of_some_combination() -> None:
    active = [active_layers(answers) for answers in combinations().values()]

    used = [path for path in SOURCES if any(found.issuperset(layers(path)) for found in active)]

    assert used == SOURCES


def test_every_slot_is_collected() -> None:
    slots = {path.name for path in TEMPLATE.glob("{{*/**/_slots/*")}
    collected = {
        name
        for path in SOURCES
        if path.suffix == ".jinja"
        for name in re.findall(r"\bslot\(\"([^\"]+)\"", path.read_text())
    }

    assert slots <= collected


def test_the_synchronous_half_is_the_asynchronous_one() -> None:
    """`.venv/bin/python -m tools.derive_sync` makes it so."""
    halves = derived()

    assert {path: path.read_text() for path in halves} == halves


def test_the_template_needs_no_trust() -> None:
    assert CONFIG.keys() & {"_tasks", "_migrations", "_jinja_extensions"} == set()


def test_no_plain_gitignore_hides_a_source() -> None:
    assert list(TEMPLATE.rglob(".gitignore")) == []


def test_every_path_is_portable() -> None:
    for path in SOURCES:
        name = path.relative_to(TEMPLATE).as_posix()
        assert re.fullmatch(r"[A-Za-z0-9._/{} -]+", name), name
        assert len(name) < 150, name
        assert not path.is_symlink(), name
        assert not re.search(r"[. ](/|$)|(^|/)(con|prn|aux|nul)(\.|/|$)", name.lower()), name
