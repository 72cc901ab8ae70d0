"""What PostgreSQL does to its connections."""

import os

import httpx2
import psycopg

ITEMS = "/api/v1/items"
END_ALL = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def test_a_restarted_server_costs_nobody_an_error(client: httpx2.AsyncClient) -> None:
    statuses = []
    for number in range(3):
        made = await client.post(ITEMS, json={"name": f"Lamp {number}"})
        found = await client.get(ITEMS)
        statuses += [made.status_code, found.status_code]
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            connection.execute(END_ALL)

    assert statuses == [201, 200] * 3
