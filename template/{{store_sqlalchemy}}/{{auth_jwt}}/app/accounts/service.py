"""What can be done with accounts. Services flush; the edge commits."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account, RefreshToken
from app.auth import passwords, tokens
from app.errors import Conflict, NotFound, Unauthenticated
from app.ids import new_id
from app.settings import settings


async def create_account(
    session: AsyncSession, email: str, password: str, role: str = "viewer"
) -> Account:
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
    account = await _find(session, email)
    if not await passwords.matches(password, account.password_hash if account else None):
        account = None
    if account is None:
        raise Unauthenticated(
            "The e-mail address or the password is wrong.", headers=tokens.CHALLENGE
        )
    return account, _issue(session, account.id, new_id())


async def refresh(session: AsyncSession, refresh_token: str) -> tuple[Account, str]:
    """One statement ends the old token, so that of two uses at once only one gets a new one."""
    now = datetime.now(UTC)
    used = await session.execute(
        update(RefreshToken)
        .where(
            RefreshToken.digest == tokens.digest(refresh_token),
            RefreshToken.used_at.is_(None),
            RefreshToken.expires_at > now,
        )
        .values(used_at=now)
        .returning(RefreshToken.account_id, RefreshToken.family_id)
    )
    row = used.one_or_none()
    if row is None:
        raise Unauthenticated("The refresh token is not valid.", headers=tokens.CHALLENGE)
    account = await get_account(session, row.account_id)
    return account, _issue(session, account.id, row.family_id)


async def sign_out(session: AsyncSession, refresh_token: str) -> None:
    """Ends the token's family. One that nobody knows is as good as ended (RFC 7009)."""
    token = await session.get(RefreshToken, tokens.digest(refresh_token))
    if token is not None:
        await session.execute(
            update(RefreshToken)
            .where(RefreshToken.family_id == token.family_id, RefreshToken.used_at.is_(None))
            .values(used_at=datetime.now(UTC))
        )


def _issue(session: AsyncSession, account_id: UUID, family_id: UUID) -> str:
    token = tokens.new_refresh_token()
    session.add(
        RefreshToken(
            digest=tokens.digest(token),
            account_id=account_id,
            family_id=family_id,
            expires_at=datetime.now(UTC) + timedelta(seconds=settings().refresh_token_seconds),
        )
    )
    return token


async def _find(session: AsyncSession, email: str) -> Account | None:
    found: Account | None = await session.scalar(
        select(Account).where(Account.email_key == _key(email))
    )
    return found


def _key(email: str) -> str:
    return email.casefold()
