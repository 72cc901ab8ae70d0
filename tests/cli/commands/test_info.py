from pathlib import Path

from tests.cli.commands.conftest import ANSWERS, Make
from tests.cli.commands.test_update import said
from tests.cli.conftest import refusal

SCREEN = """\
svc
  template  https://github.com/service-scaffold/service-scaffold
  release   1.0.0
  newest    2.0.0, of this `scaffold` (2.0.0)
  auth      none
  ci        none
  database  sqlite
  deploy    compose
  update    `scaffold update --dry-run` shows it, `scaffold update` does it
"""


def test_it_says_what_a_project_was_made_from(make: Make) -> None:
    assert said(make().scaffold("info")) == (0, SCREEN, "")


def test_it_is_one_document(make: Make) -> None:
    service = make()

    done = service.scaffold("info", "--json")

    assert (done.code, done.err) == (0, "")
    assert done.data == {
        "project": str(service.folder),
        "template": "https://github.com/service-scaffold/service-scaffold",
        "release": "v1.0.0",
        "newest": "v2.0.0",
        "answers": ANSWERS,
    }


def test_a_project_of_a_newer_scaffold_can_be_asked_too(make: Make) -> None:
    service = make()
    answers = service.text(".copier-answers.yml").replace("v1.0.0", "v3.0.0")
    service.edit({".copier-answers.yml": answers})

    done = service.scaffold("info")

    assert said(done) == (0, SCREEN.replace("release   1.0.0", "release   3.0.0"), "")


def test_a_folder_that_is_no_project_is_refused(make: Make, tmp_path: Path) -> None:
    done = make().scaffold("info", "--project", str(tmp_path))

    message = f"{tmp_path}/.copier-answers.yml cannot be read: No such file or directory"
    hint = "go to a project that `scaffold new` made, or name it with `--project`"
    assert said(done) == (2, "", refusal(message, hint))
