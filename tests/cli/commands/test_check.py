from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.commands.conftest import Make
from tests.cli.commands.test_update import in_conflict, said
from tests.cli.conftest import refusal
from tests.update.toys import LINES

SEE_NEW = "see what is new with `scaffold update --dry-run`"
RESOLVE = "resolve what is marked, then `scaffold update --continue` or commit it"
UNDO = "see drift with `scaffold diff PATH`, undo it with `scaffold diff PATH | git apply -R`"
MARKED = "one\n<<<<<<< before\nmine\n=======\ntheirs\n>>>>>>> after\ntwo\n"


def test_a_project_as_it_was_made_is_clean(current: Make) -> None:
    service = current()
    before = service.standing()

    done = service.scaffold("check")

    assert said(done) == (0, "", "svc on 1.0.0: no conflict, no newer release, no drift\n")
    assert service.standing() == before


@pytest.mark.parametrize(
    ("flags", "clean"),
    [
        (["--updates"], "no newer release"),
        (["--drift"], "no drift"),
        (["--markers"], "no conflict"),
        (["--drift", "--markers"], "no conflict, no drift"),
    ],
)
def test_a_part_can_be_checked_alone(current: Make, flags: list[str], clean: str) -> None:
    assert said(current().scaffold("check", *flags)) == (0, "", f"svc on 1.0.0: {clean}\n")


def test_a_newer_release_is_found(make: Make) -> None:
    done = make().scaffold("check")

    finding = "  outdated  .  2.0.0 is there, this is on 1.0.0\n\n"
    assert said(done) == (10, "", finding + refusal("svc is outdated (1 finding)", SEE_NEW))


def test_drift_is_a_promised_file_that_differs_or_is_missing(current: Make) -> None:
    service = current()
    service.edit({"Dockerfile": "FROM mine\n", "edge/old.txt": None})

    done = service.scaffold("check")

    findings = "  drifted  Dockerfile    differs\n  drifted  edge/old.txt  missing\n\n"
    assert said(done) == (10, "", findings + refusal("svc is drifted (2 findings)", UNDO))


def test_code_of_the_users_own_never_drifts(current: Make) -> None:
    service = current()
    service.edit({"settings.txt": "mine\n", "edge/mine.txt": "mine\n", "main.txt": None})

    assert service.scaffold("check").code == 0


def test_drift_is_seen_before_it_is_committed_and_undone_by_its_own_patch(current: Make) -> None:
    service = current()
    (service.folder / "Dockerfile").write_text("FROM mine\n")

    drifted = service.scaffold("check", "--drift")
    patch = service.scaffold("diff", "Dockerfile").out
    (service.folder.parent / "patch").write_text(patch)
    service.git("apply", "-R", "../patch")

    assert (drifted.code, service.scaffold("check").code, service.status()) == (10, 0, "")


def test_markers_are_found_in_tracked_files(current: Make) -> None:
    service = current()
    service.edit({"mine.txt": MARKED + LINES + MARKED, ".gitignore": "ignored.txt\n"})
    (service.folder / "ignored.txt").write_text(MARKED)

    done = service.scaffold("check")

    finding = "  unresolved  mine.txt:2-6,29-33  conflict markers\n\n"
    assert said(done) == (11, "", finding + refusal("svc is unresolved (1 finding)", RESOLVE))


@pytest.mark.parametrize(
    "text",
    [
        "<<<<<<< only an opening\n",
        "title\n=======\ntext\n",
        "a <<<<<<< b\n=======\n>>>>>>> c\n",
        ">>>>>>> c\n=======\n<<<<<<< b\n",
    ],
)
def test_what_only_looks_like_a_marker_is_none(current: Make, text: str) -> None:
    service = current()
    service.edit({"mine.txt": text})

    assert service.scaffold("check").code == 0


