"""What a caller sends who may do everything, or only something."""

from app.database import connections
from app.keys import service

EVERYTHING = ("items:read", "items:write", "items:delete")


async def credentials(*permissions: str) -> dict[str, str]:
    async with connections().writers.session() as session:
        key = await service.create_key(session, "test", permissions or EVERYTHING, None)
        await session.commit()
    return {"x-api-key": key}
