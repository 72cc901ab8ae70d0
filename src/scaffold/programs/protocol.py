"""The one document that every command prints with `--json`, as JSON Schema.

Fields may be added to it; none of these changes its meaning or goes as long as it is `scaffold/1`.
"""

from collections.abc import Iterator
from typing import Any

from scaffold import distribution, errors
from scaffold.choices.schema import DIALECT, Schema
from scaffold.errors import Refusal

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
COUNT: Schema = {"type": "integer", "minimum": 0}
FLAG: Schema = {"type": "boolean"}
NOTHING: Schema = {"type": "object", "maxProperties": 0}
SOMETHING: Schema = {"type": "object", "minProperties": 1}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _map(of: Schema) -> Schema:
    return {"type": "object", "additionalProperties": of}


def _maybe(this: Schema) -> Schema:
    return {"anyOf": [this, {"type": "null"}]}


def _object(fields: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": fields, "required": [*fields]}


TEXTS = _list(TEXT)
ANSWER: Schema = {"anyOf": [TEXT, TEXTS]}
ANSWERS = _map(ANSWER)
ORIGIN = TEXTS | {"description": "The choices that brought it; none: it is always there."}
FILE = _object({"path": TEXT, "bytes": COUNT, "lines": COUNT, "origin": ORIGIN})
STEPS = _list(_object({"verb": TEXT, "detail": TEXT, "seconds": NUMBER}))
SPANS = _list(_list(COUNT) | {"minItems": 2, "maxItems": 2})
FINDINGS = _maybe(_list(_object({"path": TEXT, "why": TEXT, "lines": SPANS})))
PROJECT = {"project": TEXT, "release": TEXT}

CHOICE = {
    "value": TEXT,
    "name": TEXT,
    "gives": TEXT,
    "constraints": _list(_object({"beside": ANSWERS, "reason": TEXT})),
}
QUESTION = {
    "key": TEXT,
    "flag": TEXT,
    "help": TEXT,
    "several": FLAG,
    "default": _maybe(ANSWER),
    "defaults": _list(_object({"beside": ANSWERS, "default": ANSWER})),
    "rule": TEXT,
    "locked": _maybe(ANSWER) | {"description": "By a team's policy."},
    "choices": _list(_object(CHOICE | {"not_allowed": _maybe(TEXT)})),
}
DIFFERENCE = _object({"added": TEXTS, "removed": TEXTS})
EXPLAINED = {
    "question": TEXT,
    "choice": _object(CHOICE),
    "compared_with": TEXT,
    "lines": {"type": "integer"},
    "files": _object({"added": TEXTS, "removed": TEXTS, "changed": TEXTS}),
    "settings": DIFFERENCE,
    "dependencies": DIFFERENCE,
    "development_dependencies": DIFFERENCE,
    "commands": DIFFERENCE,
    "tables": DIFFERENCE,
    "excludes": _list(_object({"choice": TEXT, "beside": ANSWERS, "reason": TEXT})),
}
SETTLED = {
    "answers": ANSWERS,
    "preset": _maybe(TEXT),
    "defaults_file": _maybe(TEXT),
    "policy_file": _maybe(TEXT),
    "locked": TEXTS | {"description": "Questions that a policy answers."},
}
MADE = SETTLED | {"path": TEXT, "next": TEXTS, "steps": STEPS}
PREVIEWED = SETTLED | {"files": _list(FILE), "lines": COUNT, "test_lines": COUNT}
SHOWN = SETTLED | {"file": FILE, "content": TEXT}
SIDE = _object({"name": TEXT, "answers": ANSWERS})
COMPARED = {
    "a": SIDE,
    "b": SIDE,
    "changed_answers": _map(_object({"from": ANSWER, "to": ANSWER})),
    "files": _list(
        _object(
            {
                "path": TEXT,
                "kind": {"enum": ["added", "removed", "changed"]},
                "added_lines": COUNT,
                "removed_lines": COUNT,
                "origin": ORIGIN,
            }
        )
    ),
    "diff": _maybe(TEXT),
}
GOAL = {
    "project": TEXT,
    "from": TEXT,
    "to": TEXT,
    "answers": ANSWERS,
    "changed_answers": COMPARED["changed_answers"],
    "new_questions": ANSWERS,
    "dropped_answers": ANSWERS,
    "changes": _list(_object({"kind": TEXT, "path": TEXT, "old": _maybe(TEXT), "edited": FLAG})),
    "kept": _list(_object({"path": TEXT, "why": TEXT})),
    "conflicts": _list(_object({"path": TEXT, "kind": TEXT, "lines": SPANS})),
    "in_the_way": TEXTS,
    "notes": TEXTS,
    "before_deploy": _list(_object({"version": TEXT, "what": TEXT, "places": TEXTS})),
    "not_migrated": TEXTS,
    "diff": _maybe(TEXT),
    "done": {"enum": ["nothing", "planned", "staged", "committed", "conflicts"]},
    "commit": _maybe(TEXT),
    "branch": _maybe(TEXT),
    "locked": _maybe(TEXT),
}
RESUMED = {key: GOAL[key] for key in ("project", "commit", "locked", "done")}
ABORTED = {"project": TEXT, "done": {"const": "aborted"}, "kept_under": _maybe(TEXT)}

PRESET = {"name": TEXT, "gives": TEXT, "path": _maybe(TEXT), "answers": ANSWERS}
RULE = {
    "rule": TEXT,
    "state": {"enum": ["ok", "warning", "problem"]},
    "found": TEXT,
    "fix": _maybe(TEXT),
}

# What `data` holds, by command: one of these. (`mcp` prints none: its stdout is the protocol's.)
DATA: dict[str, tuple[dict[str, Schema], ...]] = {
    "new": (MADE, PREVIEWED, SHOWN),
    "options": ({"questions": _list(_object(QUESTION))},),
    "options explain": (EXPLAINED,),
    "schema": ({"name": TEXT, "schema": SOMETHING},),
    "compare": (COMPARED,),
    "set": (GOAL,),
    "add": (GOAL,),
    "remove": (GOAL,),
    "update": (GOAL, RESUMED, ABORTED),
    "check": (
        PROJECT | {"newest": TEXT, "markers": FINDINGS, "updates": FINDINGS, "drift": FINDINGS},
    ),
    "diff": (PROJECT | {"files": _list(_object({"path": TEXT, "why": TEXT})), "diff": TEXT},),
    "info": (PROJECT | {"template": TEXT, "newest": TEXT, "answers": ANSWERS},),
    "preset save": ({"name": TEXT, "path": TEXT, "answers": ANSWERS},),
    "preset list": ({"presets": _list(_object(PRESET | {"problem": _maybe(TEXT)}))},),
    "preset show": (PRESET,),
    "doctor": ({"project": _maybe(TEXT), "rules": _list(_object(RULE))},),
    "completion": ({"shell": TEXT, "script": TEXT},),
}


def of_document() -> Schema:
    refusals = [*_refusals()]
    codes = [refusal.code for refusal in refusals]
    exits = sorted({0, *(refusal.exit_code for refusal in refusals)})
    return {
        "$schema": DIALECT,
        "$id": f"{distribution.repository()}/document.json",
        "title": "What every command prints with `--json`",
        **_object(
            {
                "schema": {"const": "scaffold/1"},
                "command": TEXT,
                "ok": FLAG,
                "exit_code": {"enum": exits},
                "data": {"type": "object"},
                "error": _maybe(_error(codes)),
            }
        ),
        "allOf": [
            _if({"ok": {"const": True}}, {"exit_code": {"const": 0}, "error": {"type": "null"}}),
            _if({"ok": {"const": False}}, {"error": {"type": "object"}}),
            *(_if(_refused(each), {"exit_code": {"const": each.exit_code}}) for each in refusals),
            *(_if({"command": {"const": name}}, {"data": data_of(name)}) for name in DATA),
            _if({"command": {"enum": [*DATA]}, "ok": {"const": True}}, {"data": SOMETHING}),
        ],
    }


def data_of(command: str) -> Schema:
    """A refusal has nothing there, or what was found or done before it."""
    return {"anyOf": [*(_object(shape) for shape in DATA.get(command, ())), NOTHING]}


def _refusals() -> Iterator[type[Refusal]]:
    for found in vars(errors).values():
        if isinstance(found, type) and issubclass(found, Refusal):
            yield found


def _error(codes: list[str]) -> Schema:
    told: dict[str, Schema] = {
        "code": {"enum": codes},
        "message": TEXT,
        "hint": TEXT | {"description": "The way out, for a person."},
        "fixes": _list(_object({"set": ANSWERS}))
        | {"description": "Answers that would make the command work."},
    }
    return _object(told)


def _refused(refusal: type[Refusal]) -> dict[str, Schema]:
    code = {"properties": {"code": {"const": refusal.code}}, "required": ["code"]}
    return {"error": {"type": "object", **code}}


def _if(these: dict[str, Any], then: dict[str, Any]) -> Schema:
    return {"if": {"properties": these}, "then": {"properties": then}}
