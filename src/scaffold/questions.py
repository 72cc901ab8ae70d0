"""The questions of copier.yml, read without Copier: importing it costs half a command's time.

Defaults, validators and conditions are Jinja, rendered as Copier renders them, so that
both doors ask, refuse and answer alike. tests/cli/test_questions.py holds the two together.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

Answer = str | list[str]
Answers = Mapping[str, Answer]

NONE = "none"  # no choice at all, for a question that takes several


def choices_in(answer: Answer) -> list[str]:
    """The one answer, or the several."""
    return [answer] if isinstance(answer, str) else answer


@dataclass(frozen=True)
class Choice:
    value: str
    name: str
    gives: str
    validator: str  # Jinja; renders why the choice is impossible, then perhaps `; ` and a way out

    @classmethod
    def read(cls, label: str, spec: Any) -> "Choice":
        name, _, gives = label.partition("  ")
        if isinstance(spec, dict):
            return cls(spec["value"], name, gives.strip(), spec.get("validator", ""))
        return cls(spec, name, gives.strip(), "")


@dataclass(frozen=True)
class Question:
    key: str
    help: str
    default: Any
    choices: tuple[Choice, ...]
    several: bool
    validator: str
    placeholder: str

    @classmethod
    def read(cls, key: str, spec: Mapping[str, Any]) -> "Question":
        return cls(
            key=key,
            help=spec.get("help", key),
            default=spec.get("default", ""),
            choices=tuple(Choice.read(*item) for item in spec.get("choices", {}).items()),
            several=spec.get("multiselect", False),
            validator=spec.get("validator", ""),
            placeholder=spec.get("placeholder", ""),
        )

    @property
    def flag(self) -> str:
        return "--" + self.key.replace("_", "-")

    @property
    def values(self) -> list[str]:
        return [choice.value for choice in self.choices]

    @property
    def static_default(self) -> str | None:
        """The default as words, unless it depends on the target or on other answers."""
        if isinstance(self.default, list):
            return ",".join(self.default) or NONE
        return None if "{{" in self.default else self.default

    def words(self, answer: Answer) -> str:
        """The answer as a flag takes it."""
        return answer if isinstance(answer, str) else ",".join(answer) or NONE


@dataclass(frozen=True)
class Questionnaire:
    """The visible questions, and the Jinja environment that their expressions need."""

    questions: tuple[Question, ...]
    envops: Mapping[str, Any]
    folder: str = ""

    def __getitem__(self, key: str) -> Question:
        return next(question for question in self.questions if question.key == key)

    def sources(self, question: Question) -> list[Question]:
        """The questions from whose answers the default is made."""
        if question.static_default is not None:
            return []
        words = re.findall(r"\w+", question.default)
        return [other for other in self.questions if other.key in words]

    def default(self, question: Question, answers: Answers) -> Answer:
        if isinstance(question.default, list):
            return question.default
        text = self._render(question.default, answers)
        return yaml.safe_load(text) if question.several else text

    def problem(self, question: Question, answer: Answer, answers: Answers) -> str:
        """Why the answer is refused by its validator, or nothing."""
        return self._render(question.validator, {**answers, question.key: answer}).strip()

    def obstacle(self, choice: Choice, answers: Answers) -> str:
        """Why the choice is impossible beside the answers so far, or nothing."""
        return self._render(choice.validator, answers).partition("; ")[0].strip()

    def _render(self, expression: str, answers: Answers) -> str:
        template = self._environment.from_string(expression)
        return template.render(**answers, _folder_name=self.folder)

    @cached_property
    def _environment(self) -> "SandboxedEnvironment":
        from jinja2 import StrictUndefined
        from jinja2.sandbox import SandboxedEnvironment

        return SandboxedEnvironment(
            extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
            **{**self.envops, "undefined": StrictUndefined},
        )


def read(source: Path, folder: str = "") -> Questionnaire:
    """The questions of `source`/copier.yml, with the name of the project's folder if known."""
    document = _load(source)
    return Questionnaire(
        questions=tuple(
            Question.read(key, spec)
            for key, spec in document.items()
            if not key.startswith("_") and spec.get("when") is not False
        ),
        envops=document.get("_envops", {}),
        folder=folder,
    )


def facts(source: Path, key: str) -> Any:
    """What the template says of itself: the literal default of a hidden question, if it has it."""
    return _load(source).get(key, {}).get("default")


def _load(source: Path) -> dict[str, Any]:
    # The loader in C, where PyYAML has it, is ten times as fast.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load((source / "copier.yml").read_bytes(), Loader=loader)  # noqa: S506 both are safe
    return document
