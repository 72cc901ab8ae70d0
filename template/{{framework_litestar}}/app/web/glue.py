"""Litestar around the routes: errors go to the edge, pydantic judges as its models say, and the
document is completed."""

import re
from collections.abc import Iterator
from importlib.metadata import distribution, metadata
from pathlib import Path
from typing import Any, Never
from uuid import UUID

from litestar import Litestar, Router
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.plugins.pydantic import PydanticInitPlugin
from litestar.plugins.pydantic.utils import is_pydantic_model_class
from litestar.routes import HTTPRoute
from msgspec import Raw
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from app.auth.authenticate import SCHEMES
from app.auth.caller import Needs
from app.edge.accept import JSON
from app.edge.docs import docs
from app.edge.envelope import of_status, refused
from app.edge.openapi import TEXT, Node, Operation, describe, routes
from app.edge.routing import Routes
from app.errors import NotFound
from app.web.api import DEPENDENCIES, Ask, QueryOf, judged

SWAGGER_UI = Path(str(distribution("swagger-ui-py").locate_file("swagger_ui/static")))
PART = re.compile(r"\\{\w+:(?P<kind>\w+)\\}")  # of a path, escaped
REFS = "#/components/schemas/{model}"


def make_api(name: str, *routers: Router) -> Litestar:
    """Its version and description are those of pyproject.toml."""
    about = metadata(name)
    return Litestar(
        routers,
        dependencies=DEPENDENCIES,
        before_request=_one_spelling,
        plugins=[Pydantic()],
        type_encoders={BaseModel: lambda model: Raw(model.model_dump_json().encode())},
        exception_handlers={Exception: _leave},
        openapi_config=OpenAPIConfig(
            title=name,
            version=about["Version"],
            description=about["Summary"],
            operation_id_creator=lambda handler, method, path: handler.handler_name,
        ),
        logging_config=None,  # the edge tells of each request
    )


def routes_of(api: Litestar, *, with_docs: bool) -> Routes:
    document = _document(api)
    found = routes(document, _needs(api), (each[:2] for each in _served(api)))
    return Routes([*found, *(docs(document, SWAGGER_UI) if with_docs else [])])


def _document(api: Litestar) -> Node:
    """Litestar's own; bodies as pydantic describes them, whose limits it loses in part."""
    document = api.openapi_schema.to_schema()
    del document["servers"]
    shown = [each for each in _served(api) if each[2].resolve_include_in_schema()]
    models = [model for _, _, handler in shown for model in _models(handler)]
    named, schemas = models_json_schema(models, ref_template=REFS)
    document["components"]["schemas"] = schemas.get("$defs", {})
    for _, (path, method), handler in shown:
        operation = document["paths"][path][method.lower()]
        _complete(document, operation, handler)
        for model, mode in _models(handler):
            answer = operation["responses"][str(handler.status_code)]
            body = answer if mode == "serialization" else operation["requestBody"]
            body["content"][JSON]["schema"] = named[model, mode]
    return describe(document, _needs(api), SCHEMES)


def _models(handler: HTTPRouteHandler) -> Iterator[tuple[type[BaseModel], JsonSchemaMode]]:
    """The bodies of a handler: what it takes, what it gives."""
    signature = handler.parsed_fn_signature
    if taken := signature.parameters.get("data"):
        yield taken.annotation, "validation"
    for field in (signature.return_type, *signature.return_type.inner_types):
        if field.is_subclass_of(BaseModel):
            yield field.annotation, "serialization"
            return


def _complete(document: Node, operation: Node, handler: HTTPRouteHandler) -> None:
    for provide in handler.resolve_dependencies().values():
        if isinstance(provide, QueryOf):
            schema = provide.model.model_json_schema(ref_template=REFS)
            operation.setdefault("parameters", []).extend(_parameters(schema))
            document["components"]["schemas"] |= schema.get("$defs", {})
    for response in operation["responses"].values():
        headers = response.get("headers", {}).items()  # out of a set, in any order
        response["headers"] = {name: {"schema": TEXT} | header for name, header in sorted(headers)}


def _parameters(query: Node) -> Iterator[Node]:
    for name, schema in query["properties"].items():
        told = {"description": schema["description"]} if "description" in schema else {}
        required = name in query.get("required", ())
        yield {"name": name, "in": "query", "required": required, "schema": schema} | told


def _needs(api: Litestar) -> dict[Operation, Needs]:
    """What a handler says itself wins over its router's word: so Litestar lays `opt` in layers."""
    found = ((operation, handler.opt.get("needs")) for _, operation, handler in _served(api))
    return {operation: needs for operation, needs in found if needs}


def _served(api: Litestar) -> Iterator[tuple[re.Pattern[str], Operation, HTTPRouteHandler]]:
    """Without what Litestar adds: OPTIONS, which the edge answers, and pages of its own."""
    for route in api.routes:
        if isinstance(route, HTTPRoute) and not route.path.startswith("/schema"):
            for method, (handler, _) in route.route_handler_map.items():
                if method != "OPTIONS":
                    yield _pattern(route), (route.path_format, method), handler


def _pattern(route: HTTPRoute) -> re.Pattern[str]:
    path = re.escape(route.path)
    return re.compile(PART.sub(lambda part: ".+" if part["kind"] == "path" else "[^/]+", path))


class Pydantic(PydanticInitPlugin):
    """Litestar's own says `strict` for every model, whatever the model says."""

    @classmethod
    def decoders(cls, validate_strict: bool = False) -> list[Any]:
        return [(is_pydantic_model_class, lambda model, value: judged(model, "body", value))]


async def _one_spelling(request: Ask) -> None:
    """Litestar's uuid also takes braces, `urn:uuid:` and no hyphens: one item, many addresses."""
    for value in request.path_params.values():
        if isinstance(value, UUID) and str(value) not in request.scope["path"].lower().split("/"):
            raise NotFound


def _leave(request: Ask, error: Exception) -> Never:
    """Every error leaves the framework: the edge answers, in one place."""
    if isinstance(error, ValidationException):
        found = error.extra if isinstance(error.extra, list) else [{}]
        raise refused(map(_told, found)) from None
    if isinstance(error, HTTPException) and error.status_code != 500:
        raise of_status(error.status_code, error.headers or {}) from None
    raise error


def _told(each: dict[str, Any]) -> dict[str, Any]:
    """As pydantic would: of a parameter, or of a missing body. Of all others it tells itself."""
    if each.get("key") == "data":
        return {"loc": ("body",), "type": "missing", "msg": "It is missing."}
    loc = each.get("source", "query"), each.get("key", "*")
    return {"loc": loc, "type": "invalid", "msg": each.get("message", "It is missing.")}
