"""What the service makes of its environment."""

import json
import subprocess
from collections.abc import Callable

import pytest

from tests.generated.conftest import Project
from tests.generated.process import SECRET_KEY, Service, environment

ITEMS = "/api/v1/items"
GUARDED = {"ENVIRONMENT": "production", "SECRET_KEY": SECRET_KEY}
ORIGIN = "https://shop.example"
WEAK = {
    "no secret": ("SECRET_KEY", ""),
    "a short secret": ("SECRET_KEY", SECRET_KEY[:31]),
    "a secret of few characters": ("SECRET_KEY", "abcabcabcabcabcabcabcabcabcabcabcabcabc"),
    "every origin": ("CORS_ORIGINS", "*"),
    "every origin among others": ("CORS_ORIGINS", f"{ORIGIN},*"),
    "no database": ("DATABASE_URL", ""),
    "no port": ("PORT", "many"),
    "no deadline": ("REQUEST_TIMEOUT_SECONDS", "0"),
    "deadlines that do not nest": ("DATABASE_TIMEOUT_SECONDS", "60"),
}


def refuse(project: Project, url: str, **settings: str) -> str:
    """Why `app serve` does not start."""
    done = subprocess.run(
        [project.folder / ".venv/bin/app", "serve"],
        cwd=project.folder,
        env=environment(**GUARDED | {"DATABASE_URL": url} | settings),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode not in (0, None)
    return done.stdout + done.stderr


@pytest.mark.parametrize("case", WEAK)
@pytest.mark.parametrize("stage", ["production", "staging"])
def test_a_weak_setting_is_refused_by_name_at_start(
    project: Project, migrated: str, stage: str, case: str
) -> None:
    name, value = WEAK[case]

    reason = refuse(project, migrated, ENVIRONMENT=stage, **{name: value})

    assert name in reason
    assert "Traceback" not in reason
    assert SECRET_KEY[:31] not in reason
    assert len(value) < 5 or value not in reason


def test_the_secret_of_the_example_is_refused(project: Project, migrated: str) -> None:
    lines = (project.folder / ".env.example").read_text().splitlines()
    [example] = [line.partition("=")[2] for line in lines if "SECRET_KEY=" in line]

    assert "SECRET_KEY" in refuse(project, migrated, SECRET_KEY=example)


def test_an_unknown_environment_is_refused(project: Project, migrated: str) -> None:
    assert "ENVIRONMENT" in refuse(project, migrated, ENVIRONMENT="prod")


def test_docs_are_off_in_production(serve: Callable[..., Service]) -> None:
    with serve(**GUARDED) as service:
        statuses = [service.get(path).status_code for path in ("/docs", "/openapi.json", "/ready")]

    assert statuses == [404, 404, 200]


def test_docs_can_be_enabled_in_production(serve: Callable[..., Service]) -> None:
    with serve(**GUARDED, DOCS_ENABLED="true") as service:
        page, document = service.get("/docs"), service.get("/openapi.json")

    assert (page.status_code, document.status_code) == (200, 200)
    assert "Strict-Transport-Security" in page.headers


def test_every_line_of_the_log_is_json_in_production(serve: Callable[..., Service]) -> None:
    with serve(**GUARDED) as service:
        service.get(f"{ITEMS}?limit=1", **{"X-Request-ID": "mine"})
        service.get("/nothing")

    lines = [json.loads(line) for line in service.log.read_text().splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert all(line.keys() >= {"time", "level", "event"} for line in lines)
    assert [(r["method"], r["route"], r["status"]) for r in requests] == [
        ("GET", ITEMS, 200),
        ("GET", "unmatched", 404),
    ]
    assert requests[0]["request_id"] == "mine"
    assert requests[0]["duration_ms"] >= 0


# CORS


def test_an_allowed_origin_may_read_and_write(serve: Callable[..., Service]) -> None:
    with serve(CORS_ORIGINS=f"{ORIGIN}, https://other.example") as service:
        read = service.get(ITEMS, Origin=ORIGIN)
        refused = service.get("/nothing", Origin=ORIGIN)
        asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH"}
        asked |= {"Access-Control-Request-Headers": "content-type, if-match"}
        with service.client() as client:
            preflight = client.options(f"{ITEMS}/x", headers=asked)

    assert (read.status_code, refused.status_code, preflight.status_code) == (200, 404, 204)
    for answer in (read, refused, preflight):
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "Origin" in answer.headers["Vary"]
    exposed = read.headers["Access-Control-Expose-Headers"].lower()
    assert {"etag", "x-request-id"} <= {name.strip() for name in exposed.split(",")}
    assert "PATCH" in preflight.headers["Access-Control-Allow-Methods"]
    allowed = preflight.headers["Access-Control-Allow-Headers"].lower()
    assert {"content-type", "if-match"} <= {name.strip() for name in allowed.split(",")}


@pytest.mark.parametrize(
    "origin", ["https://shop.example.evil", "http://shop.example", "null", "https://SHOP.example:1"]
)
def test_any_other_origin_may_not(serve: Callable[..., Service], origin: str) -> None:
    with serve(CORS_ORIGINS=ORIGIN) as service:
        answer = service.get(ITEMS, Origin=origin)

    assert "Access-Control-Allow-Origin" not in answer.headers


def test_every_origin_may_read_in_development_but_not_with_credentials(
    serve: Callable[..., Service],
) -> None:
    with serve(CORS_ORIGINS="*") as service:
        answer = service.get(ITEMS, Origin=ORIGIN)

    assert answer.headers["Access-Control-Allow-Origin"] in ("*", ORIGIN)
    assert "Access-Control-Allow-Credentials" not in answer.headers
