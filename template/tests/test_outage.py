import httpx2

from dev.database import NOWHERE
from tests.credentials import credentials
from tests.process import serving, wait_for


async def test_the_process_lives_without_its_database() -> None:
    headers = await credentials()

    with serving(DATABASE_URL=NOWHERE) as (_, url):
        wait_for(f"{url}/health", 200)

        ready = httpx2.get(f"{url}/ready")
        refused = httpx2.get(f"{url}/api/v1/items", headers=headers)

    assert (ready.status_code, ready.json()["error"]["code"]) == (503, "unavailable")
    assert ready.json()["error"]["message"] == "database: it cannot be reached"
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")
