"""What a team allows: a file of rules, each with the reason that people are shown.

auth: {allowed: [jwt, oidc], reason: no service of ours is open}
ci: {locked: github-actions, reason: releases are made there}
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffold import places
from scaffold.choices import answers, documents
from scaffold.choices.answers import Spelling, as_flag
from scaffold.choices.questions import (
    NONE,
    Answer,
    Answers,
    Question,
    Questionnaire,
    choices_in,
    written,
)
from scaffold.errors import NotAllowed, Usage, did_you_mean

VARIABLE = "SCAFFOLD_POLICY"
EXAMPLE = "write `auth: {allowed: [jwt, oidc], reason: no service of ours is open}`"
PARTS = ("allowed", "locked", "reason")


@dataclass(frozen=True)
class Rule:
    reason: str
    allowed: tuple[str, ...] = ()
    locked: Answer | None = None

    @property
    def choices(self) -> list[str]:
        return [*self.allowed] if self.locked is None else choices_in(self.locked)


@dataclass(frozen=True)
class Policy:
    path: Path | None = None
    rules: Mapping[str, Rule] = field(default_factory=dict)

    @property
    def locked(self) -> dict[str, Answer]:
        return {key: rule.locked for key, rule in self.rules.items() if rule.locked is not None}

    def obstacle(self, question: Question, choice: str) -> str:
        """Why the choice is not allowed, or nothing."""
        rule = self.rules.get(question.key)
        return f"not allowed: {rule.reason}" if rule and choice not in rule.choices else ""

    def judge(
        self, questionnaire: Questionnaire, chosen: Answers, spelling: Spelling = as_flag
    ) -> None:
        """Raises NotAllowed for the first answer that a rule forbids."""
        for question in questionnaire.questions:
            rule = self.rules.get(question.key)
            if rule and question.key in chosen and not _allows(rule, chosen[question.key]):
                raise self._refusal(question, rule, chosen[question.key], spelling(question))

    def _refusal(self, question: Question, rule: Rule, answer: Answer, before: str) -> NotAllowed:
        if rule.locked is not None:
            ways = [written(rule.locked)]
        elif question.several:
            ways = [",".join(rule.allowed), NONE]
        else:
            ways = [*rule.allowed]
        told = ", or ".join(f"`{before}{way}`" for way in ways)
        return NotAllowed(
            f"`{before}{written(answer)}` is not allowed: {rule.reason}",
            f"use {told}: says {self.path}",
            fixes=[{"set": {question.key: way}} for way in ways],
        )


def read(questionnaire: Questionnaire) -> Policy:
    """The policy that holds here. Raises Usage with the file and the line of what is wrong."""
    path = _find()
    if not path:
        return Policy()
    document = documents.read(path, EXAMPLE)
    rules = {}
    for key, value in document.values.items():
        with document.at(key):
            rules[key] = _rule(questionnaire, key, value)
    return Policy(path, rules)


def _find() -> Path | None:
    if named := os.environ.get(VARIABLE):
        return Path(named)  # refused if it is not there: a policy is not lost by a typo
    found = (folder / "policy.yml" for folder in (places.settings(), places.SYSTEM))
    return next(filter(places.has, found), None)


def _rule(questionnaire: Questionnaire, key: str, value: Any) -> Rule:
    answers.require_question(questionnaire, key, f"`{key}`")
    question = questionnaire[key]
    if not isinstance(value, dict):
        raise Usage(f"`{key}` is no rule", EXAMPLE)
    for part in value:
        if part not in PARTS:
            guess = did_you_mean(str(part), PARTS, f"a rule has {', '.join(PARTS)}")
            raise Usage(f"`{part}` is no part of a rule", guess)
    reason = value.get("reason")
    if not isinstance(reason, str):
        raise Usage(f"`{key}` has no reason", "say why, in a word or two: people are shown it")
    if ("allowed" in value) == ("locked" in value):
        raise Usage(f"`{key}` needs either `allowed` or `locked`", EXAMPLE)
    if "locked" in value:
        return Rule(reason, locked=answers.read(question, value["locked"], "locked: "))
    return Rule(reason, allowed=tuple(_allowed(question, value["allowed"])))


def _allowed(question: Question, value: Any) -> list[str]:
    if not question.choices or not isinstance(value, list) or not value:
        raise Usage("`allowed` is no list of choices", EXAMPLE)
    for choice in value:
        if choice not in question.values:
            raise answers.not_a_choice(question, str(choice), "allowed: ")
    return answers.ordered(question, value)


def _allows(rule: Rule, answer: Answer) -> bool:
    if rule.locked is not None:
        return answer == rule.locked
    return set(choices_in(answer)) <= set(rule.allowed)
