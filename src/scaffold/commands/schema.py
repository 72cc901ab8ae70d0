"""`scaffold schema`: what programs write and read, as JSON Schema."""

import json
from typing import Annotated

import typer

from scaffold import distribution
from scaffold.choices import questions
from scaffold.choices import schema as schemas
from scaffold.commands.flags import Json
from scaffold.errors import Usage, did_you_mean
from scaffold.programs import protocol
from scaffold.report import Report

EPILOG = """\b
Examples:
  scaffold schema > answers.schema.json
  scaffold schema document
"""

NAMES = ("new", "document")


def schema(
    name: Annotated[
        str,
        typer.Argument(
            metavar="new|document",
            help="The answers to `scaffold new` (default), or what `--json` prints.",
            show_default=False,
        ),
    ] = "new",
    *,
    as_json: Json = False,
) -> None:
    """The answers, or what every command prints with --json, as JSON Schema."""
    if name not in NAMES:
        ways = "`new`: the answers; `document`: what every command prints with `--json`"
        raise Usage(f"there is no schema `{name}`", did_you_mean(name, NAMES, ways))
    if name == "new":
        found = schemas.of_answers(questions.read(distribution.source()))
    else:
        found = protocol.of_document()
    report = Report("schema", as_json)
    report.show(f"{json.dumps(found, indent=2)}\n".encode())
    report.finish({"name": name, "schema": found})
