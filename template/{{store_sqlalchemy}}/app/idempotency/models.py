"""The table of kept answers."""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base
from app.driver import Timestamp


class IdempotentAnswer(Base):
    __tablename__ = "idempotent_answers"

    caller: Mapped[str] = mapped_column(String(255), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    headers: Mapped[list[list[str]]] = mapped_column(JSON)
    body: Mapped[bytes]
    expires_at: Mapped[datetime] = mapped_column(Timestamp, index=True)


TABLE = IdempotentAnswer.metadata.tables[IdempotentAnswer.__tablename__]
