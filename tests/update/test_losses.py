"""No work is lost, and nothing is wrong in silence: every known case on `scaffold` itself.

test_copier_record.py has what plain Copier does with the same cases.
"""

import re
from pathlib import Path

import pytest
import yaml

from scaffold import distribution
from scaffold.choices.questions import Answers
from scaffold.template.rendering import ANSWERS_FILE
from tests.update.cases import CASES, IMAGE, MINE, THEIRS, line
from tests.update.conftest import Begin
from tests.update.service import Done, Service, start
from tests.update.toys import LINES, NEW, OLD, Installation, Toy, answers_of

SAID = "you edited it, the template removed it"
RESTORE = "restore it with git, and change answers by `scaffold set`"


def committed(service: Service, done: Done) -> None:
    """It succeeded with one commit, and with nothing left beside it."""
    assert (done.code, done.error, done.data.get("done")) == (0, "", "committed"), done
    assert (service.status(), service.commits()[1:]) == ("", ["mine", "Start"])
    assert not (service.folder / ".git/scaffold-update.json").exists()


def refused(service: Service, done: Done, code: int, message: str, hint: str) -> None:
    """It was refused, and nothing was changed."""
    assert done.told == (code, message, hint)
    assert (service.status(), service.commits()) == ("", ["mine", "Start"])


def in_conflict(service: Service, done: Done, conflicts: dict[str, str]) -> None:
    """It named the conflicts, and nothing is committed."""
    assert (done.code, done.error, done.conflicts) == (11, "conflicts", conflicts), done
    assert service.commits() == ["mine", "Start"]
    assert f"_commit: {NEW}\n" in answers_of(service.folder)


def marked(mine: str, theirs: str) -> str:
    return f"<<<<<<< yours\n{mine}\n=======\n{theirs}\n>>>>>>> template 2.0.0\n"


# Lost from the disk by plain Copier ------------------------------------------


def test_10_an_ignored_file_is_not_overwritten(begin: Begin) -> None:
    service = begin("10 rendered and ignored")

    done = service.update()

    committed(service, done)
    assert (service.text("local.txt"), done.changes["a.txt"]) == (MINE, "updated")


def test_10b_an_ignored_file_is_not_overwritten_by_a_newer_one(begin: Begin) -> None:
    service = begin("10b rendered, ignored, changed")

    done = service.update()

    committed(service, done)
    assert service.text("local.txt") == MINE
    assert "git ignores" in done.kept["local.txt"]


@pytest.mark.parametrize(
    "case", ["10c ignored and skipped, then gone", "10d rendered, ignored, then gone"]
)
def test_10c_10d_an_ignored_file_stays_when_the_template_drops_it(begin: Begin, case: str) -> None:
    service = begin(case)

    committed(service, service.update())

    assert service.text("local.txt") == MINE


def test_13_an_ignored_file_of_mine_is_not_overwritten_by_a_new_one(begin: Begin) -> None:
    service = begin("13 mine, ignored, then rendered")

    done = service.update()

    committed(service, done)
    assert service.text("local.txt") == MINE
    assert "git ignores" in done.kept["local.txt"]
    assert "local.txt" not in service.git("ls-files")


# Lost from the work tree by plain Copier -------------------------------------


def test_3b_an_edited_file_that_the_template_drops_is_a_conflict(begin: Begin) -> None:
    service = begin("3b edited, then gone")

    in_conflict(service, service.update(), {"a.txt": SAID})

    assert service.text("a.txt") == line(3, MINE)
    assert service.status().splitlines()[-1] == "UD a.txt"


def test_4_edits_move_along_with_a_file_that_the_template_renames(begin: Begin) -> None:
    service = begin("4 edited, then renamed")

    done = service.update()

    committed(service, done)
    assert service.text("new.txt") == line(15, THEIRS, line(3, MINE))
    assert (done.changes["new.txt"], done.edited) == ("renamed", {"new.txt"})


def test_4b_edits_move_along_with_a_file_that_is_renamed_past_recognition(begin: Begin) -> None:
    service = begin("4b edited, renamed past likeness")

    done = service.update()

    assert done.code in (0, 11), done
    assert MINE in service.text("new.txt")
    assert done.changes["new.txt"] == "renamed"
    assert "new.txt" in done.edited | done.conflicts.keys()
    assert "old.txt" not in service.names()


def test_9c_another_database_is_refused_while_edits_would_go_with_the_old_one(
    begin: Begin,
) -> None:
    service = begin("9c another database")

    done = service.choose("database=postgresql")

    refused(
        service,
        done,
        13,
        "your edits in db_sqlite.txt would be lost; nothing was written",
        "save what you need of them elsewhere, "
        "then `scaffold set database=postgresql --allow-delete db_sqlite.txt`",
    )


