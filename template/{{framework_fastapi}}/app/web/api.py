"""What routes take: a session or a connection, the precondition; and the headers they document."""

from typing import Annotated, Any

from fastapi import Depends, Header, Request

from app.edge.etag import Precondition
from app.store import Connection as _Connection
from app.store import Session as _Session
from app.store import connection_of, session_of

_TEXT = {"type": "string"}
_TAG = {"ETag": {"description": "The version, for If-Match.", "schema": _TEXT}}
_LOCATION = {"Location": {"description": "The path of what was made.", "schema": _TEXT}}

Responses = dict[int | str, dict[str, Any]]
CREATED: Responses = {201: {"headers": _TAG | _LOCATION}}
TAGGED: Responses = {200: {"headers": _TAG}}


# Not plain `def`: FastAPI would run it in a thread, a hop for every request.
async def _session(request: Request) -> _Session:
    return session_of(request.scope["unit"])


async def _connection(request: Request) -> _Connection:
    return await connection_of(request.scope["unit"])


async def _precondition(
    if_match: Annotated[str | None, Header(description="The ETag of what was read.")] = None,
) -> Precondition:
    return Precondition.read(if_match)


Session = Annotated[_Session, Depends(_session)]
Connection = Annotated[_Connection, Depends(_connection)]
IfMatch = Annotated[Precondition, Depends(_precondition)]
