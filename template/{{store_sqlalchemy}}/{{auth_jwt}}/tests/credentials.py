"""What a caller sends who may do everything, or only what a role may."""

from app.accounts import service
from app.auth.tokens import new_access_token
from app.database import connections

PASSWORD = "correct horse battery"


async def credentials(role: str = "admin") -> dict[str, str]:
    async with connections().writers.session() as session:
        account = await service.create_account(session, f"{role}@test.example", PASSWORD, role)
        await session.commit()
    return {"authorization": f"Bearer {new_access_token(str(account.id), role)}"}