def test_9c_what_may_be_deleted_is_deleted_and_listed(begin: Begin) -> None:
    service = begin("9c another database")

    done = service.choose("database=postgresql", "--allow-delete", "db_sqlite.txt")

    committed(service, done)
    assert "db_sqlite.txt" not in service.names()
    assert done.changes["db_sqlite.txt"] == "removed"
    assert "db_sqlite.txt" in done.edited


def test_9c_edits_move_along_to_a_file_much_alike_and_it_is_said(begin: Begin) -> None:
    service = begin("9c' another database, much alike")

    done = service.choose("database=postgresql")

    committed(service, done)
    assert service.text("db_postgresql.txt") == "postgresql\n" + line(9, MINE)
    assert done.edited == {"db_postgresql.txt"}


def test_9f_a_part_is_not_removed_with_edits_in_it(begin: Begin) -> None:
    service = begin("9f a part less")

    done = service.choose("parts=none")

    refused(
        service,
        done,
        13,
        "your edits in redis.txt would be lost; nothing was written",
        "save what you need of them elsewhere, "
        "then `scaffold set parts=none --allow-delete redis.txt`",
    )
    assert MINE in service.text("redis.txt")


def test_8c_a_changelog_that_its_owner_wrote_stays(begin: Begin) -> None:
    service = begin("8c skipped, then gone")

    in_conflict(service, service.update(), {"CHANGELOG.md": SAID})

    assert service.text("CHANGELOG.md").endswith(MINE)


def test_41_a_binary_changed_on_both_sides_is_a_conflict_and_mine_stays(begin: Begin) -> None:
    service = begin("41 binary on both sides")

    in_conflict(service, service.update(), {"logo.png": "binary"})

    assert (service.folder / "logo.png").read_bytes() == IMAGE + MINE.encode()


def test_2c_an_overlap_is_in_the_file_whatever_is_ignored(begin: Begin) -> None:
    service = begin("2c rejects ignored")

    done = service.update()

    in_conflict(service, done, {"a.txt": "content"})
    assert service.text("a.txt") == LINES.replace("line 3\n", marked(MINE, THEIRS))
    assert done.data["conflicts"][0]["lines"] == [[3, 7]]


# Wrong in silence with plain Copier ------------------------------------------


def test_14a_an_answer_to_a_question_that_is_no_more_is_said(begin: Begin) -> None:
    service = begin("14a question renamed")

    done = service.update("--dry-run")

    assert done.data["dropped_answers"] == {"db": "sqlite"}
    assert done.data["new_questions"] == {"database": "pg"}


def test_14b_an_answer_moves_along_with_its_question(begin: Begin) -> None:
    service = begin("14b question renamed, told")

    done = service.update()

    committed(service, done)
    assert service.text("answers.txt") == "database=sqlite\n"
    assert (done.data["dropped_answers"], done.data["new_questions"]) == ({}, {})


@pytest.mark.parametrize(
    ("case", "key", "problem", "way"),
    [
        (
            "15a choice renamed",
            "database",
            "`database=pg` is not a choice",
            "Choices: sqlite, postgresql",
        ),
        (
            "20a one of several gone",
            "parts",
            "`parts=celery` is not a choice",
            "Choices: redis, none",
        ),
        ("20b validator stricter", "name", "`name=abcdefg` is not accepted", "too long"),
        (
            "20c another kind of question",
            "database",
            "`database=pg` is not a choice",
            "Choices: sqlite, mysql, none",
        ),
        (
            "21b nonsense edited by hand",
            "database",
            "`database=oracle` is not a choice",
            "Choices: sqlite, postgresql",
        ),
    ],
)
def test_15a_20_21b_an_answer_that_the_release_does_not_take_is_refused_by_name(
    begin: Begin, case: str, key: str, problem: str, way: str
) -> None:
    service = begin(case)

    done = service.update()

    message = f"2.0.0 does not take the answer to `{key}`: {problem}"
    hint = f"{way}; change it before the update, with `scaffold set {key}=...`"
    refused(service, done, 3, message, hint)


def test_15b_an_answer_moves_along_with_its_choice(begin: Begin) -> None:
    service = begin("15b choice renamed, told")

    committed(service, service.update())

    assert service.text("answers.txt") == "database=postgresql\n"


def test_18_a_new_question_is_listed_with_its_answer(begin: Begin) -> None:
    service = begin("18 new question, active default")

    done = service.update()

    committed(service, done)
    assert done.data["new_questions"] == {"telemetry": "yes-please"}
    assert "telemetry: yes-please" in service.git("log", "-1", "--format=%B")


