"""What a caller sends who may do everything: another at each call."""

from app.auth.tokens import new_access_token
from app.ids import new_id


async def credentials() -> dict[str, str]:
    return {"authorization": f"Bearer {new_access_token(str(new_id()), 'admin')}"}
