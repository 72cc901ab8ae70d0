"""The tables of accounts and of their refresh tokens."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base
from app.driver import Timestamp
from app.ids import new_id


def _now() -> datetime:
    return datetime.now(UTC)


class Account(Base):
    """`email_key` is the address as it is compared: without case, so up to three times as long."""

    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(762), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(Timestamp, default=_now)


class TokenFamily(Base):
    """One sign-in. Each use of its refresh token makes the next: only the newest is good."""

    __tablename__ = "token_families"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Timestamp, default=_now)
    expires_at: Mapped[datetime] = mapped_column(Timestamp, index=True)
