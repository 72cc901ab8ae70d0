"""Accounts over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Request

from app.accounts import service
from app.accounts.models import Account
from app.accounts.schemas import AccountCreate, AccountRead, Credentials, Refresh, TokenRead
from app.auth import tokens
from app.auth.caller import KNOWN, PUBLIC
from app.edge.envelope import Envelope
from app.settings import settings
from app.web.access import requires
from app.web.api import Responses, Session

router = APIRouter(prefix="/auth", tags=["auth"])
REFUSED: Responses = {401: {"$ref": "#/components/responses/Unauthenticated"}}


@router.post("/register", status_code=201, dependencies=[requires(PUBLIC, strict=True)])
async def register(session: Session, new: AccountCreate) -> Envelope[AccountRead]:
    account = await service.register(session, new.email, new.password)
    return Envelope(data=AccountRead.model_validate(account))


@router.post("/token", responses=REFUSED, dependencies=[requires(PUBLIC, strict=True)])
async def create_token(session: Session, credentials: Credentials) -> Envelope[TokenRead]:
    account, token = await service.sign_in(session, credentials.email, credentials.password)
    return Envelope(data=_tokens(account, token))


@router.post("/refresh", responses=REFUSED, dependencies=[requires(PUBLIC, strict=True)])
async def refresh_token(session: Session, body: Refresh) -> Envelope[TokenRead]:
    account, token = await service.refresh(session, body.refresh_token)
    return Envelope(data=_tokens(account, token))


@router.post("/logout", status_code=204, dependencies=[requires(PUBLIC)])
async def logout(session: Session, body: Refresh) -> None:
    await service.sign_out(session, body.refresh_token)


@router.get("/me", dependencies=[requires(KNOWN)])
async def get_me(session: Session, request: Request) -> Envelope[AccountRead]:
    account = await service.get_account(session, UUID(request.scope["caller"].id))
    return Envelope(data=AccountRead.model_validate(account))


def _tokens(account: Account, refresh_token: str) -> TokenRead:
    return TokenRead(
        access_token=tokens.new_access_token(str(account.id), account.role),
        expires_in=settings().access_token_seconds,
        refresh_token=refresh_token,
    )
