"""What views take besides their bodies and queries: a session or a connection, the precondition."""

from typing import Annotated, Any

from flask import request
from pydantic import BaseModel, Field, PlainValidator, WithJsonSchema

from app.edge.etag import Precondition
from app.store import Connection, Session, connection_of, session_of


def given(name: str) -> Any:
    """What the edge has put into the scope: the unit, the caller."""
    return request.environ["asgi.scope"][name]


def get_session() -> Session:
    return session_of(given("unit"))


def get_connection() -> Connection:
    return connection_of(given("unit"))


class IfMatch(BaseModel):
    """A view takes it as `headers`."""

    precondition: Annotated[
        Precondition,
        PlainValidator(Precondition.read),
        WithJsonSchema({"type": "string"}),
        Field(alias="If-Match", description="The ETag of what was read."),
    ] = Field(default_factory=lambda: Precondition(None))
