"""What can be done with accounts. Services flush; the edge commits."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account, TokenFamily
from app.auth import passwords, tokens
from app.auth.throttle import throttle
from app.errors import Conflict, NotFound, Unauthenticated
from app.ids import new_id
from app.settings import settings


async def register(session: AsyncSession, email: str, password: str) -> Account:
    await throttle(email)
    return await create_account(session, email, password, "viewer")


async def create_account(session: AsyncSession, email: str, password: str, role: str) -> Account:
    if await _find(session, email):
        raise Conflict("The e-mail address is taken.")
    password_hash = await passwords.hashed(password)
    account = Account(email=email, email_key=_key(email), password_hash=password_hash, role=role)
    session.add(account)
    await session.flush()
    return account


async def get_account(session: AsyncSession, account_id: UUID) -> Account:
    account = await session.get(Account, account_id)
    if account is None:
        raise Unauthenticated("The account is gone.", headers=tokens.CHALLENGE)
    return account


async def list_accounts(session: AsyncSession) -> Sequence[Account]:
    return (await session.scalars(select(Account).order_by(Account.email_key))).all()


async def grant_role(session: AsyncSession, email: str, role: str) -> None:
    """It holds from the next access token on."""
    account = await _find(session, email)
    if account is None:
        raise NotFound(f"There is no account {email}.")
    account.role = role


async def sign_in(session: AsyncSession, email: str, password: str) -> tuple[Account, str]:
    """The account and the first refresh token of a new family."""
    await throttle(email)
    account = await _find(session, email)
    matches = await passwords.matches(password, account.password_hash if account else None)
    if account is None or not matches:
        raise Unauthenticated(
            "The e-mail address or the password is wrong.", headers=tokens.CHALLENGE
        )
    family = TokenFamily(id=new_id(), account_id=account.id)
    session.add(family)
    return account, _issue(family)


async def refresh(session: AsyncSession, refresh_token: str) -> tuple[Account, str]:
    """One that was used before is in two hands. Nobody knows which of them has the newest, so that
    the whole family ends."""
    family = await _find_family(session, refresh_token)
    if family is None or family.expires_at <= datetime.now(UTC):
        raise Unauthenticated("The refresh token is not valid.", headers=tokens.CHALLENGE)
    if not tokens.matches(refresh_token, family.digest):
        await session.delete(family)
        await session.commit()  # the edge commits no refusal, and this one has to last
        raise Unauthenticated("The refresh token was used before.", headers=tokens.CHALLENGE)
    account = await get_account(session, family.account_id)
    await throttle(account.email)
    return account, _issue(family)


async def sign_out(session: AsyncSession, refresh_token: str) -> None:
    """Ends the token's family. One that nobody knows is as good as ended (RFC 7009)."""
    family = await _find_family(session, refresh_token)
    if family is not None:
        await session.delete(family)


async def _find_family(session: AsyncSession, refresh_token: str) -> TokenFamily | None:
    """Locked: of two uses at once, the second finds what the first has made of it."""
    family_id = tokens.family_of(refresh_token)
    return await session.get(TokenFamily, family_id, with_for_update=True) if family_id else None


def _issue(family: TokenFamily) -> str:
    token = tokens.new_refresh_token(family.id)
    family.digest = tokens.digest(token)
    family.expires_at = datetime.now(UTC) + timedelta(seconds=settings().refresh_token_seconds)
    return token


async def _find(session: AsyncSession, email: str) -> Account | None:
    found: Account | None = await session.scalar(
        select(Account).where(Account.email_key == _key(email))
    )
    return found


def _key(email: str) -> str:
    return email.casefold()
