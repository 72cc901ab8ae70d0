"""Open to everybody who reaches the service."""

from typing import Any

from app.auth.caller import Authenticate

SCHEMES: dict[str, Any] = {}  # of the OpenAPI document
authenticate: Authenticate | None = None
