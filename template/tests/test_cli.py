import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

APP = [sys.executable, "-m", "app.cli"]


@contextmanager
def serving(**environment: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, **environment, "PORT": str(port)}
    with subprocess.Popen([*APP, "serve"], env=env, stderr=subprocess.PIPE) as process:
        try:
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def wait_for(url: str, status: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if httpx2.get(url).status_code == status:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"{url} did not answer {status}")


def test_sigterm_drains_and_ends_well() -> None:
    with serving(DRAIN_DELAY_SECONDS="1") as (process, url):
        wait_for(f"{url}/ready", 200)

        process.send_signal(signal.SIGTERM)

        wait_for(f"{url}/ready", 503)
        assert httpx2.get(f"{url}/api/v1/items").status_code == 200
        assert process.wait(10) == 0


def test_the_process_lives_without_its_database() -> None:
    with serving(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none") as (_, url):
        wait_for(f"{url}/health", 200)

        assert httpx2.get(f"{url}/ready").status_code == 503
        refused = httpx2.get(f"{url}/api/v1/items")
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")


def test_a_weak_setting_is_named_and_nothing_starts() -> None:
    env = {**os.environ, "ENVIRONMENT": "production", "SECRET_KEY": "short"}

    run = subprocess.run([*APP, "serve"], env=env, capture_output=True, text=True, check=False)

    assert run.returncode == 1
    assert "SECRET_KEY" in run.stderr
    assert "Traceback" not in run.stderr