def test_16_a_forgotten_answer_is_not_replaced_in_silence(begin: Begin) -> None:
    service = begin("16 question hidden for a while")
    assert service.choose("database=sqlite").code == 0
    before = service.standing()

    done = service.choose("database=postgresql")

    message = ".copier-answers.yml has no answer to `pool`"
    assert done.told == (2, message, RESTORE)
    assert service.standing() == before


def test_21_answers_edited_by_hand_are_refused(begin: Begin) -> None:
    service = begin("21 answers edited by hand")

    by = service.git("rev-parse", "--short", "HEAD").strip()
    message = (
        f".copier-answers.yml was edited by hand in {by}: db_sqlite.txt is still that of before"
    )
    hint = (
        f"take the edit back (`git revert {by}`); answers change by `scaffold set`, "
        "the release by `scaffold update`"
    )
    for done in (service.update(), service.choose("parts=redis")):
        refused(service, done, 2, message, hint)


def test_5_a_deleted_file_stays_deleted_and_is_said(begin: Begin) -> None:
    service = begin("5 deleted by its owner")

    done = service.update()

    committed(service, done)
    assert done.kept == {"a.txt": "you deleted it"}
    assert "a.txt" not in service.names()


def test_6_the_template_s_changes_move_along_with_a_renamed_file(begin: Begin) -> None:
    service = begin("6 renamed by its owner")

    committed(service, service.update())

    assert service.text("b.txt") == line(3, THEIRS)
    assert "a.txt" not in service.names()


def test_8_a_file_that_copier_skips_is_merged(begin: Begin) -> None:
    service = begin("8 skipped")

    committed(service, service.update())

    assert service.text("CHANGELOG.md") == line(12, MINE, line(3, THEIRS))


def test_26_a_random_answer_is_drawn_once(begin: Begin) -> None:
    service = begin("26 random default")
    before = answers_of(service.folder)

    committed(service, service.update())

    assert answers_of(service.folder) == before.replace(OLD, NEW)


def test_26b_what_is_random_in_a_file_is_a_conflict(begin: Begin) -> None:
    service = begin("26b random, never asked")

    in_conflict(service, service.update(), {"a.txt": "content"})


def test_27_an_answer_to_no_question_is_refused(begin: Begin) -> None:
    service = begin("9a another database and a part")

    done = service.choose("nonsense=1")

    refused(service, done, 2, "`nonsense` is not a question", "questions: database, parts")


def test_29_conflicts_have_an_exit_code_of_their_own(begin: Begin) -> None:
    service = begin("2c rejects ignored")

    done = service.scaffold("update")

    assert (done.code, done.out) == (11, "")
    assert "a.txt:3-7" in done.err
    assert "`scaffold update --continue`" in done.err
    assert "`scaffold update --abort`" in done.err


def test_the_release_is_recorded_by_its_full_name(begin: Begin) -> None:
    service = begin("1 nothing edited")

    committed(service, service.update())

    assert f"\n_commit: {NEW}\n" in answers_of(service.folder)


ELSEWHERE = (
    f"it is a commit of {distribution.repository()}, where git could not read it: "
    "transport 'https' not allowed"
)


@pytest.mark.parametrize(
    ("release", "hint"),
    [
        ("v1.0.0-1-g0123abc", ELSEWHERE),
        ("a1" * 20, ELSEWHERE),
        ("v1.1.0", "it has 1.0.0 to 2.0.0; a newer `scaffold` may have it"),
        (
            "v1.0.0+12345678",
            "it was rendered between two releases: use the checkout that it was rendered by",
        ),
    ],
)
def test_a_project_of_an_unknown_release_is_refused(begin: Begin, release: str, hint: str) -> None:
    service = begin("1 nothing edited")
    service.git("update-ref", "-d", "HEAD")
    service.edit({ANSWERS_FILE: answers_of(service.folder).replace(OLD, release)})
    before = service.standing()

    done = service.update()

    assert done.told == (3, f"this `scaffold` does not have the release {release}", hint)
    assert service.standing() == before


def test_38_a_folder_becomes_a_file(begin: Begin) -> None:
    service = begin("38 a folder becomes a file")

    committed(service, service.update())

    assert service.text("conf") == "one file\n"


def test_38b_a_folder_with_edits_does_not_become_a_file_in_silence(begin: Begin) -> None:
    service = begin("38b an edited folder becomes a file")

    done = service.update()

    assert (done.code, done.error) == (11, "conflicts")
    kept = [name for name in service.names() if MINE in service.text(name)]
    assert kept
    assert set(kept) <= done.conflicts.keys()


