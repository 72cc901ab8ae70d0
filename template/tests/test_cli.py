import os
import signal
import subprocess

import httpx2

from tests.process import APP, serving, wait_for


def test_sigterm_drains_and_ends_well() -> None:
    with serving(DRAIN_DELAY_SECONDS="1") as (process, url):
        wait_for(f"{url}/ready", 200)

        process.send_signal(signal.SIGTERM)

        wait_for(f"{url}/ready", 503)
        assert httpx2.get(f"{url}/openapi.json").status_code == 200
        assert process.wait(10) == 0


def test_a_weak_setting_is_named_and_nothing_starts() -> None:
    env = {**os.environ, "ENVIRONMENT": "production", "SECRET_KEY": "short"}

    run = subprocess.run([*APP, "serve"], env=env, capture_output=True, text=True, check=False)

    assert run.returncode == 1
    assert "SECRET_KEY" in run.stderr
    assert "Traceback" not in run.stderr
