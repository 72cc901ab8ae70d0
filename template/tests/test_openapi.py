import re

import httpx2

OPERATIONS = {
    ("get", "/api/v1/items"): "list_items",
    ("post", "/api/v1/items"): "create_item",
    ("get", "/api/v1/items/{item_id}"): "get_item",
    ("put", "/api/v1/items/{item_id}"): "replace_item",
    ("patch", "/api/v1/items/{item_id}"): "update_item",
    ("delete", "/api/v1/items/{item_id}"): "delete_item",
}


async def test_every_operation_states_its_refusals(client: httpx2.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    found = {
        (method, path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }
    assert OPERATIONS.items() <= {key: each["operationId"] for key, each in found.items()}.items()
    for (method, path), operation in found.items():
        expected = {"400", "406", "500", "503"}
        expected |= {"404"} if "{" in path else set()
        expected |= {"409", "413", "415", "422"} if "requestBody" in operation else set()
        expected |= {"412", "428"} if method in ("put", "patch", "delete") else set()
        assert expected <= set(operation["responses"]), (method, path)


async def test_the_docs_page_needs_no_other_host(client: httpx2.AsyncClient) -> None:
    page = await client.get("/docs")

    assert not re.search(r'(src|href)="?(https?:)?//', page.text)
    for asset in re.findall(r'(?:src|href)="(/docs/[^"]+)"', page.text):
        assert (await client.get(asset)).status_code == 200
    policy = page.headers["content-security-policy"]
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
