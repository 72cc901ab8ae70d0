# mypy: ignore-errors
# (Its packages are those of the generated project, in whose environment it runs.)
"""tutorial.py in Flask's words: the same work on the same table, and nothing else."""

import os
from datetime import UTC, datetime
from uuid import UUID, uuid4

from flask import Flask, abort, g, request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import DateTime, create_engine, func, make_url, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

URL = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg")
engine = create_engine(URL, pool_size=10)
new_session = sessionmaker(engine, expire_on_commit=False)


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


class PageQuery(BaseModel):
    page: int = Field(default=1, ge=1)
    limit: int = Field(default=20, ge=1, le=100)


app = Flask(__name__)


def get_session():
    if "session" not in g:
        g.session = new_session()
    return g.session


@app.teardown_appcontext
def close_session(error):
    if session := g.pop("session", None):
        session.close()


@app.get("/api/v1/items")
def list_items():
    query, session = PageQuery.model_validate(request.args.to_dict()), get_session()
    live = Item.deleted_at.is_(None)
    total = session.scalar(select(func.count()).select_from(Item).where(live))
    rows = session.scalars(
        select(Item)
        .where(live)
        .order_by(Item.created_at.desc(), Item.id.desc())
        .limit(query.limit)
        .offset((query.page - 1) * query.limit)
    )
    page = ItemPage(items=[ItemRead.model_validate(row) for row in rows.all()], total=total)
    return page.model_dump(mode="json")


@app.get("/api/v1/items/<uuid:item_id>")
def get_item(item_id: UUID):
    item = get_session().scalar(select(Item).where(Item.id == item_id, Item.deleted_at.is_(None)))
    if item is None:
        abort(404)
    return ItemRead.model_validate(item).model_dump(mode="json")


@app.post("/api/v1/items")
def create_item():
    new, session = ItemCreate.model_validate(request.get_json()), get_session()
    item = Item(**new.model_dump())
    session.add(item)
    session.commit()
    session.refresh(item)
    return ItemRead.model_validate(item).model_dump(mode="json"), 201
