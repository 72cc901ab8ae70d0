"""Flask around the routes: errors go to the edge, and the document is completed."""

import json
import re
from collections.abc import Iterator
from importlib.metadata import distribution, metadata
from pathlib import Path
from typing import Never

from flask import Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from app.auth.authenticate import SCHEMES
from app.auth.caller import Needs
from app.edge.docs import docs
from app.edge.envelope import of_status
from app.edge.openapi import Node, Operation, describe, routes
from app.edge.routing import Routes
from app.web.spec import spec

SWAGGER_UI = Path(str(distribution("swagger-ui-py").locate_file("swagger_ui/static")))
PART = re.compile(r"<(?:(?P<kind>\w+)(?:\\\(.*?\\\))?:)?\w+>")  # of a rule, escaped


def make_api(name: str) -> Flask:
    """Its version and description are those of pyproject.toml."""
    about, config = metadata(name), spec.config
    config.title, config.version, config.description = name, about["Version"], about["Summary"]
    api = Flask("app", static_folder=None)
    api.config["PROPAGATE_EXCEPTIONS"] = True  # the edge answers, in one place
    api.register_error_handler(HTTPException, _on_http_error)
    api.after_request(_bare)
    api.url_map.strict_slashes = False  # the edge takes one off
    return api


def _on_http_error(error: HTTPException) -> Never:
    headers = {key: value for key, value in error.get_headers() if key != "Content-Type"}
    raise of_status(error.code or 500, headers) from None


def _bare(response: Response) -> Response:
    """Flask names a media type also where there is no body."""
    if response.status_code == 204:
        del response.headers["Content-Type"]
    return response


def routes_of(api: Flask, *, with_docs: bool) -> Routes:
    document = _document(api)
    served = ((_pattern(rule), operation) for rule, operation in _served(api))
    found = routes(document, _needs(api), served)
    return Routes([*found, *(docs(document, SWAGGER_UI) if with_docs else [])])


def _document(api: Flask) -> Node:
    """Spectree's own, with Flask's names: an operation is an endpoint, a tag its blueprint."""
    with api.app_context():
        document: Node = spec.spec
    del document["tags"], document["security"]
    for rule, (path, method) in _served(api):
        operation = document["paths"][path][method.lower()]
        blueprint, _, operation["operationId"] = rule.endpoint.rpartition(".")
        operation["tags"] = [blueprint]
        for node in (operation, *operation["parameters"]):
            if not node["description"]:
                del node["description"]
    _drop_unused(document)
    return describe(document, _needs(api), SCHEMES)


def _drop_unused(document: Node) -> None:
    """Models of queries and headers: their fields are parameters."""
    text, components = json.dumps(document), document["components"]
    schemas = components["schemas"].items()
    components["schemas"] = {name: each for name, each in schemas if f'/{name}"' in text}


def _needs(api: Flask) -> dict[Operation, Needs]:
    return {
        operation: needs
        for rule, operation in _served(api)
        for guarded in _guarded(api, rule)
        if (needs := getattr(guarded, "needs", None))
    }


def _guarded(api: Flask, rule: Rule) -> tuple[object, object]:
    """What a view says itself wins over its blueprint's word: it comes later."""
    return api.blueprints.get(rule.endpoint.rpartition(".")[0]), api.view_functions[rule.endpoint]


def _served(api: Flask) -> Iterator[tuple[Rule, Operation]]:
    """Without what Flask adds: HEAD and OPTIONS, which the edge answers."""
    for rule in api.url_map.iter_rules():
        path, _ = spec.backend.parse_path(rule, None)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, (path, method)


def _pattern(rule: Rule) -> re.Pattern[str]:
    """Wide: what a converter refuses is not found in its turn, after who asks is known."""
    path = re.escape(rule.rule.rstrip("/") or "/")
    return re.compile(PART.sub(lambda part: ".+" if part["kind"] == "path" else "[^/]+", path))
