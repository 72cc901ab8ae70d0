"""Accounts over HTTP."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.exceptions import NotAuthorizedException
from litestar.params import JSONBody

from app.accounts import service
from app.accounts.models import Account
from app.accounts.schemas import AccountCreate, AccountRead, Credentials, Refresh, TokenRead
from app.auth import tokens
from app.auth.caller import KNOWN, PUBLIC
from app.edge.envelope import Envelope
from app.settings import settings
from app.web.access import requires
from app.web.api import Ask, Session, given

REFUSES = (NotAuthorizedException,)  # for the document: 401


class AccountController(Controller):
    path = "/auth"
    tags = ("auth",)

    @post("/register", opt=requires(PUBLIC, strict=True))
    async def register(
        self, session: Session, data: JSONBody[AccountCreate]
    ) -> Envelope[AccountRead]:
        account = await service.register(session, data.email, data.password)
        return Envelope(data=AccountRead.model_validate(account))

    @post("/token", status_code=200, raises=REFUSES, opt=requires(PUBLIC, strict=True))
    async def create_token(
        self, session: Session, data: JSONBody[Credentials]
    ) -> Envelope[TokenRead]:
        account, token = await service.sign_in(session, data.email, data.password)
        return Envelope(data=_tokens(account, token))

    @post("/refresh", status_code=200, raises=REFUSES, opt=requires(PUBLIC, strict=True))
    async def refresh_token(self, session: Session, data: JSONBody[Refresh]) -> Envelope[TokenRead]:
        account, token = await service.refresh(session, data.refresh_token)
        return Envelope(data=_tokens(account, token))

    @post("/logout", status_code=204, opt=requires(PUBLIC))
    async def logout(self, session: Session, data: JSONBody[Refresh]) -> None:
        await service.sign_out(session, data.refresh_token)

    @get("/me", opt=requires(KNOWN))
    async def get_me(self, session: Session, request: Ask) -> Envelope[AccountRead]:
        account = await service.get_account(session, UUID(given(request, "caller").id))
        return Envelope(data=AccountRead.model_validate(account))


def _tokens(account: Account, refresh_token: str) -> TokenRead:
    return TokenRead(
        access_token=tokens.new_access_token(str(account.id), account.role),
        expires_in=settings().access_token_seconds,
        refresh_token=refresh_token,
    )
