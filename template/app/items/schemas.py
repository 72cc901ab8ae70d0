"""What a client sends and receives."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.edge.paging import ListQuery, sortable
from app.edge.schema import UNSET, Bare, Body, Int32, Text, Time

Name = Annotated[Text, Bare, Field(min_length=1, max_length=200)]
Description = Annotated[Text, Field(max_length=2000)]
Quantity = Annotated[int, Field(ge=0, le=2_147_483_647)]


class ItemCreate(Body):
    name: Name
    description: Description | None = None
    quantity: Quantity = 0


class ItemUpdate(Body):
    name: Name = UNSET
    description: Description | None = UNSET
    quantity: Quantity = UNSET


class ItemRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    description: str | None
    quantity: int
    version: int
    created_at: datetime
    updated_at: datetime


class ItemQuery(ListQuery):
    sort: Annotated[str, sortable("id", "name", "quantity", "created_at")] = "-created_at"
    name: Text | None = None
    name__contains: Text | None = None
    quantity: Int32 | None = None
    quantity__gte: Int32 | None = None
    quantity__lt: Int32 | None = None
    created_at__gte: Time | None = None
    created_at__lt: Time | None = None
