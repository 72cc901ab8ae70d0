"""What routes take: a session or a connection, the precondition, a query; and the headers they
document."""

from functools import partial
from typing import Annotated, Any, cast

from litestar import Request
from litestar.datastructures import ResponseHeader, State
from litestar.di import NamedDependency, Provide
from litestar.params import HeaderParameter, SkipValidation
from pydantic import BaseModel, ValidationError

from app.edge.envelope import refused
from app.edge.etag import Precondition
from app.edge.links import LISTED
from app.store import Connection as _Connection
from app.store import Session as _Session
from app.store import connection_of, session_of

Ask = Request[None, None, State]
Session = NamedDependency[SkipValidation[_Session]]
Connection = NamedDependency[SkipValidation[_Connection]]
IfMatch = NamedDependency[SkipValidation[Precondition]]

_header = partial(ResponseHeader, documentation_only=True)
ETAG = _header(name="ETag", description="The version, for If-Match.")
LINK = _header(name="Link", description=LISTED[200]["headers"]["Link"]["description"])
LOCATION = _header(name="Location", description="The path of what was made.")


def given(request: Ask, name: str) -> Any:
    """What the edge has put into the scope: the unit, the caller."""
    return cast("dict[str, Any]", request.scope)[name]


async def _session(request: Ask) -> _Session:
    return session_of(given(request, "unit"))


async def _connection(request: Ask) -> _Connection:
    return await connection_of(given(request, "unit"))


# What is independent Litestar resolves in a task group, and cancels the one when the other is
# refused: dearer than both, and no connection may be cancelled. So each takes what comes before it.
async def _precondition(
    session: Session,
    header: Annotated[
        str | None, HeaderParameter(name="if-match", description="The ETag of what was read.")
    ] = None,
) -> Precondition:
    return Precondition.read(header)


class QueryOf(Provide):
    """For `dependencies=`: the query as a model, which Litestar has not. Pydantic alone judges."""

    def __init__(self, model: type[BaseModel]) -> None:
        self.model = model
        super().__init__(self.read)

    async def read(self, request: Ask, connection: Connection) -> BaseModel:
        return judged(self.model, "query", dict(request.query_params))


def judged(model: type[BaseModel], where: str, values: Any) -> BaseModel:
    try:
        return model.model_validate(values, from_attributes=True)  # the message names no class
    except ValidationError as error:
        found = [{**each, "loc": (where, *each["loc"])} for each in error.errors()]
        raise refused(found) from None


DEPENDENCIES = {
    "session": Provide(_session),
    "connection": Provide(_connection),
    "if_match": Provide(_precondition),
}
