# mypy: ignore-errors
# (Its packages are those of the generated project, in whose environment it runs.)
"""tutorial.py in Litestar's words: the same work on the same table, and nothing else."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

from litestar import Litestar, get, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody, QueryParameter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import DateTime, func, make_url, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

URL = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg")
engine = create_async_engine(URL, pool_size=10)
new_session = async_sessionmaker(engine, expire_on_commit=False)


def now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str]
    description: Mapped[str | None]
    quantity: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ItemCreate(BaseModel):
    name: str = Field(min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=2000)
    quantity: int = Field(default=0, ge=0, le=2_147_483_647)


class ItemRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    description: str | None
    quantity: int
    version: int
    created_at: datetime
    updated_at: datetime


class ItemPage(BaseModel):
    items: list[ItemRead]
    total: int


async def get_session() -> AsyncIterator[AsyncSession]:
    async with new_session() as session:
        yield session


@get("/api/v1/items")
async def list_items(
    session: NamedDependency[AsyncSession],
    page: Annotated[int, QueryParameter(ge=1)] = 1,
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
) -> ItemPage:
    live = Item.deleted_at.is_(None)
    total = await session.scalar(select(func.count()).select_from(Item).where(live))
    rows = await session.scalars(
        select(Item)
        .where(live)
        .order_by(Item.created_at.desc(), Item.id.desc())
        .limit(limit)
        .offset((page - 1) * limit)
    )
    return ItemPage(items=[ItemRead.model_validate(row) for row in rows.all()], total=total)


@get("/api/v1/items/{item_id:uuid}")
async def get_item(item_id: FromPath[UUID], session: NamedDependency[AsyncSession]) -> ItemRead:
    item = await session.scalar(select(Item).where(Item.id == item_id, Item.deleted_at.is_(None)))
    if item is None:
        raise NotFoundException("Item not found")
    return ItemRead.model_validate(item)


@post("/api/v1/items")
async def create_item(
    data: JSONBody[ItemCreate], session: NamedDependency[AsyncSession]
) -> ItemRead:
    item = Item(**data.model_dump())
    session.add(item)
    await session.commit()
    await session.refresh(item)
    return ItemRead.model_validate(item)


app = Litestar(
    [list_items, get_item, create_item],
    dependencies={"session": Provide(get_session)},
    on_shutdown=[engine.dispose],
)
