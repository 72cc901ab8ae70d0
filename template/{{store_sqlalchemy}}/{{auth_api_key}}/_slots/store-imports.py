from app.auth.keys import StoredKey
from app.keys.service import find_key
