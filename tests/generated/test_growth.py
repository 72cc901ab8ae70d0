"""What the owner does next: another column, another resource. CI follows the tutorial, which does
the same on the default."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import BIN
from tests.generated.process import Database, Service, generate, run


@pytest.fixture(
    scope="module",
    params=[
        pytest.param({}, id=pytest.HIDDEN_PARAM, marks=pytest.mark.full),
        pytest.param({"framework": "litestar"}, id="litestar", marks=pytest.mark.full),
        pytest.param({"framework": "flask"}, id="flask", marks=pytest.mark.full),
        pytest.param({"database": "sqlite"}, id="sqlite", marks=pytest.mark.full),
    ],
)
def grown(request: pytest.FixtureRequest, workshop: Path) -> Path:
    """A project of our own to change."""
    answers: dict[str, str] = request.param
    folder = workshop / "-".join(["grown", *answers.values()]) / "myservice"
    folder.parent.mkdir()
    generate(folder, **answers)
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
    name_orders_in_main(grown)

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


@pytest.mark.full
@pytest.mark.parametrize("auth", ["api-key", "jwt", "oidc"])
def test_a_guarded_service_grows_by_the_same_two_lines(workshop: Path, auth: str) -> None:
    folder = workshop / f"grown-{auth}" / "myservice"
    folder.parent.mkdir()
    generate(folder, auth=auth)
    run(folder, "make", "setup")
    copy_resource(folder)
    name_orders_in_main(folder)

    run(folder, "make", "migration", "m=create orders")
    run(folder, "make", "fix")
    run(folder, "make", "check")

    assert " passed" in run(folder, "make", "test")


def test_a_next_version_lives_beside_the_old_one(grown: Path, database: Database) -> None:
    """Follows docs/versions.md."""
    copy_version(grown)
    deprecate_old(grown)

    run(grown, "make", "fix")
    run(grown, "make", "check")
    tested = run(grown, "make", "test")

    assert " passed" in tested
    url = database.create("versions")
    run(grown, ".venv/bin/app", "migrate", DATABASE_URL=url)
    with Service(grown, DATABASE_URL=url) as service, service.client() as client:
        made = client.post("/api/v2/items", json={"name": "first"})
        read = client.get(made.headers["Location"])
        old = client.get("/api/v1/items")
        refused = client.get("/api/v1/items?unknown=1")
    assert made.headers["Location"].startswith("/api/v2/")
    assert (read.status_code, old.json()["meta"]["total"], refused.status_code) == (200, 1, 400)
    assert read.json()["data"]["unit"] == "piece"
    assert "unit" not in old.json()["data"][0]
    for answer in (old, refused):
        assert answer.headers["Deprecation"] == "@1798761600"
        assert answer.headers["Sunset"].endswith("GMT")
    assert 'rel="successor-version"' in refused.headers["Link"]
    assert "Deprecation" not in read.headers
    run(grown, str(BIN / "scaffold"), "check", "--drift")


SCHEMAS = """\
from app.items.schemas import ItemRead


class ItemReadV2(ItemRead):
    unit: str = "piece"
"""


def copy_version(grown: Path) -> None:
    """Steps 1 to 3 of the page."""
    package = grown / "app/items_v2"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "schemas.py").write_text(SCHEMAS)
    text = (grown / "app/items/routes.py").read_text()
    imported = "from app.items.schemas import ItemCreate, ItemQuery, ItemRead, ItemUpdate\n"
    assert imported in text
    new = imported.replace("ItemRead, ", "") + "from app.items_v2.schemas import ItemReadV2\n"
    text = text.replace(imported, new)
    text = re.sub(r"\bItemRead\b", "ItemReadV2", text)
    for operation in re.findall(r"^ *(?:async )?def ([a-z]\w+)", text, re.M):
        text = re.sub(rf'(def |"\.?){operation}\b', r"\g<0>_v2", text)
    text = text.replace('Blueprint("items"', 'Blueprint("items_v2"')
    (package / "routes.py").write_text(text)
    main = grown / "app/main.py"
    lines = main.read_text().splitlines(keepends=True)
    named = [line for line in lines if "items" in line]
    main.write_text("".join(line + of_v2(line) * (line in named) for line in lines))
    tests = shutil.copytree(grown / "tests/items", grown / "tests/items_v2")
    for path in tests.rglob("*.py"):
        path.write_text(path.read_text().replace("/api/v1", "/api/v2"))


def deprecate_old(grown: Path) -> None:
    """What the page does last."""
    page = (grown / "docs/versions.md").read_text()
    [module] = re.findall(r"```python\n(.*?)```", page, re.S)
    (grown / "app/deprecation.py").write_text(module)
    main = grown / "app/main.py"
    text = main.read_text().replace('"""\n', '"""\n\nfrom app.deprecation import deprecating', 1)
    main.write_text(re.sub(r"^app = (Edge\(.*\))$", r"app = deprecating(\1)", text, flags=re.M))


def of_v2(line: str) -> str:
    """Of main.py: the other package under the other prefix, by another name where it has one."""
    line = re.sub(r"\bapp\.items\b", "app.items_v2", line).replace("/api/v1", "/api/v2")
    line = re.sub(r"import (\w+Controller)", r"import \1 as \1V2", line)
    line = re.sub(r"\[(\w+Controller)\]", r"[\1V2]", line).replace("as items", "as items_v2")
    return re.sub(r"\bitems\.(router|blueprint)", r"items_v2.\1", line)


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


def name_orders_in_main(grown: Path) -> None:
    """Step two: beside each line that names the items."""
    main = grown / "app/main.py"
    lines = main.read_text().splitlines(keepends=True)
    main.write_text("".join(line + renamed(line) * ("items" in line) for line in lines))


def renamed(text: str) -> str:
    """Every item an order; the items() of a dict stay what they are."""
    words = {"item": "order", "Item": "Order", "ITEM": "ORDER"}
    return re.sub(r"(?i)item(?!s\(\))", lambda found: words[found[0]], text)
