"""Refresh tokens where uses at once are made certain: the database holds up all of them."""

import time
from concurrent.futures import ThreadPoolExecutor

from tests.contract.callers import Tokens, new_account, tokens_of, use
from tests.generated.conftest import Make
from tests.generated.process import SECRET_KEY, Database, Service, run

USES = 4
LOCK = "SELECT 1 FROM token_families FOR UPDATE"


def test_of_uses_that_meet_in_the_database_one_wins(make: Make) -> None:
    folder = make("postgresql-jwt").folder
    with Database(folder) as database:
        settings = {"DATABASE_URL": database.create("families"), "SECRET_KEY": SECRET_KEY}
        run(folder, ".venv/bin/app", "migrate", **settings)
        with Service(folder, **settings) as service:
            statuses = at_once(service, database, settings["DATABASE_URL"], sign_in(service))

    assert sorted(statuses) == [200] + [401] * (USES - 1)


def sign_in(service: Service) -> Tokens:
    account = new_account()
    with service.client() as client:
        assert client.post("/api/v1/auth/register", json=account).status_code == 201
        return tokens_of(client.post("/api/v1/auth/token", json=account))


def at_once(service: Service, database: Database, url: str, tokens: Tokens) -> list[int]:
    with ThreadPoolExecutor(USES) as pool, service.client() as client:
        with database.session(url, LOCK):
            uses = [pool.submit(use, client, tokens) for _ in range(USES)]
            time.sleep(0.7)
        return [each.result().status_code for each in uses]
