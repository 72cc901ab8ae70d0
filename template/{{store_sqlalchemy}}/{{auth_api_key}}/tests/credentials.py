"""What a caller sends who may do everything: another at each call."""

from app.database import connections
from app.ids import new_id
from app.keys import service

EVERYTHING = ("items:read", "items:write", "items:delete")


async def credentials() -> dict[str, str]:
    async with connections().writers.session() as session:
        key = await service.create_key(session, str(new_id()), EVERYTHING, None)
        await session.commit()
    return {"x-api-key": key}
