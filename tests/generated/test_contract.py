"""The contract, against processes of the service: by the command line that anybody has."""

import subprocess
import sys
from collections.abc import Callable

from tests.combinations import ROOT
from tests.generated.conftest import Project
from tests.generated.credentials import credentials
from tests.generated.process import SECRET_KEY, Database, Service, run


def test_every_combination_keeps_the_contract(each_project: Project) -> None:
    folder, auth = each_project.folder, each_project.answers["auth"]
    with Database(folder) as database:
        settings = {"DATABASE_URL": database.server, "SECRET_KEY": SECRET_KEY}
        run(folder, ".venv/bin/app", "migrate", **settings)
        with Service(folder, **settings) as service:
            service.wait_until("/ready", 200)
            headers = credentials(auth, folder, service, **settings)
            check_contract(service, "development", *headers)


def test_production_keeps_the_contract(serve: Callable[..., Service]) -> None:
    with serve(ENVIRONMENT="production", SECRET_KEY=SECRET_KEY) as service:
        service.wait_until("/ready", 200)
        check_contract(service, "production", selected="not docs")


def check_contract(
    service: Service, environment: str, *headers: str, selected: str = "docs or not docs"
) -> None:
    suite = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/contract"]
    options = ["--base-url", service.url, "--environment", environment, "-m", selected]
    callers = [word for line in headers for word in ("--header", line)]

    run = subprocess.run(
        [*suite, *options, *callers, "--quiet", "--tb=short"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
