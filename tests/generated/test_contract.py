"""The contract, against a process of the service: by the command line that anybody has."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.combinations import ROOT
from tests.generated.process import SECRET_KEY, Service


@pytest.mark.parametrize(
    ("environment", "selected"), [("development", "docs or not docs"), ("production", "not docs")]
)
def test_the_service_keeps_the_contract(
    serve: Callable[..., Service], environment: str, selected: str
) -> None:
    with serve(ENVIRONMENT=environment, SECRET_KEY=SECRET_KEY) as service:
        service.wait_until("/ready", 200)
        suite = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/contract"]
        options = ["--base-url", service.url, "--environment", environment, "-m", selected]

        run = subprocess.run(
            [*suite, *options, "--quiet", "--tb=short"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    assert run.returncode == 0, run.stdout + run.stderr
