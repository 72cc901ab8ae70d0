"""Every setting of a generated service, from the class that it is read by."""

import runpy
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic_settings import BaseSettings

from scaffold import distribution
from scaffold.choices import answers, questions
from scaffold.choices.questions import Answer, Answers, Questionnaire
from scaffold.template import rendering

HEAD = """\
# Settings

Written by `make reference` from the class in `app/settings.py`, with each of the choices in turn.

A service reads them from its environment, in development also from `.env`; an empty one is unset. A
project's own docs/settings.md lists those that it has. What is wrong or, [outside development and
test, weak](contract.md#life-of-a-process), is named at start, and the service ends. Traces are sent
where OpenTelemetry's own variables say, above all `OTEL_EXPORTER_OTLP_ENDPOINT`.
"""
FILES = ("copier.yml", "settings.py", "{{ _copier_conf")
LIMITS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
Rows = dict[str, list[str]]  # by the line of a table: the choices that bring it


def page() -> str:
    brought: Rows = {}
    with TemporaryDirectory() as folder:
        source = _source(Path(folder))
        for number, (choice, made) in enumerate(_sides(questions.read(source))):
            for row in _rows(_settings(source, Path(folder, f"{number}"), made)):
                brought.setdefault(row, []).append(choice)
    return "\n".join([HEAD, *_tables(brought)])


def _source(folder: Path) -> Path:
    """Only the files of the template that settings come from: it is rendered for each choice."""
    whole, source = distribution.source(), folder / "source"
    for path in [whole / "copier.yml", *(whole / "template").rglob("*")]:
        if path.parent.name == "_slots" or path.name.startswith(FILES):
            target = source / path.relative_to(whole)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return source


def _sides(asked: Questionnaire) -> Iterator[tuple[str, Answers]]:
    """The defaults, and each other choice beside them; the name of the first is nothing."""
    named: Answers = {"project_name": "service"}
    usual = answers.complete(asked, named, defaults=True)
    yield "", usual
    for question in asked.questions:
        for choice in question.values:
            answer: Answer = [choice] if question.several else choice
            side = answers.complete(asked, {**named, question.key: answer}, defaults=True)
            if side != usual:
                yield f"{question.key}={choice}", side


def _settings(source: Path, folder: Path, made: Answers) -> type[BaseSettings]:
    rendering.render(source, folder, made)
    found: type[BaseSettings] = runpy.run_path(str(folder / "app/settings.py"))["Settings"]
    return found


def _rows(settings: type[BaseSettings]) -> Iterator[str]:
    schema = settings.model_json_schema()
    for name, field in settings.model_fields.items():
        spec = _of_value(schema["properties"][name])
        default = "required" if field.is_required() else _default(field.default)
        yield f"| `{name.upper()}` | {_value(spec)} | {default} | {field.description} |"


def _of_value(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without the `null` of one that can be unset."""
    return next((each for each in spec.get("anyOf", []) if each["type"] != "null"), spec)


def _value(spec: Mapping[str, Any]) -> str:
    if "enum" in spec:
        return ", ".join(f"`{value}`" for value in spec["enum"])
    limits = [f"{sign} {spec[key]:,g}" for key, sign in LIMITS.items() if key in spec]
    patterns = [f"`{spec['pattern']}`"] if "pattern" in spec else []
    empty = ["not empty"] if spec.get("minLength") else []
    return " ".join([_type(spec), " and ".join([*limits, *patterns, *empty])]).strip()


def _type(spec: Mapping[str, Any]) -> str:
    if spec["type"] == "array":
        return "list"
    return "secret" if spec.get("writeOnly") else str(spec["type"])


def _default(value: Any) -> str:
    """None is no default, and no more is an empty list."""
    text = f"{value:g}" if isinstance(value, float) else str(value or "")
    return f"`{text}`" if value and text else ""


def _tables(brought: Rows) -> Iterator[str]:
    """What every service has, then what only some choices bring."""
    groups: dict[str, list[str]] = {}
    for row, choices in brought.items():
        title = "Every service" if "" in choices else f"With {' or '.join(choices)}"
        groups.setdefault(title, []).append(row)
    for title, rows in groups.items():
        yield f"## {title}\n"
        yield "| setting | value | default | meaning |\n| --- | --- | --- | --- |"
        yield from [*rows, ""]
