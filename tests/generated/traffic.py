"""Clients that write and read."""

import time

import httpx2

from tests.generated.load import ITEMS, Load, Told


class Traffic(Load):
    """Writes, and reads what it wrote; its connections stay open for as long as they may."""

    pause_seconds = 0.05

    def _make(self, client: httpx2.Client, name: str) -> None:
        made = self._try(client, name, name.replace(" ", "-"))
        if made.id:
            self.tries.append(self._read(client, made))

    def _read(self, client: httpx2.Client, made: Told) -> Told:
        began = time.monotonic()
        try:
            status = client.get(f"{self.base_url()}{ITEMS}/{made.id}").status_code
        except httpx2.TransportError:
            status = 0
        found = made.id if status == 200 else ""
        return Told(made.name, status, "", found, time.monotonic() - began)
