"""The table of items."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base
from app.driver import Timestamp, unique_among


class Item(Base):
    __tablename__ = "items"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(Text)
    quantity: Mapped[int]
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    updated_at: Mapped[datetime] = mapped_column(Timestamp)
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)


TABLE = Item.metadata.tables[Item.__tablename__]
LIVE = TABLE.c.deleted_at.is_(None)
unique_among("uq_items_name_live", Item.name, "deleted_at IS NULL")
Index("ix_items_created_at_id", Item.created_at, Item.id)
