"""FastAPI around the routes: errors go to the edge, and the document is completed."""

from importlib.metadata import metadata
from pathlib import Path
from typing import Any, Never

import fastapi_offline
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException

from app.auth.authenticate import SCHEMES
from app.auth.caller import Needs
from app.edge.docs import docs
from app.edge.envelope import of_status, refused
from app.edge.openapi import Operation, describe, routes
from app.edge.routing import Routes

SWAGGER_UI = Path(fastapi_offline.__file__).with_name("static")
SILENT: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}


def make_api(distribution: str) -> FastAPI:
    """Its version and description are those of pyproject.toml."""
    about = metadata(distribution)
    api = FastAPI(
        title=distribution,
        version=about["Version"],
        description=about["Summary"],
        openapi_url=None,  # the edge answers with the document
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        exception_handlers={
            RequestValidationError: _on_invalid,
            HTTPException: _on_http_error,
            Exception: _on_error,
        },
        telemetry=SILENT,  # the edge tells of each request
    )
    _complete_document(api)
    return api


def routes_of(api: FastAPI, *, with_docs: bool) -> Routes:
    served = (
        (route.path_regex, (route.path_format or "", method))
        for route in iter_route_contexts(api.routes)
        for method in route.methods or [""]
    )
    found = routes(api.openapi(), _needs(api), served)
    _take_marks_off(api)
    return Routes([*found, *(docs(api.openapi(), SWAGGER_UI) if with_docs else [])])


def _needs(api: FastAPI) -> dict[Operation, Needs]:
    """What a route says itself wins over its router's word."""
    return {
        (route.path_format or "", method): mark.dependency
        for route in iter_route_contexts(api.routes)
        for method in route.methods or ()
        for mark in getattr(route, "dependencies", ())
        if isinstance(mark.dependency, Needs)
    }


def _take_marks_off(api: FastAPI) -> None:
    """What they say is known by now; FastAPI would call each at every request."""
    for route in iter_route_contexts(api.routes):
        if dependant := getattr(route, "dependant", None):
            solved = [each for each in dependant.dependencies if not isinstance(each.call, Needs)]
            dependant.dependencies = solved


def _complete_document(api: FastAPI) -> None:
    generated = api.openapi

    def completed() -> dict[str, Any]:
        if api.openapi_schema is None:
            api.openapi_schema = describe(generated(), _needs(api), SCHEMES)
        return api.openapi_schema

    api.openapi = completed  # type: ignore[method-assign]  # the way that FastAPI documents


# A handler that raises lets the error leave the framework: the edge answers, in one place.
async def _on_error(request: Request, error: Exception) -> Never:
    raise error


async def _on_invalid(request: Request, error: Exception) -> Never:
    assert isinstance(error, RequestValidationError)
    raise refused(error.errors()) from None


async def _on_http_error(request: Request, error: Exception) -> Never:
    assert isinstance(error, HTTPException)
    raise of_status(error.status_code, dict(error.headers or {})) from None
