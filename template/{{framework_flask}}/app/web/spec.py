"""Spectree: a view's annotations say what it takes, `resp` what it answers. Both are documented."""

import re
from typing import Any

from flask import Request
from pydantic import BaseModel, ValidationError
from spectree import Response, SpecTree
from spectree.plugins.base import Context
from spectree.plugins.flask_plugin import FlaskPlugin

from app.edge.envelope import ErrorEnvelope, refused
from app.edge.links import LISTED
from app.edge.openapi import TEXT, Node

ETAG: Node = {"ETag": {"description": "The version, for If-Match.", "schema": TEXT}}
LINK: Node = LISTED[200]["headers"]
LOCATION: Node = {"Location": {"description": "The path of what was made.", "schema": TEXT}}


class Answers(Response):
    """`headers`: those of a success."""

    def __init__(self, *codes: str, headers: Node | None = None, **bodies: Any) -> None:
        super().__init__(*codes, **bodies)
        self.headers = {"headers": headers} if headers else {}

    def generate_spec(self, *naming: Any) -> Node:
        told = super().generate_spec(*naming).items()
        return {code: each | self.headers if code < "300" else each for code, each in told}


class Judge(FlaskPlugin):
    """Spectree's own takes `null` and `[]` for `{}`, and tells what is wrong in its own words."""

    def request_validation(self, request: Any, *models: type[BaseModel] | None) -> None:
        """The first that is refused is told. A form is not read: the edge lets in JSON alone."""
        query, json, _, headers, cookies = models
        read = {
            "headers": headers and judged(headers, "header", dict(request.headers)),
            "cookies": cookies and judged(cookies, "cookie", request.cookies.to_dict()),
            "query": query and judged(query, "query", request.args.to_dict()),
            "json": json and judged(json, "body", body_of(request)),
        }
        request.context = Context(form=None, **read)


def body_of(request: Request) -> Any:
    if not request.data:
        raise refused([{"loc": ("body",), "type": "missing", "msg": "It is missing."}])
    return request.get_json()


def judged(model: type[BaseModel], where: str, values: Any) -> BaseModel:
    try:
        return model.model_validate(values, from_attributes=True)  # the message names no class
    except ValidationError as error:
        found = [{**each, "loc": (where, *each["loc"])} for each in error.errors()]
        raise refused(found) from None


spec = SpecTree(
    backend=Judge,
    validation_error_model=ErrorEnvelope,
    naming_strategy=lambda model: re.sub(r"\W", "_", model.__name__),
    nested_naming_strategy=lambda _, child: child,
)
