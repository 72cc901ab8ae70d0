"""The questions of copier.yml, read without Copier: importing it costs half a command's time.

Defaults, validators and conditions are Jinja, rendered as Copier renders them, so that
both doors ask, refuse and answer alike. tests/cli/choices/test_questions.py holds the two together.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import SandboxedEnvironment

Answer = str | list[str]
Answers = Mapping[str, Answer]

NONE = "none"  # no choice at all, for a question that takes several


def choices_in(answer: Answer) -> list[str]:
    """The one answer, or the several."""
    return [answer] if isinstance(answer, str) else answer


def written(answer: Answer, comma: str = ",") -> str:
    """The answer as a flag takes it."""
    return answer if isinstance(answer, str) else comma.join(answer) or NONE


def said(answer: Answer) -> str:
    """The answer as people are told of it."""
    return written(answer, comma=", ")


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
            return written(self.default)
        return None if "{{" in self.default else self.default

    def is_default(self, choice: Choice) -> bool:
        """Whatever the other answers are."""
        return choice.value in (self.static_default or "").split(",")

    @property
    def answers(self) -> list[Answer]:
        """Each that there can be, of a question with choices: of several, every subset."""
        if not self.several:
            return [*self.values]
        sizes = range(len(self.values) + 1)
        return [list(found) for size in sizes for found in combinations(self.values, size)]


@dataclass(frozen=True)
class Constraint:
    """That a choice is impossible beside some answers."""

    beside: Answers
    reason: str


@dataclass(frozen=True)
class Questionnaire:
    """The visible questions, and the Jinja environment that their expressions need."""

    questions: tuple[Question, ...]
    envops: Mapping[str, Any]
    folder: str = ""
    hidden: Mapping[str, Any] = field(default_factory=dict)  # the defaults, by key

    def __getitem__(self, key: str) -> Question:
        return next(question for question in self.questions if question.key == key)

    def sources(self, question: Question) -> list[Question]:
        """The questions from whose answers the default is made."""
        if question.static_default is not None:
            return []
        words = re.findall(r"\w+", question.default)
        return [other for other in self.questions if other.key in words]

    def defaults(self, question: Question) -> Iterator[tuple[Answers, Answer]]:
        """The default beside each of the answers that it is made from."""
        sources = self.sources(question)
        for answers in product(*(source.answers for source in sources)):
            beside = {source.key: answer for source, answer in zip(sources, answers, strict=True)}
            yield beside, self.default(question, beside)

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

    def constraints(self, choice: Choice) -> Iterator[Constraint]:
        """Beside which answers the choice is impossible."""
        for beside in self._named(choice.validator):
            if reason := self.obstacle(choice, beside):
                yield Constraint(beside, reason)

    def refused(self, question: Question) -> Iterator[Constraint]:
        """Which answers its validator refuses, of a question with choices; its own among them."""
        for answers in self._named(question.validator):
            if reason := self._render(question.validator, answers).strip():
                yield Constraint(answers, reason)

    def _named(self, expression: str) -> Iterator[Answers]:
        """Every set of answers to the questions that the expression names."""
        from jinja2.meta import find_undeclared_variables

        named = find_undeclared_variables(self.environment.parse(expression))
        sources = [question for question in self.questions if question.key in named]
        for answers in product(*(source.answers for source in sources)):
            yield {source.key: answer for source, answer in zip(sources, answers, strict=True)}

    def known(self, answers: Answers) -> dict[str, Any]:
        """The answers, and what the hidden questions make of them: the names in the template."""
        known: dict[str, Any] = dict(answers)
        for key, default in self.hidden.items():
            known[key] = self._render(default, known) if isinstance(default, str) else default
        return known

    def template(self, text: str) -> "Template":
        """`text` as Jinja; compiled once, since names in paths recur by the hundred."""
        if text not in self._compiled:
            self._compiled[text] = self.environment.from_string(text)
        return self._compiled[text]

    def _render(self, expression: str, answers: Mapping[str, Any]) -> str:
        return self.template(expression).render(**answers, _folder_name=self.folder)

    @cached_property
    def _compiled(self) -> dict[str, "Template"]:
        return {}

    @cached_property
    def environment(self) -> "SandboxedEnvironment":
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
        hidden={
            key: spec.get("default")
            for key, spec in document.items()
            if not key.startswith("_") and spec.get("when") is False
        },
    )


def settings(source: Path) -> dict[str, Any]:
    """What copier.yml says to Copier: the keys that begin with `_`."""
    return {key: value for key, value in _load(source).items() if key.startswith("_")}


def facts(source: Path, key: str) -> Any:
    """What the template says of itself: the literal default of a hidden question, if it has it."""
    return _load(source).get(key, {}).get("default")


def _load(source: Path) -> dict[str, Any]:
    # The loader in C, where PyYAML has it, is ten times as fast.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load((source / "copier.yml").read_bytes(), Loader=loader)  # noqa: S506 both are safe
    return document
