"""The tables of accounts and of their refresh tokens."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base
from app.driver import Timestamp
from app.ids import new_id


def _now() -> datetime:
    return datetime.now(UTC)


class Account(Base):
    """`email_key` is the address as it is compared: without case."""

    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(Text)
    email_key: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Timestamp, default=_now)


class RefreshToken(Base):
    """A family is one sign-in: each use ends a token and makes the next of its family."""

    __tablename__ = "refresh_tokens"

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    family_id: Mapped[UUID] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(Timestamp, default=_now)
    expires_at: Mapped[datetime] = mapped_column(Timestamp, index=True)
    used_at: Mapped[datetime | None] = mapped_column(Timestamp)
