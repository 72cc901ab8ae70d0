"""What a caller sends: nothing."""


async def credentials() -> dict[str, str]:
    return {}
