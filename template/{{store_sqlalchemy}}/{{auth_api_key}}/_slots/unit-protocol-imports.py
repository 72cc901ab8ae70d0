
from app.auth.keys import StoredKey
