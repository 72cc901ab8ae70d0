"""What a caller sends who may do everything: another at each call."""

from app.ids import new_id
from app.settings import settings
from tests.provider import new_token


async def credentials() -> dict[str, str]:
    token = await new_token(settings().oidc_issuer, str(new_id()), ["admin"])
    return {"authorization": f"Bearer {token}"}
