"""What can be done with accounts. Services flush; the edge commits."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account, TokenFamily
from app.auth import passwords, tokens
from app.auth.throttle import throttle
from app.errors import Conflict, NotFound, Unauthenticated
from app.ids import new_id
from app.lanes import on_loop
from app.settings import settings


def register(session: Session, email: str, password: str) -> Account:
    on_loop(throttle(email))
    return create_account(session, email, password, "viewer")


def create_account(session: Session, email: str, password: str, role: str) -> Account:
    if _find(session, email):
        raise Conflict("The e-mail address is taken.")
    password_hash = on_loop(passwords.hashed(password))
    account = Account(email=email, email_key=_key(email), password_hash=password_hash, role=role)
    session.add(account)
    session.flush()
    return account


def get_account(session: Session, account_id: UUID) -> Account:
    account = session.get(Account, account_id)
    if account is None:
        raise Unauthenticated("The account is gone.", headers=tokens.CHALLENGE)
    return account


def list_accounts(session: Session) -> Sequence[Account]:
    return session.scalars(select(Account).order_by(Account.email_key)).all()


def grant_role(session: Session, email: str, role: str) -> None:
    """It holds from the next access token on."""
    account = _find(session, email)
    if account is None:
        raise NotFound(f"There is no account {email}.")
    account.role = role


def sign_in(session: Session, email: str, password: str) -> tuple[Account, str]:
    """The account and the first refresh token of a new family."""
    on_loop(throttle(email))
    account = _find(session, email)
    matches = on_loop(passwords.matches(password, account.password_hash if account else None))
    if account is None or not matches:
        raise Unauthenticated(
            "The e-mail address or the password is wrong.", headers=tokens.CHALLENGE
        )
    family = TokenFamily(id=new_id(), account_id=account.id)
    session.add(family)
    return account, _issue(family)


def refresh(session: Session, refresh_token: str) -> tuple[Account, str]:
    """One that was used before is in two hands. Nobody knows which of them has the newest, so that
    the whole family ends."""
    family = _find_family(session, refresh_token)
    if family is None or family.expires_at <= datetime.now(UTC):
        raise Unauthenticated("The refresh token is not valid.", headers=tokens.CHALLENGE)
    if not tokens.matches(refresh_token, family.digest):
        session.delete(family)
        session.commit()  # the edge commits no refusal, and this one has to last
        raise Unauthenticated("The refresh token was used before.", headers=tokens.CHALLENGE)
    account = get_account(session, family.account_id)
    on_loop(throttle(account.email))
    return account, _issue(family)


def sign_out(session: Session, refresh_token: str) -> None:
    """Ends the token's family. One that nobody knows is as good as ended (RFC 7009)."""
    family = _find_family(session, refresh_token)
    if family is not None:
        session.delete(family)


def _find_family(session: Session, refresh_token: str) -> TokenFamily | None:
    """Locked: of two uses at once, the second finds what the first has made of it."""
    family_id = tokens.family_of(refresh_token)
    return session.get(TokenFamily, family_id, with_for_update=True) if family_id else None


def _issue(family: TokenFamily) -> str:
    token = tokens.new_refresh_token(family.id)
    family.digest = tokens.digest(token)
    family.expires_at = datetime.now(UTC) + timedelta(seconds=settings().refresh_token_seconds)
    return token


def _find(session: Session, email: str) -> Account | None:
    found: Account | None = session.scalar(select(Account).where(Account.email_key == _key(email)))
    return found


def _key(email: str) -> str:
    return email.casefold()
