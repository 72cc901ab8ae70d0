"""Guesses at one password may come from many addresses: an account has few tries as well."""

from app.edge.rates import STRICT, rates
from app.errors import RateLimited


async def throttle(email: str) -> None:
    """Counts a try, also where no account has the address. Raises RateLimited."""
    standing = await rates().hit(f"account {email.casefold()}", STRICT)
    if standing.left < 0:
        raise RateLimited(headers=standing.headers())