# Fine with plain Copier, and here --------------------------------------------


def test_1_without_edits_the_service_equals_a_new_one(begin: Begin) -> None:
    service = begin("1 nothing edited")

    done = service.update()

    committed(service, done)
    assert service.files() == service.fresh(NEW, {})
    assert done.changes == {ANSWERS_FILE: "updated", "a.txt": "updated", "b.txt": "new"}
    assert (done.kept, done.conflicts, done.edited) == ({}, {}, set())


def test_1_a_dry_run_says_the_same_and_changes_nothing(begin: Begin) -> None:
    service = begin("1 nothing edited")
    before = service.everything()

    planned = service.update("--dry-run")

    assert service.everything() == before
    done = service.update()
    for key in ("from", "to", "changes", "kept", "conflicts", "notes", "answers"):
        assert planned.data[key] == done.data[key]


def test_2d_edits_near_each_other_are_merged(begin: Begin) -> None:
    service = begin("2d edits near each other")

    done = service.update()

    committed(service, done)
    assert service.text("a.txt") == line(5, THEIRS, line(3, MINE))
    assert done.edited == {"a.txt"}


def test_2f_the_same_edit_on_both_sides_is_there_once(begin: Begin) -> None:
    service = begin("2f the same edit")

    committed(service, service.update())

    assert service.text("a.txt") == line(3, "both")


def test_3a_a_file_that_the_template_drops_goes(begin: Begin) -> None:
    service = begin("3a gone, never edited")

    done = service.update()

    committed(service, done)
    assert done.changes["a.txt"] == "removed"
    assert "a.txt" not in service.names()


def test_7_a_file_that_both_add_is_a_conflict(begin: Begin) -> None:
    service = begin("7 both add")

    in_conflict(service, service.update(), {"b.txt": "both added"})

    assert MINE in service.text("b.txt")


def test_9a_another_database_and_a_part(begin: Begin) -> None:
    service = begin("9a another database and a part")

    done = service.choose("database=postgresql", "parts=redis")

    committed(service, done)
    answers: Answers = {"database": "postgresql", "parts": ["redis"]}
    assert service.files() == service.fresh(OLD, answers)
    assert done.data["changed_answers"]["database"] == {"from": "sqlite", "to": "postgresql"}


def test_9b_edits_elsewhere_stay(begin: Begin) -> None:
    service = begin("9b another database, edits elsewhere")

    committed(service, service.choose("database=postgresql"))

    assert service.text("same.txt") == line(3, MINE)
    assert service.text("main.txt").startswith(line(3, MINE) + "postgresql\n")


def test_17_a_secret_is_no_answer_to_update_from(begin: Begin) -> None:
    service = begin("17 secret")

    message = ".copier-answers.yml has no answer to `key`"
    refused(service, service.update(), 2, message, RESTORE)


def test_16_17_26_the_template_hides_no_answer_and_draws_none_by_lot() -> None:
    document = yaml.safe_load((distribution.source() / "copier.yml").read_text())
    questions = {key: spec for key, spec in document.items() if not key.startswith("_")}

    assert {key for key, spec in questions.items() if "secret" in spec} == set()
    assert {key for key, spec in questions.items() if spec.get("when", False)} == set()
    assert re.findall(r"random|now\(|strftime|date_time", str(document)) == []


def test_36_an_edited_file_that_is_newly_excluded_stays(begin: Begin) -> None:
    service = begin("36 newly excluded")

    in_conflict(service, service.update(), {"a.txt": SAID})

    assert service.text("a.txt") == line(3, MINE)


def test_37_a_file_becomes_a_folder(begin: Begin) -> None:
    service = begin("37 a file becomes a folder")

    committed(service, service.update())

    assert service.text("conf/a.txt") == LINES


def test_37b_an_edited_file_does_not_become_a_folder_in_silence(begin: Begin) -> None:
    service = begin("37b an edited file becomes a folder")

    done = service.update()

    assert (done.code, done.error) == (11, "conflicts")
    kept = [name for name in service.names() if MINE in service.text(name)]
    assert kept
    assert set(kept) <= done.conflicts.keys()


def test_42_empty_files_and_files_without_a_last_line_end(begin: Begin) -> None:
    service = begin("42 empty and endless")

    committed(service, service.update())

    assert service.text("empty.txt") == "no longer\n"
    assert service.text("endless.txt") == line(12, MINE, line(3, THEIRS)) + "end"


# Conflicts to be expected ----------------------------------------------------


