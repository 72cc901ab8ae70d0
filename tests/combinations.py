"""Every combination of answers. Choices are written in copier.yml and nowhere else."""

from itertools import combinations as combinations_of
from itertools import product
from typing import Any

import yaml

from scaffold.choices import questions
from tests import ROOT

QUESTIONNAIRE = questions.read(ROOT)
CONFIG: dict[str, Any] = yaml.safe_load((ROOT / "copier.yml").read_text())
HIDDEN = {
    name: question
    for name, question in CONFIG.items()
    if not name.startswith("_") and question.get("when") is False
}
QUESTIONS = {
    name: question
    for name, question in CONFIG.items()
    if not name.startswith("_") and name not in HIDDEN
}


def _value(choice: Any) -> str:
    """A choice that may be impossible is a mapping, with its validator."""
    return str(choice["value"] if isinstance(choice, dict) else choice)


# By question, by value: the label, which is the choice's name and what it gives or costs.
CHOICES: dict[str, dict[str, str]] = {
    name: {_value(choice): label for label, choice in question["choices"].items()}
    for name, question in QUESTIONS.items()
    if "choices" in question
}


def combinations() -> dict[str, dict[str, Any]]:
    """Every possible one, by a name made of its answers."""
    axes = [
        _subsets(list(values)) if QUESTIONS[name].get("multiselect") else list(values)
        for name, values in CHOICES.items()
    ]
    found = [dict(zip(CHOICES, values, strict=True)) for values in product(*axes)]
    return {"-".join(map(_written, each.values())): each for each in found if _is_possible(each)}


def is_rare(answers: dict[str, Any]) -> bool:
    """A framework that is not the default meets each database with each auth, and each deploy with
    each ci; all four only where it is the default."""
    common = {name: next(iter(values)) for name, values in CHOICES.items()}
    runs_anywhere = answers["ci"] == common["ci"] and "compose" in answers["deploy"]
    is_plain = (answers["database"], answers["auth"]) == (common["database"], common["auth"])
    return answers["framework"] != common["framework"] and not (runs_anywhere or is_plain)


def _subsets(values: list[str]) -> list[Any]:
    return [list(each) for size in range(len(values) + 1) for each in combinations_of(values, size)]


def _is_possible(answers: dict[str, Any]) -> bool:
    return not any(
        QUESTIONNAIRE.obstacle(choice, answers)
        for question in QUESTIONNAIRE.questions
        for choice in question.choices
        if choice.value in answers[question.key]
    )


def _written(answer: Any) -> str:
    """One value, or several."""
    return answer if isinstance(answer, str) else "+".join(answer) or "nothing"
