"""Accounts over HTTP."""

from uuid import UUID

from flask import Blueprint

from app.accounts import service
from app.accounts.models import Account
from app.accounts.schemas import AccountCreate, AccountRead, Credentials, Refresh, TokenRead
from app.auth import tokens
from app.auth.caller import KNOWN, PUBLIC
from app.edge.envelope import Envelope
from app.settings import settings
from app.web.access import requires
from app.web.api import get_session, given
from app.web.spec import Answers, spec

blueprint = Blueprint("auth", __name__)

REGISTERED = Answers(HTTP_201=Envelope[AccountRead])
SIGNED_IN = Answers("HTTP_401", HTTP_200=Envelope[TokenRead])
SIGNED_OUT = Answers("HTTP_204")
ACCOUNT = Answers(HTTP_200=Envelope[AccountRead])


@blueprint.post("/register")
@requires(PUBLIC, strict=True)
@spec.validate(resp=REGISTERED)
def register(json: AccountCreate) -> tuple[Envelope[AccountRead], int]:
    account = service.register(get_session(), json.email, json.password)
    return Envelope[AccountRead](data=AccountRead.model_validate(account)), 201


@blueprint.post("/token")
@requires(PUBLIC, strict=True)
@spec.validate(resp=SIGNED_IN)
def create_token(json: Credentials) -> Envelope[TokenRead]:
    account, token = service.sign_in(get_session(), json.email, json.password)
    return _tokens(account, token)


@blueprint.post("/refresh")
@requires(PUBLIC, strict=True)
@spec.validate(resp=SIGNED_IN)
def refresh_token(json: Refresh) -> Envelope[TokenRead]:
    account, token = service.refresh(get_session(), json.refresh_token)
    return _tokens(account, token)


@blueprint.post("/logout")
@requires(PUBLIC)
@spec.validate(resp=SIGNED_OUT)
def logout(json: Refresh) -> tuple[str, int]:
    service.sign_out(get_session(), json.refresh_token)
    return "", 204


@blueprint.get("/me")
@requires(KNOWN)
@spec.validate(resp=ACCOUNT)
def get_me() -> Envelope[AccountRead]:
    account = service.get_account(get_session(), UUID(given("caller").id))
    return Envelope[AccountRead](data=AccountRead.model_validate(account))


def _tokens(account: Account, refresh_token: str) -> Envelope[TokenRead]:
    token = TokenRead(
        access_token=tokens.new_access_token(str(account.id), account.role),
        expires_in=settings().access_token_seconds,
        refresh_token=refresh_token,
    )
    return Envelope[TokenRead](data=token)
