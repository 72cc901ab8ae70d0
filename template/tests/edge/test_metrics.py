import re

import httpx2

ITEMS = "/api/v1/items"
COUNT = re.compile(r'http_requests_total\{method="(.*?)",route="(.*?)",status="(.*?)"\} (.*)')


async def counts(client: httpx2.AsyncClient) -> dict[tuple[str, str, str], int]:
    found = COUNT.findall((await client.get("/metrics")).text)
    return {(method, route, status): int(float(n)) for method, route, status, n in found}


async def test_each_answer_is_counted_by_method_template_and_status(
    client: httpx2.AsyncClient,
) -> None:
    before = await counts(client)

    await client.get(ITEMS)
    await client.get(f"{ITEMS}/no-id")

    after = await counts(client)
    listed, missed = ("GET", ITEMS, "200"), ("GET", ITEMS + "/{item_id}", "404")
    assert [after[each] - before.get(each, 0) for each in (listed, missed)] == [1, 1]


async def test_strangers_do_not_make_series(client: httpx2.AsyncClient) -> None:
    await client.get("/unknown")
    before = await counts(client)

    for number in range(20):
        await client.get(f"/unknown/{number}")
        await client.request(f"ODD{number}", ITEMS)

    after = await counts(client)
    assert after.keys() - before.keys() == {("OTHER", ITEMS, "405")}


async def test_probes_are_not_counted(client: httpx2.AsyncClient) -> None:
    before = await counts(client)

    for path in ("/health", "/ready", "/metrics"):
        await client.get(path)

    assert await counts(client) == before


async def test_connections_are_told_by_pool(client: httpx2.AsyncClient) -> None:
    text = (await client.get("/metrics")).text

    assert re.findall(r'connections_used\{pool="(.*?)"\} (.*)', text) == [
        ("read", "0.0"),
        ("write", "0.0"),
    ]
