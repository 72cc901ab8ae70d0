"""What the owner does next: another column, another resource."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.generated.process import Database, Service, generate, run


@pytest.fixture(scope="module")
def grown(workshop: Path) -> Path:
    """A project of our own to change."""
    folder = workshop / "grown" / "myservice"
    folder.parent.mkdir()
    generate(folder)
    run(folder, "make", "setup")
    return folder


@pytest.fixture
def database(grown: Path) -> Iterator[Database]:
    with Database(grown) as database:
        yield database


def commit(folder: Path) -> None:
    run(folder, "git", "add", "--all")
    run(folder, "git", "commit", "--quiet", "--message", "Grow")


def test_a_new_column_gets_its_migration(grown: Path) -> None:
    models = grown / "app/items/models.py"
    column = "    colour: Mapped[str | None] = mapped_column(Text)\n"
    text = models.read_text()
    models.write_text(re.sub(r"(    quantity: .*\n)", rf"\1{column}", text))

    run(grown, "make", "migration", "m=add colour")

    changes = run(grown, "git", "status", "--short", "--untracked-files=all").split()
    [migration] = [name for name in changes if name.startswith("migrations/versions/")]
    assert "colour" in (grown / migration).read_text()
    assert "add_colour" in migration
    run(grown, "make", "check")
    commit(grown)


def test_a_new_resource_touches_one_file_by_two_lines(grown: Path, database: Database) -> None:
    copy_resource(grown)
    main = grown / "app/main.py"
    lines = main.read_text().splitlines(keepends=True)
    named = [line for line in lines if "items" in line]
    main.write_text("".join(line + renamed(line) * (line in named) for line in lines))

    changed = run(grown, "git", "diff", "--numstat").split()
    run(grown, "make", "migration", "m=create orders")
    run(grown, "make", "fix")
    run(grown, "make", "check")
    tested = run(grown, "make", "test")

    assert changed == ["2", "0", "app/main.py"]
    assert " passed" in tested
    url = database.create("orders")
    run(grown, ".venv/bin/app", "migrate", DATABASE_URL=url)
    with Service(grown, DATABASE_URL=url) as service, service.client() as client:
        made = client.post("/api/v1/orders", json={"name": "first", "quantity": 1})
        read = client.get(made.headers["Location"])
        paths = client.get("/openapi.json").json()["paths"]
    assert (made.status_code, read.status_code) == (201, 200)
    assert made.headers["Location"].startswith("/api/v1/orders/")
    assert {path for path in paths if path.startswith("/api/v1/orders")} == {
        renamed(path) for path in paths if path.startswith("/api/v1/items")
    }


def copy_resource(grown: Path) -> None:
    """Step one of the README: copy the items and their tests, rename what they name."""
    for folder in ("app", "tests"):
        copied = shutil.copytree(
            grown / folder / "items",
            grown / folder / "orders",
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        for path in copied.rglob("*.py"):
            path.write_text(renamed(path.read_text()))


def renamed(text: str) -> str:
    """Every item an order; the items() of a dict stay what they are."""
    words = {"item": "order", "Item": "Order", "ITEM": "ORDER"}
    return re.sub(r"(?i)item(?!s\(\))", lambda found: words[found[0]], text)
