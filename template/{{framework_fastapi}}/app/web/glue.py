"""FastAPI around the routes: errors go to the edge, the document is completed, and /docs needs no
other host."""

from collections.abc import Iterator
from importlib.metadata import metadata
from pathlib import Path
from typing import Any, Never

import fastapi_offline
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.routing import iter_route_contexts
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException

from app.auth.authenticate import SCHEMES
from app.edge.docs import policy
from app.edge.envelope import of_status, refused
from app.edge.openapi import creating, describe, queries
from app.edge.routing import Route, Routes
from app.web.access import Needs

ASSETS = Path(fastapi_offline.__file__).with_name("static")
SILENT: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}


def make_api(distribution: str, *, docs: bool) -> FastAPI:
    """Its version and description are those of pyproject.toml."""
    about = metadata(distribution)
    api = FastAPI(
        title=distribution,
        version=about["Version"],
        description=about["Summary"],
        openapi_url="/openapi.json" if docs else None,
        docs_url=None,
        redoc_url=None,
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
    if docs:
        _serve_docs(api)
    return api


def routes_of(api: FastAPI) -> Routes:
    return Routes(_routes(api))


def _routes(api: FastAPI) -> Iterator[Route]:
    document, marks = api.openapi(), _marks(api)
    known, keyed = queries(document), creating(document)
    for route in iter_route_contexts(api.routes):
        template = route.path_format or ""
        for method in route.methods or [""]:
            operation = template, method
            mark = marks.get(operation)
            yield Route(
                template,
                route.path_regex,
                method,
                queries=known.get(operation),
                permission=mark.permission(method) if mark else None,
                creates=operation in keyed,
                strict=mark is not None and mark.strict,
            )


def _marks(api: FastAPI) -> dict[tuple[str, str], Needs]:
    """By path and method; what a route says itself wins over its router's word."""
    return {
        (route.path_format or "", method): mark.dependency
        for route in iter_route_contexts(api.routes)
        for method in route.methods or ()
        for mark in getattr(route, "dependencies", ())
        if isinstance(mark.dependency, Needs)
    }


def _complete_document(api: FastAPI) -> None:
    generated = api.openapi

    def completed() -> dict[str, Any]:
        if api.openapi_schema is None:
            marks = _marks(api).items()
            permissions = {key: mark.permission(key[1]) for key, mark in marks}
            api.openapi_schema = describe(generated(), permissions, SCHEMES)
        return api.openapi_schema

    api.openapi = completed  # type: ignore[method-assign]  # the way that FastAPI documents


def _serve_docs(api: FastAPI) -> None:
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=api.title,
        swagger_js_url="/docs/swagger-ui-bundle.js",
        swagger_css_url="/docs/swagger-ui.css",
        swagger_favicon_url="/docs/favicon.png",
    )
    html = bytes(page.body).decode()

    @api.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(html, headers={"content-security-policy": policy(html)})

    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        _serve_file(api, f"/docs/{asset}", ASSETS / asset)


def _serve_file(api: FastAPI, path: str, file: Path) -> None:
    @api.get(path, include_in_schema=False)
    async def asset() -> FileResponse:
        return FileResponse(file, headers={"cache-control": "public, max-age=86400"})


# A handler that raises lets the error leave the framework: the edge answers, in one place.
async def _on_error(request: Request, error: Exception) -> Never:
    raise error


async def _on_invalid(request: Request, error: Exception) -> Never:
    assert isinstance(error, RequestValidationError)
    raise refused(error.errors()) from None


async def _on_http_error(request: Request, error: Exception) -> Never:
    assert isinstance(error, HTTPException)
    raise of_status(error.status_code, dict(error.headers or {})) from None
