"""The README as its reader meets it."""

import socket
from pathlib import Path

from tests import BIN, ROOT
from tests.docs.pages import blocks
from tests.docs.reader import Reader, answering_for, committed
from tests.generated.process import OWNER, run

# How this very run began.
BEGAN = "scripts/test\n"


def test_it_can_be_followed_word_by_word(checkout: Path, folder: Path) -> None:
    followed = [block for block in blocks(ROOT / "README.md") if block.text != BEGAN]
    desk = folder / "empty"

    with Reader(desk, checkout, **OWNER) as reader:
        reader.follow(followed[:2])
        paths = ("/health", "/ready", "/docs", "/api/v1/items")
        answers = {path: reader.status(path) for path in paths}
        reader.follow(followed[2:])

    assert answers == dict.fromkeys(paths, "200")
    assert not is_open(reader.port)
    assert list(desk.rglob("postmaster.pid")) == []


def test_a_project_takes_over_a_later_release_without_losing_an_edit(
    checkout: Path, folder: Path
) -> None:
    project = folder / "myservice"
    run(folder, str(BIN / "scaffold"), "new", "myservice", "--defaults", "--no-lock")
    with (project / "Makefile").open("a") as makefile:
        makefile.write("# mine\n")
    committed(project)
    with (checkout / "template/app/ids.py").open("a") as module:
        module.write("# later\n")
    committed(checkout)
    run(checkout, "git", "tag", "v99.0.0")

    run(
        project,
        str(BIN / "copier"),
        "update",
        "--defaults",
        COPIER_CACHE_DIR=str(folder / "cache"),
        **answering_for(checkout),
    )

    assert "_commit: v99.0.0\n" in (project / ".copier-answers.yml").read_text()
    assert (project / "app/ids.py").read_text().endswith("# later\n")
    assert (project / "Makefile").read_text().endswith("# mine\n")


def is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
