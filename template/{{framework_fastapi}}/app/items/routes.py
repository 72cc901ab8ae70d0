"""Items over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.edge.envelope import Envelope
from app.edge.etag import etag
from app.edge.paging import Page
from app.ids import Id
from app.items import service
from app.items.schemas import ItemCreate, ItemQuery, ItemRead, ItemUpdate
from app.web.api import CREATED, TAGGED, IfMatch, Session

router = APIRouter(prefix="/items", tags=["items"])


@router.get("")
async def list_items(session: Session, query: Annotated[ItemQuery, Query()]) -> Page[ItemRead]:
    listing = query.listing()
    rows, total = await service.list_items(session, listing)
    return Page[ItemRead].of(ItemRead, listing, rows, total)


@router.post("", status_code=201, responses=CREATED)
async def create_item(
    session: Session, new: ItemCreate, request: Request, response: Response
) -> Envelope[ItemRead]:
    item = await service.create_item(session, new)
    response.headers["Location"] = request.app.url_path_for("get_item", item_id=item.id)
    response.headers["ETag"] = etag(item)
    return Envelope(data=ItemRead.model_validate(item))


@router.get("/{item_id}", responses=TAGGED)
async def get_item(session: Session, item_id: Id, response: Response) -> Envelope[ItemRead]:
    item = await service.get_item(session, item_id)
    response.headers["ETag"] = etag(item)
    return Envelope(data=ItemRead.model_validate(item))


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
