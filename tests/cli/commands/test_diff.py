import re
from pathlib import Path

import pytest

from tests.cli.commands.conftest import Make
from tests.cli.conftest import refusal
from tests.update.service import Done, run
from tests.update.toys import LINES

PATCH = """\
diff --git a/Dockerfile b/Dockerfile
--- a/Dockerfile
+++ b/Dockerfile
@@ -1 +1 @@
-FROM one
+FROM mine
diff --git a/main.txt b/main.txt
deleted file mode 100644
--- a/main.txt
+++ /dev/null
@@ -1 +0,0 @@
-sqlite none
"""


def said(done: Done) -> tuple[int, str, str]:
    """All that it answers, without the ids of contents."""
    return done.code, re.sub(r"^index .*\n", "", done.out, flags=re.MULTILINE), done.err


def test_a_project_as_it_was_made_does_not_differ(make: Make) -> None:
    assert said(make().scaffold("diff")) == (0, "", "")


def test_edited_and_deleted_files_are_a_patch_and_files_of_ones_own_are_not(make: Make) -> None:
    service = make()
    service.edit({"main.txt": None, "mine.txt": "mine\n"})
    (service.folder / "Dockerfile").write_text("FROM mine\n")

    assert said(service.scaffold("diff")) == (0, PATCH, "")


@pytest.mark.parametrize("within", [None, "services/billing"])
def test_the_patch_taken_back_leaves_the_template(make: Make, within: str | None) -> None:
    service = make(within=within)
    before = service.files()
    (service.folder / "Dockerfile").write_text("FROM mine\n")
    (service.folder / "main.txt").unlink()
    (service.folder / "file.txt").write_bytes(b"\xff\0\xfe")

    patch = service.folder.parent / "patch"
    run(
        ["sh", "-c", '"$@" > ../patch', "-", *service.installation.words, "diff"],
        service.folder,
        service.environment,
    )
    service.git("apply", "-R", str(patch))
    patch.unlink()

    assert service.files() == before


@pytest.mark.parametrize(
    ("paths", "named"),
    [
        (["Dockerfile"], ["Dockerfile"]),
        (["edge"], ["edge/old.txt"]),
        (["./edge/", "main.txt"], ["edge/old.txt", "main.txt"]),
        (["."], ["Dockerfile", "edge/old.txt", "main.txt"]),
        (["settings.txt"], []),
    ],
)
def test_paths_choose_what_is_compared(make: Make, paths: list[str], named: list[str]) -> None:
    service = make()
    service.edit({"Dockerfile": "FROM mine\n", "edge/old.txt": "mine\n", "main.txt": None})

    done = service.scaffold("diff", *paths)

    assert (done.code, re.findall(r"^diff --git a/(\S+)", done.out, re.MULTILINE)) == (0, named)


def test_a_path_of_ones_own_is_named(make: Make) -> None:
    service = make()
    service.edit({"mine.txt": LINES})

    done = service.scaffold("diff", "mine.txt")

    message = "mine.txt is not of the template"
    hint = "files of your own are not compared; `scaffold diff` shows all that are"
    assert said(done) == (2, "", refusal(message, hint))


def test_it_is_one_document(make: Make) -> None:
    service = make()
    service.edit({"Dockerfile": "FROM mine\n", "main.txt": None})

    done = service.scaffold("diff", "--json")

    assert (done.code, done.err) == (0, "")
    assert re.sub(r"(?m)^index .*\n", "", done.data.pop("diff")) == PATCH
    assert done.data == {
        "project": str(service.folder),
        "release": "v1.0.0",
        "files": [
            {"path": "Dockerfile", "why": "differs"},
            {"path": "main.txt", "why": "missing"},
        ],
    }


def test_a_link_to_elsewhere_is_not_followed(make: Make, tmp_path: Path) -> None:
    service = make()
    (tmp_path / "elsewhere").mkdir()
    (service.folder / "edge/old.txt").rename(tmp_path / "elsewhere/old.txt")
    (service.folder / "edge").rmdir()
    (service.folder / "edge").symlink_to(tmp_path / "elsewhere")

    done = service.scaffold("diff", "--json")

    assert done.data["files"] == [{"path": "edge/old.txt", "why": "missing"}]
