"""A service of each earlier release, with data and with its owner's work, taken to this one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from scaffold.template import releases, rendering
from tests import BIN
from tests.contract.callers import read_line
from tests.generated.combinations import EVERY
from tests.generated.conftest import Project
from tests.generated.credentials import SCOPES, callers, create_account, create_key, option, sign_in
from tests.generated.process import Service, run
from tests.generated.test_contract import check_contract, prepared, serving
from tests.generated.test_growth import commit, copy_resource, name_orders_in_main, renamed

SCAFFOLD = str(BIN / "scaffold")
RELEASES = releases.names()[:-1] or releases.names()  # before the second there is but one
COMBINATIONS = ("postgresql-jwt", "litestar-mysql-api-key", "flask-sqlite-none")
OWNER = {"email": "owner@example.org", "password": "a long password"}
NOTE = "\nOrders are ours: ask before you change them.\n"
# These tests of the suite hold a service to the items and to no other resource.
OF_ITEMS_ALONE = (
    "tests/contract/test_auth.py::test_every_documented_route_is_tried_here",
    "tests/contract/test_paths.py::test_the_document_names_each_operation_of_the_items_and_no_other",
)
SHORT = "not full and not explored"
PATHS = ("/api/v1/items", "/api/v1/orders")
BODIES = (
    {"name": "lamp", "quantity": 3},
    {"name": "Ärmel 🧥", "description": "two\nlines", "quantity": 0},
    {"name": "gone", "quantity": 1},
)
Rows = dict[str, list[dict[str, Any]]]


def services() -> Iterator[Any]:
    """The longest way first, which is CI's."""
    for release in RELEASES:
        for name in COMBINATIONS:
            is_in_ci = (release, name) == (RELEASES[0], COMBINATIONS[0])
            yield pytest.param(release, name, marks=[pytest.mark.full] * (not is_in_ci))


@pytest.mark.parametrize(("release", "combination"), [*services()])
def test_an_earlier_service_takes_this_release_and_keeps_all_that_is_its_own(
    workshop: Path, release: str, combination: str
) -> None:
    folder = workshop / f"{combination}-{release}" / "myservice"
    project = Project(folder, EVERY[combination], [])
    make(project, release)
    grow(project)
    with prepared(project) as settings, serving(project, settings) as service:
        given = enrol(project, settings)
        with client_of(project, service, given) as client:
            written = write(client)
    own_files, own_lines = files_of(folder), lines_of(folder)

    run(folder, SCAFFOLD, "update")
    run(folder, "make", "setup", "check", "test")

    run(folder, SCAFFOLD, "check")
    assert run(folder, "git", "status", "--short") == ""
    assert files_of(folder) == own_files
    assert lines_of(folder) == own_lines
    with prepared(project) as settings, serving(project, settings) as service:
        with client_of(project, service, given) as client:
            assert read(client, written) == written
        options = callers(project.answers["auth"], folder, service, **settings)
        options += option("--deselect", *OF_ITEMS_ALONE)
        check_contract(service, "development", *options, selected=SHORT)


def make(project: Project, release: str) -> None:
    with releases.source(release) as source:
        rendering.render(source, project.folder, project.answers, release)
    run(project.folder, "git", "init", "--quiet")
    run(project.folder, "make", "setup")
    commit(project.folder)


def grow(project: Project) -> None:
    """A resource of its owner's beside the items, and a word on it in the README."""
    folder = project.folder
    copy_resource(folder)
    if project.answers["auth"] == "api-key":
        keys = folder / "tests/credentials.py"
        scopes = ", ".join(f'"{renamed(scope)}"' for scope in SCOPES.split(","))
        keys.write_text(keys.read_text().replace("=EVERYTHING", f"=[*EVERYTHING, {scopes}]"))
    name_orders_in_main(folder)
    readme = folder / "README.md"
    title, description, *rest = readme.read_text().split("\n\n")
    readme.write_text("\n\n".join([title, description, NOTE.strip(), *rest]))
    run(folder, "make", "migration", "m=create orders")
    run(folder, "make", "fix")
    commit(folder)


def enrol(project: Project, settings: dict[str, str]) -> str:
    """The header line of a key that is kept; of an account, nothing: it signs in."""
    auth = project.answers["auth"]
    if auth == "jwt":
        create_account(project.folder, "admin", OWNER, **settings)
    if auth == "api-key":
        scopes = f"{SCOPES},{renamed(SCOPES)}"
        return create_key(project.folder, "owner", scopes, **settings)
    return ""


def client_of(project: Project, service: Service, given: str) -> httpx2.Client:
    line = sign_in(service, OWNER) if project.answers["auth"] == "jwt" else given
    client = service.client()
    if line:
        client.headers.update([read_line(line)])
    return client


def write(client: httpx2.Client) -> Rows:
    """Rows that were made, changed and deleted."""
    for path in PATHS:
        lamp, _, gone = (client.post(path, json=body) for body in BODIES)
        changed = client.patch(
            lamp.headers["Location"], json={"quantity": 4}, headers=read_as(lamp)
        )
        deleted = client.delete(gone.headers["Location"], headers=read_as(gone))
        assert (changed.status_code, deleted.status_code) == (200, 204)
    found = {path: client.get(path).json()["data"] for path in PATHS}
    assert [len(rows) for rows in found.values()] == [2, 2]
    return found


def read_as(answer: httpx2.Response) -> dict[str, str]:
    return {"If-Match": answer.headers["ETag"]}


def read(client: httpx2.Client, written: Rows) -> Rows:
    """The same rows, of which a later release may tell more."""
    return {
        path: [
            {key: now[key] for key in row}
            for row, now in zip(rows, client.get(path).json()["data"], strict=True)
        ]
        for path, rows in written.items()
    }


def files_of(folder: Path) -> dict[str, bytes]:
    """The files that its owner has added."""
    first = run(folder, "git", "rev-list", "--max-parents=0", "HEAD").strip()
    names = run(folder, "git", "log", "--format=", "--name-only", "--diff-filter=A", f"{first}..")
    return {name: (folder / name).read_bytes() for name in names.split() if "orders" in name}


def lines_of(folder: Path) -> list[str]:
    """What its owner has written into the template's files."""
    patch = run(folder, SCAFFOLD, "diff").splitlines()
    return [line for line in patch if line[0] in "+-" and not line.startswith(("+++", "---"))]
