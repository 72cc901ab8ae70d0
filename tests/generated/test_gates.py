"""Each gate of a project's pipeline that is a command stops what it is there for."""

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.generated.combinations import CHOSEN
from tests.generated.conftest import Make
from tests.generated.process import run

ADVISORY = "GHSA-0000-0000-0000"
NAME = "2099_01_01_planted.py"
MIGRATION = '''"""planted"""

import sqlalchemy as sa
from alembic import op

revision = "planted"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
{statements}


def downgrade() -> None:
    pass
'''
DANGERS = {
    "adding-field-with-default": """op.add_column("items", sa.Column(
        "token", sa.Uuid(), nullable=False, server_default=sa.func.gen_random_uuid()
    ))""",
    "require-concurrent-index-creation": 'op.create_index("ix_items", "items", ["quantity"])',
    "adding-not-nullable-field": 'op.alter_column("items", "description", nullable=False)',
    "changing-column-type": 'op.alter_column("items", "quantity", type_=sa.BigInteger())',
    "renaming-table": 'op.rename_table("items", "things")',
    "ban-drop-column": 'op.drop_column("items", "description")',
}
SAFE = [
    'op.add_column("items", sa.Column("colour", sa.Text()))',
    'op.add_column("items", sa.Column("size", sa.Integer(), nullable=False, server_default="1"))',
    """with op.get_context().autocommit_block():
        op.create_index("ix_items_size", "items", ["size"], postgresql_concurrently=True)""",
    r'op.execute("-- squawk-ignore ban-drop-column\nALTER TABLE items DROP COLUMN description")',
]


@pytest.fixture
def folder(make: Make) -> Iterator[Path]:
    folder = make(CHOSEN[0]).folder
    settings = (folder / "pyproject.toml").read_text()
    yield folder
    (folder / "pyproject.toml").write_text(settings)
    (folder / "migrations/versions" / NAME).unlink(missing_ok=True)
    (folder / "sbom.cdx.json").unlink(missing_ok=True)


def test_a_migration_that_stops_a_running_service_is_found(folder: Path) -> None:
    plant(folder, [*DANGERS.values()])

    code, said = check_migrations(folder)

    assert code == 1
    assert DANGERS.keys() <= set(re.findall(r"squawkhq.com/docs/([a-z-]+)", said)), said


def test_one_that_is_safe_or_weighed_is_not(folder: Path) -> None:
    plant(folder, SAFE)

    code, said = check_migrations(folder)

    assert code == 0, said


def test_a_known_vulnerability_is_found(folder: Path) -> None:
    with advisories("httpx2") as url:
        code, said = told(folder, "make", "audit", f"osv={url}")

    assert code
    assert ADVISORY in said


def test_without_one_the_audit_passes(folder: Path) -> None:
    with advisories() as url:
        code, said = told(folder, "make", "audit", f"osv={url}")

    assert code == 0, said


def test_one_without_a_fix_can_wait(folder: Path) -> None:
    with (folder / "pyproject.toml").open("a") as settings:
        settings.write(f'\n[tool.uv.audit]\nignore-until-fixed = ["{ADVISORY}"]\n')

    with advisories("httpx2") as url:
        code, said = told(folder, "make", "audit", f"osv={url}")

    assert code == 0, said


def test_an_audit_that_reaches_nobody_fails(folder: Path) -> None:
    with advisories() as url:
        pass

    code, _ = told(folder, "make", "audit", f"osv={url}", UV_HTTP_RETRIES="0")

    assert code


def test_the_sbom_names_what_goes_to_production(folder: Path) -> None:
    run(folder, "make", "sbom")

    bom = json.loads((folder / "sbom.cdx.json").read_text())

    names = {each["name"] for each in bom["components"]}
    assert bom["bomFormat"] == "CycloneDX"
    assert {"fastapi", "sqlalchemy", "uvicorn"} <= names
    assert not {"mypy", "pytest", "ruff"} & names
    assert run(folder, "git", "status", "--short") == ""


def plant(folder: Path, statements: list[str]) -> None:
    head = run(folder, ".venv/bin/alembic", "heads").split()[0]
    text = "\n".join(f"    {statement}" for statement in statements)
    path = folder / "migrations/versions" / NAME
    path.write_text(MIGRATION.format(head=head, statements=text))


def check_migrations(folder: Path) -> tuple[int, str]:
    """What `make check` does after lint and types."""
    commands = run(folder, "make", "--dry-run", "check").splitlines()
    first = next(at for at, command in enumerate(commands) if "migrations sql" in command)
    path = f"{folder}/.venv/bin:{os.environ['PATH']}"
    return told(folder, "sh", "-ec", "\n".join(commands[first:]), PATH=path)


def told(folder: Path, *command: str, **settings: str) -> tuple[int, str]:
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@contextmanager
def advisories(*vulnerable: str) -> Iterator[str]:
    """Where somebody answers by the protocol of https://osv.dev."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            names = [query["package"]["name"] for query in asked["queries"]]
            found = {"vulns": [{"id": ADVISORY, "modified": "2026-11-01T00:00:00Z"}]}
            self.answer({"results": [found if name in vulnerable else {} for name in names]})

        def do_GET(self) -> None:
            self.answer({"id": ADVISORY, "modified": "2026-11-01T00:00:00Z", "summary": "bad"})

        def answer(self, body: object) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
