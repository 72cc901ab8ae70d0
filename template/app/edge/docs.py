"""The API to read and to try: its document, and Swagger UI, without any other host."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

from app.edge.accept import JSON
from app.edge.routing import Route
from app.edge.store import Answer

_FILES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true})</script>
</body>
</html>
""")
_INLINE = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def docs(document: dict[str, Any], swagger_ui: Path) -> Iterator[Route]:
    """`swagger_ui`: the folder that its files lie in."""
    html = _PAGE.substitute(title=document["info"]["title"])
    kept = "public, max-age=86400"
    yield _route("/openapi.json", JSON, json.dumps(document).encode())
    yield _route("/docs", "text/html", html.encode(), ("content-security-policy", _policy(html)))
    for name, media_type in _FILES.items():
        content = (swagger_ui / name).read_bytes()
        yield _route(f"/docs/{name}", media_type, content, ("cache-control", kept))


def _route(path: str, media_type: str, body: bytes, *headers: tuple[str, str]) -> Route:
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    answer = Answer(200, [("content-type", media_type + charset), *headers], body)
    return Route(path, re.compile(re.escape(path)), "GET", answer=answer)


def _policy(page: str) -> str:
    """It may run its own scripts and nothing else: the inline ones are named by their digests."""
    digests = [hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(page)]
    inline = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    scripts = " ".join(["'self'", *inline])
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",  # Swagger UI writes style attributes
            "img-src 'self' data:",
            "connect-src 'self'",
            "frame-ancestors 'none'",
        )
    )
