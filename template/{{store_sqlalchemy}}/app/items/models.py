"""The table of items."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base
from app.driver import Timestamp, unique_among
from app.ids import new_id


def _now() -> datetime:
    return datetime.now(UTC)


class Item(Base):
    """Ids and times are made here, so that nothing is read back after a write."""

    __tablename__ = "items"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(Text)
    quantity: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Timestamp, default=_now)
    updated_at: Mapped[datetime] = mapped_column(Timestamp, default=_now)
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)


TABLE = Item.metadata.tables[Item.__tablename__]
LIVE = TABLE.c.deleted_at.is_(None)
unique_among("uq_items_name_live", Item.name, "deleted_at IS NULL")
Index("ix_items_created_at_id", Item.created_at, Item.id)