def test_2e_what_both_append_is_a_conflict(begin: Begin) -> None:
    service = begin("2e both append")

    in_conflict(service, service.update(), {"a.txt": "content"})

    assert service.text("a.txt") == LINES + marked(MINE, THEIRS)


def test_9d_neighbouring_dependencies_are_a_conflict_of_two_lines(begin: Begin) -> None:
    service = begin("9d neighbouring dependencies")

    done = service.update()

    in_conflict(service, done, {"a.txt": "content"})
    assert marked('  "bb",', '  "c",') in service.text("a.txt")


def test_39_other_line_ends_are_no_conflict_and_stay(begin: Begin) -> None:
    service = begin("39 line ends")

    done = service.update()

    committed(service, done)
    assert service.text("a.txt") == line(3, THEIRS).replace("\n", "\r\n")
    assert any("a.txt" in note for note in done.data["notes"])


def test_40_a_formatter_is_no_conflict(begin: Begin) -> None:
    service = begin("40 formatted")

    committed(service, service.update())

    assert service.text("a.py") == ('def f(a):\n    return {"a": a, "b": [1, 2, 3]}\n\n\nX = "y"\n')


# What owners do with the example ---------------------------------------------


def test_the_template_s_changes_move_along_with_a_renamed_package(begin: Begin) -> None:
    service = begin("package renamed")

    committed(service, service.update())

    assert service.text("app/orders/routes.txt") == "items routes\n" + line(9, THEIRS)
    assert service.text("app/main.txt") == "items\n" + line(18, THEIRS)
    assert not [name for name in service.names() if name.startswith("app/items/")]


def test_a_package_that_was_copied_and_dropped_keeps_its_edits(begin: Begin) -> None:
    service = begin("package copied and dropped")

    done = service.update()

    committed(service, done)
    routes = service.text("app/orders/routes.txt")
    assert routes.startswith("orders routes\n")
    assert THEIRS in routes or "app/items/routes.txt" in done.kept
    assert service.text("app/orders/models.txt") == "orders models\n" + LINES + LINES
    assert not [name for name in service.names() if name.startswith("app/items/")]


# All of them -----------------------------------------------------------------


# In which an update does as many different things as there are; all of them by make test-all.
DIFFERENT = (
    "10b rendered, ignored, changed",
    "2c rejects ignored",
    "38b an edited folder becomes a file",
    "39 line ends",
    "3b edited, then gone",
    "4 edited, then renamed",
    "41 binary on both sides",
    "6 renamed by its owner",
    "7 both add",
    "9a another database and a part",
)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in DIFFERENT else [pytest.mark.full], id=name)
        for name in CASES
    ],
)
def test_what_an_update_did_is_taken_back_or_was_never_begun(begin: Begin, name: str) -> None:
    """And a dry run tells before what the run does."""
    service = begin(name)
    before, untouched = service.standing(), service.everything()
    planned = service.update("--dry-run")
    assert service.everything() == untouched

    done = service.update("--no-commit")

    if done.error in ("", "conflicts") and done.data["done"] != "nothing":
        assert done.conflicts == planned.conflicts
        assert done.changes == planned.changes
        assert done.kept == planned.kept
        assert service.update("--abort").code == 0
    else:
        assert planned.code == done.code
    assert service.standing() == before


def test_every_case_is_tested() -> None:
    source = "".join(
        test.__code__.co_consts.__repr__() + repr(getattr(test, "pytestmark", ""))
        for name, test in globals().items()
        if name.startswith("test_")
    )

    assert [name for name in CASES if name not in source] == []


# And plain Copier afterwards ---------------------------------------------------


def test_plain_copier_goes_on_where_an_update_ended(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    one = Toy({"a.txt": LINES})
    two = one.then({"a.txt": line(3, THEIRS)})
    three = two.then({"a.txt": line(9, THEIRS, line(3, THEIRS))})
    toys = {OLD: one, NEW: two, "v3.0.0": three}
    installation = Installation.make(tmp_path / "installation", toys)
    service = start(installation, tmp_path / "desk/svc", environment, {})
    service.edit({"a.txt": line(15, MINE)})
    committed(service, service.update("--to", "2.0.0"))
    # The address that it remembers, on this machine; Copier gives it an end.
    reached = f"url.{installation.clone()}.insteadOf"
    service.git("config", "--global", reached, f"{distribution.repository()}.git")

    done = service.copier()

    assert done.code == 0, done
    assert service.text("a.txt") == line(15, MINE, line(9, THEIRS, line(3, THEIRS)))
    assert "_commit: v3.0.0\n" in answers_of(service.folder)
