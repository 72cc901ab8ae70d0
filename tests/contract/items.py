"""Items with names of their own, so that a run meets neither another run nor real data."""

import json
from typing import Any
from uuid import uuid4

import httpx2

ITEMS = "/api/v1/items"
JSON = {"Content-Type": "application/json"}


def new_name() -> str:
    return f"contract {uuid4().hex}"


def new_body(**fields: Any) -> bytes:
    return json.dumps({"name": new_name(), "quantity": 1} | fields).encode()


def create(client: httpx2.Client, **fields: Any) -> httpx2.Response:
    answer = client.post(ITEMS, content=new_body(**fields), headers=JSON)
    assert answer.status_code == 201, answer.text
    return answer


def path_of(item: dict[str, Any]) -> str:
    return f"{ITEMS}/{item['id']}"


def unknown_path() -> str:
    return f"{ITEMS}/0190a1b2-c3d4-7e5f-8a6b-{uuid4().hex[:12]}"


def as_read(item: dict[str, Any]) -> dict[str, str]:
    return {"If-Match": f'"{item["version"]}"'}
