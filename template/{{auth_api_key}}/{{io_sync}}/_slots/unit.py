async def find_key(self, key_id: str) -> StoredKey | None:
    return await self.run(lambda: find_key(self.connection, key_id))

