"""What a client sends and receives."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.edge.schema import Body, Text

Email = Annotated[Text, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
NewPassword = Annotated[Text, Field(min_length=12, max_length=128)]
Password = Annotated[Text, Field(max_length=128)]
RefreshToken = Annotated[Text, Field(max_length=200)]


class AccountCreate(Body):
    email: Email
    password: NewPassword


class Credentials(Body):
    email: Email
    password: Password


class Refresh(Body):
    refresh_token: RefreshToken


class AccountRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    role: str
    created_at: datetime


class TokenRead(BaseModel):
    access_token: str
    token_type: str = "Bearer"  # noqa: S105 a kind (RFC 6750), no secret
    expires_in: int
    refresh_token: str
