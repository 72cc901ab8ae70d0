"""What a caller sends who may do everything: another at each call."""

from sqlalchemy.orm import Session

from app.auth import keys
from app.driver import make_unpooled_engine
from app.keys.models import ApiKey
from app.main import routes
from app.settings import settings

EVERYTHING = sorted({route.permission for route in routes if route.permission})


async def credentials() -> dict[str, str]:
    key_id, secret = keys.new_key_id(), keys.new_secret()
    with Session(make_unpooled_engine(settings())) as session:
        session.add(ApiKey(id=key_id, name=key_id, digest=keys.digest(secret), scopes=EVERYTHING))
        session.commit()
    return {"x-api-key": keys.written(key_id, secret)}