def test_a_merge_that_is_not_resolved_is_found(current: Make) -> None:
    service = current()
    service.git("switch", "--quiet", "--create", "other")
    service.edit({"mine.bin": b"\0one"})
    service.git("switch", "--quiet", "main")
    service.edit({"mine.bin": b"\0two"})
    with pytest.raises(AssertionError, match="CONFLICT"):
        service.git("merge", "other")

    done = service.scaffold("check", "--markers")

    assert (done.code, done.err.splitlines()[0]) == (11, "  unresolved  mine.bin  not merged")


def test_an_update_under_way_is_found_with_all_the_rest_and_is_the_gravest(make: Make) -> None:
    service = make()
    in_conflict(service)
    service.edit({"Dockerfile": "FROM mine\n"})
    service.scaffold("update")

    done = service.scaffold("check", "--json")

    assert (done.code, done.error, done.err) == (11, "conflicts", "")
    assert done.data == {
        "project": str(service.folder),
        "release": "v2.0.0",
        "newest": "v2.0.0",
        "markers": [
            {"path": ".", "why": "an update is under way", "lines": []},
            {"path": "settings.txt", "why": "not merged", "lines": []},
            {"path": "settings.txt", "why": "conflict markers", "lines": [[1, 5]]},
        ],
        "updates": [],
        "drift": [{"path": "Dockerfile", "why": "differs", "lines": []}],
    }


def test_what_was_not_checked_is_null_in_json(make: Make) -> None:
    done = make().scaffold("check", "--updates", "--json")

    assert (done.code, done.error) == (10, "outdated")
    assert done.data["updates"] == [
        {"path": ".", "why": "2.0.0 is there, this is on 1.0.0", "lines": []}
    ]
    assert (done.data["drift"], done.data["markers"]) == (None, None)


def test_drift_alone_has_a_code_of_its_own(current: Make) -> None:
    service = current()
    service.edit({"Dockerfile": None})

    done = service.scaffold("check", "--json")

    assert (done.code, done.error) == (10, "drifted")


def test_clean_is_one_document(current: Make) -> None:
    service = current()

    done = service.scaffold("check", "--json")

    assert (done.code, done.err) == (0, "")
    assert done.data == {
        "project": str(service.folder),
        "release": "v1.0.0",
        "newest": "v1.0.0",
        "markers": [],
        "updates": [],
        "drift": [],
    }


def test_a_project_in_a_folder_of_its_repository_is_checked_alone(current: Make) -> None:
    service = current("services/billing")
    service.edit({"edge/old.txt": "mine\n", "mine.txt": MARKED})
    outside = service.top / "elsewhere.txt"
    outside.write_text(MARKED)
    service.git("add", str(outside))

    done = service.scaffold("check", "--drift", "--markers", "--json")

    assert [finding["path"] for finding in done.data["markers"]] == ["mine.txt"]
    assert [finding["path"] for finding in done.data["drift"]] == ["edge/old.txt"]


def test_a_folder_that_is_no_project_is_refused(current: Make, tmp_path: Path) -> None:
    done = current().scaffold("check", "--project", str(tmp_path))

    message = f"{tmp_path}/.copier-answers.yml cannot be read: No such file or directory"
    hint = "go to a project that `scaffold new` made, or name it with `--project`"
    assert said(done) == (2, "", refusal(message, hint))


@pytest.mark.parametrize("command", ["check", "diff", "info"])
def test_a_project_can_be_named(make: Make, tmp_path: Path, command: str) -> None:
    service = make()
    service.edit({"Dockerfile": "FROM mine\n"})
    elsewhere = replace(service, folder=tmp_path)

    done = elsewhere.scaffold(command, "--project", str(service.folder))

    assert done == service.scaffold(command)
    assert done.out + done.err != ""


def test_a_project_of_a_newer_scaffold_cannot_be_compared(current: Make) -> None:
    service = current()
    answers = service.text(".copier-answers.yml").replace("v1.0.0", "v3.0.0")
    service.edit({".copier-answers.yml": answers})

    done = service.scaffold("check", "--json")

    message = "this `scaffold` does not have the release v3.0.0"
    hint = "it has 1.0.0 to 1.0.0; a newer `scaffold` may have it"
    assert done.told == (3, message, hint)
