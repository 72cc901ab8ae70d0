"""Items over HTTP."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.edge.envelope import Envelope
from app.edge.etag import etag
from app.edge.links import links
from app.edge.paging import Page
from app.items import service
from app.items.schemas import ItemCreate, ItemQuery, ItemRead, ItemUpdate
from app.web.api import ETAG, LINK, LOCATION, Ask, Connection, IfMatch, QueryOf, Session

Answer = Response[Envelope[ItemRead]]


class ItemController(Controller):
    path = "/items"
    tags = ("items",)

    @get(response_headers=(LINK,), dependencies={"params": QueryOf(ItemQuery)})
    async def list_items(
        self, connection: Connection, params: NamedDependency[ItemQuery], request: Ask
    ) -> Response[Page[ItemRead]]:
        listing = params.listing()
        rows, total = await service.list_items(connection, listing)
        page = Page[ItemRead].of(listing, rows, total)
        link = links(request.url.path, request.url.query, page.meta)
        return Response(page, headers={"Link": link})

    @post(response_headers=(ETAG, LOCATION))
    async def create_item(
        self, connection: Connection, data: JSONBody[ItemCreate], request: Ask
    ) -> Answer:
        item = ItemRead.model_validate(await service.create_item(connection, data))
        location = request.app.route_reverse("get_item", item_id=item.id)
        return Response(Envelope(data=item), headers={"Location": location, "ETag": etag(item)})

    @get("/{item_id:uuid}", name="get_item", response_headers=(ETAG,))
    async def get_item(self, connection: Connection, item_id: FromPath[UUID]) -> Answer:
        return _tagged(await service.get_item(connection, item_id))

    @put("/{item_id:uuid}", response_headers=(ETAG,))
    async def replace_item(
        self,
        session: Session,
        item_id: FromPath[UUID],
        if_match: IfMatch,
        data: JSONBody[ItemCreate],
    ) -> Answer:
        return _tagged(await service.replace_item(session, item_id, if_match, data))

    @patch("/{item_id:uuid}", response_headers=(ETAG,))
    async def update_item(
        self,
        session: Session,
        item_id: FromPath[UUID],
        if_match: IfMatch,
        data: JSONBody[ItemUpdate],
    ) -> Answer:
        return _tagged(await service.update_item(session, item_id, if_match, data))

    @delete("/{item_id:uuid}")
    async def delete_item(
        self, session: Session, item_id: FromPath[UUID], if_match: IfMatch
    ) -> None:
        await service.delete_item(session, item_id, if_match)


def _tagged(found: Any) -> Answer:
    item = ItemRead.model_validate(found)
    return Response(Envelope(data=item), headers={"ETag": etag(item)})
