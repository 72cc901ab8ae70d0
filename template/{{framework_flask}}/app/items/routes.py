"""Items over HTTP."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for

from app.edge.envelope import Envelope
from app.edge.etag import etag
from app.edge.links import links
from app.edge.paging import Page
from app.items import service
from app.items.schemas import ItemCreate, ItemQuery, ItemRead, ItemUpdate
from app.web.api import IfMatch, get_connection, get_session
from app.web.spec import ETAG, LINK, LOCATION, Answers, spec

blueprint = Blueprint("items", __name__)

Answer = tuple[Envelope[ItemRead], dict[str, str]]  # with its headers

LISTED = Answers(HTTP_200=Page[ItemRead], headers=LINK)
CREATED = Answers(HTTP_201=Envelope[ItemRead], headers=ETAG | LOCATION)
TAGGED = Answers(HTTP_200=Envelope[ItemRead], headers=ETAG)
DELETED = Answers("HTTP_204")


@blueprint.get("")
@spec.validate(resp=LISTED)
def list_items(query: ItemQuery) -> tuple[Page[ItemRead], dict[str, str]]:
    listing = query.listing()
    rows, total = service.list_items(get_connection(), listing)
    page = Page[ItemRead].of(listing, rows, total)
    return page, {"Link": links(request.path, request.query_string.decode(), page.meta)}


@blueprint.post("")
@spec.validate(resp=CREATED)
def create_item(json: ItemCreate) -> tuple[Envelope[ItemRead], int, dict[str, str]]:
    item = ItemRead.model_validate(service.create_item(get_connection(), json))
    headers = {"Location": url_for(".get_item", item_id=item.id), "ETag": etag(item)}
    return Envelope[ItemRead](data=item), 201, headers


@blueprint.get("/<uuid:item_id>")
@spec.validate(resp=TAGGED)
def get_item(item_id: UUID) -> Answer:
    return _tagged(service.get_item(get_connection(), item_id))


@blueprint.put("/<uuid:item_id>")
@spec.validate(resp=TAGGED)
def replace_item(item_id: UUID, headers: IfMatch, json: ItemCreate) -> Answer:
    return _tagged(service.replace_item(get_session(), item_id, headers.precondition, json))


@blueprint.patch("/<uuid:item_id>")
@spec.validate(resp=TAGGED)
def update_item(item_id: UUID, headers: IfMatch, json: ItemUpdate) -> Answer:
    return _tagged(service.update_item(get_session(), item_id, headers.precondition, json))


@blueprint.delete("/<uuid:item_id>")
@spec.validate(resp=DELETED)
def delete_item(item_id: UUID, headers: IfMatch) -> tuple[str, int]:
    service.delete_item(get_session(), item_id, headers.precondition)
    return "", 204


def _tagged(found: Any) -> Answer:
    item = ItemRead.model_validate(found)
    return Envelope[ItemRead](data=item), {"ETag": etag(item)}
