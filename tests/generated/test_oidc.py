"""Tokens of an outside provider, and what becomes of the service when that is away."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from tests.contract.items import ITEMS, new_body
from tests.contract.refusals import FORBIDDEN, UNAUTHENTICATED, UNAVAILABLE, assert_refused
from tests.generated.conftest import Make, Project
from tests.generated.process import SECRET_KEY, Database, Service, run
from tests.generated.provider import AUDIENCE, Provider, shared, token, unsigned
from tests.generated.test_settings import refuse

PAUSE_SECONDS = 10  # between two looks at the provider's keys
JSON = {"Content-Type": "application/json"}
Serve = Callable[..., Service]


@pytest.fixture(scope="module")
def guarded(make: Make) -> Project:
    return make("postgresql-oidc")


@pytest.fixture(scope="module")
def url(guarded: Project) -> Iterator[str]:
    with Database(guarded.folder) as database:
        url = database.create("oidc")
        run(guarded.folder, ".venv/bin/app", "migrate", DATABASE_URL=url)
        yield url


@pytest.fixture(scope="module")
def serve(guarded: Project, url: str) -> Serve:
    own = {"DATABASE_URL": url, "SECRET_KEY": SECRET_KEY}
    return lambda **settings: Service(guarded.folder, **own | settings)


@pytest.fixture
def provider(openid: Path) -> Iterator[Provider]:
    with Provider(openid) as provider:
        yield provider


def ask(service: Service, given: str, method: str = "GET") -> httpx2.Response:
    headers = JSON | {"Authorization": f"Bearer {given}"}
    with service.client() as client:
        return client.request(method, ITEMS, headers=headers, content=new_body())


def timed(service: Service, given: str) -> tuple[int, float]:
    began = time.monotonic()
    return ask(service, given).status_code, time.monotonic() - began


def wait_for(service: Service, given: str, status: int) -> None:
    until = time.monotonic() + PAUSE_SECONDS + 5
    while (answer := ask(service, given)).status_code != status:
        assert time.monotonic() < until, answer.text
        time.sleep(0.2)


def test_a_token_may_what_its_roles_may(serve: Serve, provider: Provider) -> None:
    viewer, editor, admin = (token(provider.issuer, who) for who in ("viewer", "editor", "admin"))
    with serve(**provider.settings) as service:
        answers = [ask(service, given, "POST") for given in (viewer, editor, admin)]
        read = [ask(service, given).status_code for given in (viewer, editor, admin)]
        nothing = ask(service, provider.forge(roles=["owner"]))
        none = ask(service, provider.forge(roles=None))
        text = ask(service, provider.forge(roles="owner viewer"))

    assert_refused(answers[0], FORBIDDEN)
    assert [answer.status_code for answer in answers[1:]] == [201, 201]
    assert read == [200, 200, 200]
    assert_refused(nothing, FORBIDDEN)
    assert_refused(none, FORBIDDEN)
    assert text.status_code == 200


def test_roles_may_lie_within_another_claim(serve: Serve, provider: Provider) -> None:
    with serve(**provider.settings, OIDC_ROLES_CLAIM="realm_access.roles") as service:
        within = ask(service, provider.forge(roles=None, realm_access={"roles": ["viewer"]}))
        beside = ask(service, provider.forge(roles=["viewer"]))

    assert (within.status_code, beside.status_code) == (200, 403)


@pytest.mark.parametrize("algorithm", ["PS256", "ES256", "EdDSA"])
def test_every_signature_that_a_public_key_checks_is_taken(
    serve: Serve, openid: Path, algorithm: str
) -> None:
    with Provider(openid, algorithm) as provider, serve(**provider.settings) as service:
        assert ask(service, token(provider.issuer, "viewer")).status_code == 200


def test_a_token_that_is_not_for_here_opens_nothing(
    serve: Serve, provider: Provider, openid: Path
) -> None:
    now, stranger = int(time.time()), provider.new_key("first")
    good = token(provider.issuer, "admin")
    known_to_all = provider.sign(shared(provider.key.pem), {"alg": "HS256"})
    with Provider(openid, key=provider.key) as other:
        elsewhere = token(other.issuer, "admin")
    wrong = {
        "another issuer, the same key": elsewhere,
        "another audience": token(provider.issuer, "admin", "https://other.example.org"),
        "another key of that name": provider.sign(stranger.jwk, {}),
        "a key that nobody knows": provider.forge({"kid": "unknown"}),
        "not signed": unsigned(good),
        "signed with the public key": known_to_all,
        "another algorithm than the key's": provider.forge({"alg": "PS256"}),
        "a token for something else": provider.forge({"typ": "logout+jwt"}),
        "expired": provider.forge(exp=now - 60),
        "not yet valid": provider.forge(nbf=now + 60),
        "of the future": provider.forge(iat=now + 60),
        **{f"no {name}": provider.forge(**{name: None}) for name in ("iss", "aud", "sub", "exp")},
        "a subject of two lines": provider.forge(sub="a\nb"),
        "a subject that is no text": provider.forge(sub=1),
        "a long subject": provider.forge(sub="a" * 256),
    }
    with serve(**provider.settings) as service:
        statuses = {name: ask(service, given).status_code for name, given in wrong.items()}
        refused = ask(service, elsewhere)
        taken = ask(service, provider.forge(aud=[AUDIENCE, "https://other.example.org"]))

    assert set(statuses.values()) == {401}, statuses
    assert_refused(refused, UNAUTHENTICATED)
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert taken.status_code == 200


def test_a_new_key_is_taken_and_the_old_one_no_more(serve: Serve, provider: Provider) -> None:
    old = token(provider.issuer, "viewer")
    with serve(**provider.settings) as service:
        assert ask(service, old).status_code == 200

        provider.rotate()
        assert ask(service, old).status_code == 200
        wait_for(service, token(provider.issuer, "viewer"), 200)

        assert_refused(ask(service, old), UNAUTHENTICATED)


def test_without_any_key_a_token_is_not_judged(serve: Serve, provider: Provider) -> None:
    good = token(provider.issuer, "viewer")
    provider.kill()
    with serve(**provider.settings) as service:
        answer = ask(service, good)
        without, ready = service.get(ITEMS), service.get("/ready")
        provider.start()
        wait_for(service, good, 200)

    assert_refused(answer, UNAVAILABLE)
    assert int(answer.headers["Retry-After"]) > 0
    assert (without.status_code, ready.status_code) == (401, 200)


def test_the_keys_outlive_the_provider(serve: Serve, provider: Provider) -> None:
    good = token(provider.issuer, "viewer")
    unknown = provider.forge({"kid": "unknown"})
    with serve(**provider.settings) as service:
        assert ask(service, good).status_code == 200

        provider.kill()
        time.sleep(PAUSE_SECONDS)

        assert ask(service, unknown).status_code == 401
        assert ask(service, good).status_code == 200


def test_a_provider_that_hangs_holds_up_nobody_whom_it_need_not_be_asked_about(
    serve: Serve, provider: Provider
) -> None:
    good = token(provider.issuer, "viewer")
    unknown = provider.forge({"kid": "unknown"})
    with serve(**provider.settings, DATABASE_POOL_SIZE="2") as service:
        with provider.frozen():
            status, seconds = timed(service, good)
        assert status == 503
        assert seconds < 5
        wait_for(service, good, 200)

        time.sleep(PAUSE_SECONDS)
        with provider.frozen(), ThreadPoolExecutor(20) as pool:
            waiting = [pool.submit(ask, service, unknown) for _ in range(20)]
            time.sleep(0.5)
            meanwhile = [timed(service, good) for _ in range(5)]
            told = [each.result().status_code for each in waiting]
            again = timed(service, unknown)

    assert [status for status, _ in meanwhile] == [200] * 5
    assert max(seconds for _, seconds in meanwhile) < 1
    assert told == [401] * 20
    assert again[0] == 401
    assert again[1] < 1


def test_a_flood_of_unknown_keys_does_not_reach_the_provider(
    serve: Serve, provider: Provider
) -> None:
    good = token(provider.issuer, "viewer")
    unknown = provider.forge({"kid": "unknown"})
    headers = {"Authorization": f"Bearer {unknown}"}
    with serve(**provider.settings) as service, service.client() as client:
        began = time.monotonic()
        with ThreadPoolExecutor(10) as pool:
            told = [pool.submit(client.get, ITEMS, headers=headers) for _ in range(300)]
        passed = time.monotonic() - began
        assert ask(service, good).status_code == 200

    assert {each.result().status_code for each in told} == {401}
    assert provider.times_asked() <= 1 + passed / PAUSE_SECONDS


def test_a_provider_that_calls_itself_something_else_is_not_believed(
    serve: Serve, provider: Provider
) -> None:
    good = token(provider.issuer, "viewer")
    with serve(**provider.settings | {"OIDC_ISSUER": f"{provider.issuer}/"}) as service:
        assert_refused(ask(service, good), UNAVAILABLE)

    assert "not OIDC_ISSUER" in service.log.read_text()
    assert provider.times_asked() == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("OIDC_ISSUER", ""), ("OIDC_ISSUER", "http://login.example.org"), ("OIDC_AUDIENCE", "")],
)
def test_no_production_without_a_provider(
    guarded: Project, url: str, name: str, value: str
) -> None:
    right = {"OIDC_ISSUER": "https://login.example.org", "OIDC_AUDIENCE": AUDIENCE}

    assert name in refuse(guarded, url, **right | {name: value})
