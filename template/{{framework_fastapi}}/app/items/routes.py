"""Items over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.edge.envelope import Envelope
from app.edge.etag import etag
from app.edge.links import LISTED, links
from app.edge.paging import Page
from app.ids import Id
from app.items import service
from app.items.schemas import ItemCreate, ItemQuery, ItemRead, ItemUpdate
from app.web.api import CREATED, TAGGED, Connection, IfMatch, Session

router = APIRouter(prefix="/items", tags=["items"])


@router.get("", responses=LISTED)
async def list_items(
    connection: Connection,
    query: Annotated[ItemQuery, Query()],
    request: Request,
    response: Response,
) -> Page[ItemRead]:
    listing = query.listing()
    rows, total = await service.list_items(connection, listing)
    page = Page[ItemRead].of(listing, rows, total)
    response.headers["Link"] = links(request.url.path, request.url.query, page.meta)
    return page


@router.post("", status_code=201, responses=CREATED)
async def create_item(
    connection: Connection, new: ItemCreate, request: Request, response: Response
) -> Envelope[ItemRead]:
    item = ItemRead.model_validate(await service.create_item(connection, new))
    response.headers["Location"] = f"{request.url.path}/{item.id}"
    response.headers["ETag"] = etag(item)
    return Envelope(data=item)


@router.get("/{item_id}", responses=TAGGED)
async def get_item(connection: Connection, item_id: Id, response: Response) -> Envelope[ItemRead]:
    item = ItemRead.model_validate(await service.get_item(connection, item_id))
    response.headers["ETag"] = etag(item)
    return Envelope(data=item)


@router.put("/{item_id}", responses=TAGGED)
async def replace_item(
    session: Session, item_id: Id, if_match: IfMatch, new: ItemCreate, response: Response
) -> Envelope[ItemRead]:
    item = await service.replace_item(session, item_id, if_match, new)
    response.headers["ETag"] = etag(item)
    return Envelope(data=ItemRead.model_validate(item))


@router.patch("/{item_id}", responses=TAGGED)
async def update_item(
    session: Session, item_id: Id, if_match: IfMatch, change: ItemUpdate, response: Response
) -> Envelope[ItemRead]:
    item = await service.update_item(session, item_id, if_match, change)
    response.headers["ETag"] = etag(item)
    return Envelope(data=ItemRead.model_validate(item))


@router.delete("/{item_id}", status_code=204)
async def delete_item(session: Session, item_id: Id, if_match: IfMatch) -> None:
    await service.delete_item(session, item_id, if_match)
