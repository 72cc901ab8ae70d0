"""What a caller sends who may do everything: another at each call."""

from app.accounts import service
from app.auth.tokens import new_access_token
from app.database import connections
from app.ids import new_id

PASSWORD = "correct horse battery"


async def credentials() -> dict[str, str]:
    email = f"{new_id()}@test.example"
    async with connections().writers.session() as session:
        account = await service.create_account(session, email, PASSWORD, "admin")
        await session.commit()
    return {"authorization": f"Bearer {new_access_token(str(account.id), account.role)}"}
