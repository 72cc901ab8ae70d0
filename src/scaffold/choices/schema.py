"""The answers of copier.yml as JSON Schema: every choice, default and constraint, with its reason.

It takes the answers as they are recorded: a choice as text, several as a list without repetition.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from scaffold import distribution
from scaffold.choices.questions import Answer, Answers, Choice, Question, Questionnaire

if TYPE_CHECKING:
    from jinja2.nodes import Node

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def of_answers(asked: Questionnaire) -> Schema:
    """What `scaffold new --defaults --data-file` takes, whatever a policy says."""
    return {
        "$schema": DIALECT,
        "$id": f"{distribution.repository()}/answers.json",
        "title": "Answers to `scaffold new`",
        "description": "A question left out has its default. A team's policy may allow less.",
        "type": "object",
        "properties": {question.key: _question(asked, question) for question in asked.questions},
        "additionalProperties": False,
        "allOf": [*_conditions(asked)],
    }


def reason(asked: Questionnaire, question: Question) -> str:
    """Why a text is refused, or nothing where every text is taken."""
    return _rule(asked, question)[1]


def _question(asked: Questionnaire, question: Question) -> Schema:
    told: Schema = {"title": question.help, "x-flag": question.flag}
    default = _default(question)
    if default is not None:
        told["default"] = default
    if not question.choices:
        rule, why = _rule(asked, question)
        return told | {"type": "string"} | rule | ({"x-reason": why} if why else {})
    choices = {"oneOf": [_choice(choice) for choice in question.choices]}
    if question.several:
        return told | {"type": "array", "items": choices, "uniqueItems": True}
    return told | choices


def _choice(choice: Choice) -> Schema:
    return {"const": choice.value, "title": choice.name, "description": choice.gives}


def _default(question: Question) -> Answer | None:
    """Nothing for one that is made from the folder's name or other answers."""
    if question.static_default is None:
        return None
    default: Answer = question.default
    return default


def _conditions(asked: Questionnaire) -> Iterator[Schema]:
    for question in asked.questions:
        if asked.sources(question):
            for beside, default in asked.defaults(question):
                yield _when(asked, beside) | _then(question, {"default": default})
        for choice in question.choices:
            for each in asked.constraints(choice):
                why = {"x-reason": f"`{choice.value}` {each.reason}"}
                yield _when(asked, each.beside) | _then(question, _without(question, choice) | why)
        for each in asked.refused(question) if question.choices else ():
            others = {key: answer for key, answer in each.beside.items() if key != question.key}
            refused = {"not": _is(question, each.beside[question.key]), "x-reason": each.reason}
            yield _when(asked, others) | _then(question, refused)


def _when(asked: Questionnaire, beside: Answers) -> Schema:
    """That these are the answers: one that is left out is its default."""
    by_default = [key for key in beside if beside[key] == _default(asked[key])]
    return {
        "if": {
            "properties": {key: _is(asked[key], answer) for key, answer in beside.items()},
            "required": [key for key in beside if key not in by_default],
        }
    }


def _is(question: Question, answer: Answer) -> Schema:
    if isinstance(answer, str):
        return {"const": answer}
    holds = [{"contains": {"const": value}} for value in answer]
    return {"allOf": holds, "minItems": len(answer), "maxItems": len(answer)}


def _then(question: Question, rule: Schema) -> Schema:
    return {"then": {"properties": {question.key: rule}}}


def _without(question: Question, choice: Choice) -> Schema:
    value = {"const": choice.value}
    return {"not": {"contains": value} if question.several else value}


def _rule(asked: Questionnaire, question: Question) -> tuple[Schema, str]:
    """A text's validator, `{{ '' if CONDITION else 'REASON' }}`, as keywords, and its reason."""
    from jinja2 import nodes

    if not question.validator:
        return {}, ""
    tree = asked.environment.parse(question.validator)
    judged = tree.find(nodes.CondExpr)
    if judged is None or not isinstance(judged.expr2, nodes.Const):
        raise ValueError(f"the validator of `{question.key}` cannot be said in JSON Schema")
    return dict(_keywords(judged.test)), str(judged.expr2.value)


def _keywords(test: "Node") -> Iterator[tuple[str, Any]]:
    """Raises ValueError for a condition that has no keyword here."""
    from jinja2 import nodes

    match test:
        case nodes.And(left=left, right=right):
            yield from _keywords(left)
            yield from _keywords(right)
        case nodes.Filter(name="regex_search", args=[nodes.Const(value=pattern)]):
            yield "pattern", _pattern(pattern)
            if pattern.endswith(r"\Z"):  # before which some dialects let a line end pass
                yield "not", {"pattern": "\n$"}
        case nodes.Compare(
            expr=nodes.Filter(name="length"),
            ops=[nodes.Operand(op="lteq", expr=nodes.Const(value=most))],
        ):
            yield "maxLength", most
        case _:
            raise ValueError(f"{test} cannot be said in JSON Schema")


def _pattern(pattern: str) -> str:
    """As ECMA 262 writes it."""
    anchored = re.sub(r"\\Z$", "$", pattern)
    return re.sub(r"[\x00-\x1f]", lambda found: f"\\x{ord(found[0]):02x}", anchored)
