"""Every combination of answers. Choices are written in copier.yml and nowhere else."""

from itertools import product
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
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
# By question, by value: the label, which is the choice's name and what it gives or costs.
CHOICES: dict[str, dict[str, str]] = {
    name: {value: label for label, value in question["choices"].items()}
    for name, question in QUESTIONS.items()
    if "choices" in question
}


def combinations() -> dict[str, dict[str, Any]]:
    """By a name made of the answers. Of a question with several answers: none, and all."""
    axes: list[list[Any]] = [
        [[], list(values)] if QUESTIONS[name].get("multiselect") else list(values)
        for name, values in CHOICES.items()
    ]
    found = [dict(zip(CHOICES, values, strict=True)) for values in product(*axes)]
    return {"-".join(map(_written, answers.values())): answers for answers in found}


def _written(answer: Any) -> str:
    """One value, or several."""
    return answer if isinstance(answer, str) else "+".join(answer) or "nothing"
