async def find_key(self, key_id: str) -> StoredKey | None:
    return await find_key(await self.connection(), key_id)

