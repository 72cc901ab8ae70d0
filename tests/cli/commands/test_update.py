import json
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.commands.conftest import (
    ANSWERS,
    CACHE,
    FIRST,
    QUESTIONS,
    SECOND,
    Ask,
    Make,
)
from tests.cli.conftest import refusal
from tests.cli.terminal import CTRL_C, DOWN, ENTER
from tests.update.service import Done, Service, run
from tests.update.toys import LINES, question

TITLE = "Update the template to 2.0.0"
BRANCH = "scaffold/update-the-template-to-2.0.0"

PLAN = """\
svc: 1.0.0 → 2.0.0

  2 updated   1 new   1 renamed

New questions, answered so
  cache: none (`scaffold set cache=...` changes it)

Before you deploy
  2.0.0: The answers of `/health` are shorter.
  2.0.0: `RATE` replaces `RATE_PER_MINUTE`
"""
DONE = """
  committed  "Update the template to 2.0.0" (0123456)

Try it with `make setup` and `make test`. Undo it with `git reset --keep HEAD~1`.
"""
PYPROJECT = '[project]\nname = "svc"\nversion = "1"\nrequires-python = ">=3.11"\n'
OLD_LOCK = 'version = 1\nrequires-python = ">=3.12"\n'
NEW_LOCK = """\
version = 1
requires-python = ">=3.11"

[[package]]
name = "svc"
version = "1"
source = { virtual = "." }
"""
WAYS = "`scaffold update --continue` ends it, `scaffold update --abort` takes it back"


def said(done: Done) -> tuple[int, str, str]:
    """All that a command answers, with ids of commits made alike."""
    return done.code, done.out, re.sub(r"\([0-9a-f]{7,}\)", "(0123456)", done.err)


def lock(service: Service) -> str:
    """The lock file, without the mark of the uv that wrote it."""
    return re.sub(r"^revision = \d+\n", "", service.text("uv.lock"), flags=re.MULTILINE)


def in_conflict(service: Service) -> None:
    service.edit({"settings.txt": f"timeout = 99\n{LINES}RATE_PER_MINUTE\n"})


def test_a_newer_release_is_one_commit(make: Make) -> None:
    service = make()

    done = service.scaffold("update")

    assert said(done) == (0, "", PLAN + DONE)
    assert service.git("log", "--format=%s") == f"{TITLE}\nStart\n"
    assert service.status() == ""
    assert service.files() == service.fresh("v2.0.0", {**ANSWERS, "cache": "none"})


def test_a_dry_run_shows_it_and_changes_nothing(make: Make) -> None:
    service = make()
    before = service.standing()

    done = service.scaffold("update", "--dry-run")

    end = "\nNothing was changed. `scaffold update` does this.\n"
    assert said(done) == (0, "", PLAN + end)
    assert service.standing() == before


def test_the_commit_says_all_that_a_pull_request_has_to_say(make: Make) -> None:
    service = make({**ANSWERS, "database": "mysql", "deploy": ["kubernetes"], "auth": "jwt"})
    service.edit({"mine.py": "x = 1\nRATE_PER_MINUTE = 1\n", "settings.txt": None})

    service.scaffold("update")

    assert service.git("log", "-1", "--format=%B") == (
        f"{TITLE}\n\n"
        "svc: 1.0.0 → 2.0.0\n"
        "1 updated, 1 new, 1 renamed, 1 kept\n\n"
        "New questions, answered so:\n"
        "- cache: none (`scaffold set cache=...` changes it)\n\n"
        "Before you deploy:\n"
        "- 2.0.0: The answers of `/health` are shorter.\n"
        "- 2.0.0: Run `app migrate` before the rollout.\n"
        "- 2.0.0: `RATE` replaces `RATE_PER_MINUTE` (still in mine.py:2)\n"
        "- 2.0.0: `OLD` is no longer read\n\n"
        "Kept as they are:\n"
        "- settings.txt: you deleted it\n\n"
    )


def test_a_conflict_is_shown_with_both_sides_and_the_two_ways_on(make: Make) -> None:
    service = make()
    in_conflict(service)
    service.edit({"edge/old.txt": LINES + "mine\n", ".gitignore": ".env\n"})
    (service.folder / ".env").write_text("A=1\nRATE_PER_MINUTE=7\n")

    done = service.scaffold("update", "--defaults")

    assert said(done) == (
        11,
        "",
        PLAN.replace("1 renamed", "1 renamed   1 conflict")
        .replace(
            "   1 conflict\n",
            "   1 conflict\n"
            "  renamed   edge/old.txt → edge/new.txt  your edits move with it\n"
            "  conflict  settings.txt:1-5             "
            "yours: timeout = 99   template: timeout = 60\n",
        )
        .replace("`RATE_PER_MINUTE`\n", "`RATE_PER_MINUTE` (still in .env:2)\n")
        + "\n"
        + refusal(
            "1 file in conflict; nothing was committed",
            "resolve what is marked, then `scaffold update --continue`; "
            "or go back with `scaffold update --abort`",
        ),
    )
    assert service.git("log", "-1", "--format=%s") == "mine\n"


def test_a_dry_run_with_a_conflict_says_who_resolves_it(make: Make) -> None:
    service = make()
    in_conflict(service)

    done = service.scaffold("update", "--dry-run")

    assert done.code == 0
    assert done.err.endswith(
        "\nNothing was changed. `scaffold update` does this and leaves the conflicts to you, "
        "or to `--abort`.\n"
    )


def test_resolved_it_continues_to_the_commit(make: Make) -> None:
    service = make()
    in_conflict(service)
    service.scaffold("update")

    early = service.scaffold("update", "--continue")
    (service.folder / "settings.txt").write_text(f"timeout = 80\n{LINES}RATE\n")
    done = service.scaffold("update", "--continue")

    ways = (
        "edit what is marked; take or leave a whole file with `git add` or `git rm`; then "
        "`scaffold update --continue`, or `--abort` to take all back"
    )
    assert said(early) == (11, "", refusal("still in conflict: settings.txt", ways))
    assert said(done) == (0, "", DONE.removeprefix("\n"))
    assert service.git("log", "-1", "--format=%s") == f"{TITLE}\n"


def test_aborted_it_is_as_before_and_half_a_resolution_is_kept(make: Make) -> None:
    service = make()
    in_conflict(service)
    before = service.standing()
    service.scaffold("update")
    (service.folder / "settings.txt").write_text("half a resolution\n")

    done = service.scaffold("update", "--abort")

    assert said(done) == (
        0,
        "",
        (
            "svc is as it was before the update\n"
            "what you had edited since is kept: `git show refs/scaffold/aborted`\n"
        ),
    )
    assert service.standing() == before
    shown = service.git("show", "refs/scaffold/aborted:settings.txt")
    assert shown == "half a resolution\n"


def test_the_newest_release_leaves_nothing_to_do(make: Make) -> None:
    service = make()
    service.scaffold("update")
    before = service.standing()

    done = service.scaffold("update")

    assert said(done) == (0, "", "nothing to do: svc is on 2.0.0 with these answers\n")
    assert service.standing() == before


@pytest.mark.parametrize("to", ["1.5.0", "v1.5.0"])
def test_a_release_can_be_named(make: Make, to: str) -> None:
    between = FIRST.then({"between.txt": "between\n"})
    service = make(releases={"v1.0.0": FIRST, "v1.5.0": between, "v2.0.0": SECOND})

    done = service.scaffold("update", "--to", to)

    assert done.code == 0
    assert service.git("log", "-1", "--format=%s") == "Update the template to 1.5.0\n"
    assert "between.txt" in service.names()


def test_edits_follow_a_file_through_all_its_renames(make: Make) -> None:
    second = FIRST.then({"edge/old.txt": None, "edge/second.txt": "rewritten\n" * 30})
    third = second.then({"edge/second.txt": None, "third.txt": LINES + "last\n"})
    upgrades = """\
- version: 1.5.0
  renames: [{from: edge/old.txt, to: edge/second.txt}]
- version: 2.0.0
  renames: [{from: edge/second.txt, to: third.txt}]
"""
    service = make(ANSWERS, {"v1.0.0": FIRST, "v1.5.0": second, "v2.0.0": third}, upgrades)
    service.edit({"edge/old.txt": "mine\n" + LINES})

    done = service.scaffold("update")

    assert "  renamed  edge/old.txt → third.txt  your edits move with it\n" in done.err
    assert service.text("third.txt") == "mine\n" + LINES + "last\n"


def test_the_patch_goes_to_stdout(make: Make) -> None:
    service = make()

    done = service.scaffold("update", "--dry-run", "--diff")

    assert done.code == 0
    assert done.out.startswith("diff --git a/.copier-answers.yml b/.copier-answers.yml\n")
    assert "\n-timeout = 30\n+timeout = 60\n" in done.out
    assert done.err.startswith(PLAN)


def test_a_reader_of_the_patch_who_leaves_stops_nothing(make: Make) -> None:
    service = make()
    command = [*service.installation.words, "update", "--diff"]

    done = run(
        ["sh", "-c", '{ "$@"; echo "ended in $?" >&2; } | true', "-", *command],
        service.folder,
        service.environment,
    )

    assert done.err.endswith("ended in 0\n")
    assert service.git("log", "-1", "--format=%s") == f"{TITLE}\n"


def test_it_can_be_done_on_a_branch(make: Make) -> None:
    service = make()

    done = service.scaffold("update", "--branch")
    again = service.scaffold("update", "--dry-run")

    end = DONE.replace("  committed", f"  branch     {BRANCH}\n  committed")
    assert said(done) == (0, "", PLAN + end)
    assert service.git("branch", "--show-current") == f"{BRANCH}\n"
    assert service.git("log", "--format=%s", "main") == "Start\n"
    assert again.err.startswith("nothing to do")


def test_a_branch_that_exists_is_left_alone(make: Make) -> None:
    service = make()
    service.git("branch", BRANCH)
    before = service.standing()

    done = service.update("--branch")

    way = f"delete it: `git branch -D {BRANCH}`"
    assert done.told == (2, f"the branch {BRANCH} exists", way)
    assert service.standing() == before


def test_without_a_commit_it_is_staged_and_can_be_committed_or_taken_back(make: Make) -> None:
    service = make()

    done = service.scaffold("update", "--no-commit")

    end = """
  staged  not committed

`scaffold update --continue` commits it, `scaffold update --abort` takes it back.
"""
    assert said(done) == (0, "", PLAN + end)
    assert service.git("log", "--format=%s") == "Start\n"
    assert service.scaffold("update", "--continue").code == 0
    assert service.git("log", "-1", "--format=%s") == f"{TITLE}\n"


def test_the_lock_file_follows_unless_it_is_to_stay_or_cannot_be_made(make: Make) -> None:
    first = FIRST.then({"pyproject.toml": PYPROJECT.replace('"1"', '"0"')})
    second = FIRST.then({"pyproject.toml": PYPROJECT})
    service = make(releases={"v1.0.0": first, "v2.0.0": second}, upgrades="[]\n")
    service.edit({"uv.lock": OLD_LOCK})

    found = {}
    for how, words, env in (
        ("stays", ["--no-lock"], {}),
        ("fails", [], {"UV_CONFIG_FILE": "/nowhere"}),
        ("follows", [], {}),
    ):
        done = service.scaffold("update", *words, env=env)
        found[how] = said(done), lock(service)
        service.git("reset", "--quiet", "--keep", "HEAD~1")

    plan = "svc: 1.0.0 → 2.0.0\n\n  2 updated\n"
    failed = (
        "  locked     not refreshed, do it with `uv lock`: `uv lock` failed: failed to open "
        "file `/nowhere`: No such file or directory (os error 2)"
    )
    locked = "  locked     0 packages"
    assert found == {
        "stays": ((0, "", plan + DONE), OLD_LOCK),
        "fails": ((0, "", f"{plan}\n{failed}{DONE}"), OLD_LOCK),
        "follows": ((0, "", f"{plan}\n{locked}{DONE}"), NEW_LOCK),
    }


def test_one_document_has_all(make: Make) -> None:
    service = make()
    service.edit({"mine.py": "RATE_PER_MINUTE = 1\n", "settings.txt": None})

    done = service.scaffold("update", "--json", "--diff")

    document = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert document["data"].pop("diff").startswith("diff --git ")
    commit = service.git("rev-parse", "--short", "HEAD").strip()
    assert document == {
        "schema": "scaffold/1",
        "command": "update",
        "ok": True,
        "exit_code": 0,
        "data": {
            "project": str(service.folder),
            "from": "v1.0.0",
            "to": "v2.0.0",
            "answers": {**ANSWERS, "cache": "none"},
            "changed_answers": {},
            "new_questions": {"cache": "none"},
            "dropped_answers": {},
            "changes": [
                {"kind": "updated", "path": ".copier-answers.yml", "old": None, "edited": False},
                {"kind": "renamed", "path": "edge/new.txt", "old": "edge/old.txt", "edited": False},
                {"kind": "new", "path": "fresh.txt", "old": None, "edited": False},
            ],
            "kept": [{"path": "settings.txt", "why": "you deleted it"}],
            "conflicts": [],
            "in_the_way": [],
            "notes": [],
            "before_deploy": [
                {"version": "2.0.0", "what": "The answers of `/health` are shorter.", "places": []},
                {
                    "version": "2.0.0",
                    "what": "`RATE` replaces `RATE_PER_MINUTE`",
                    "places": ["mine.py:1"],
                },
            ],
            "not_migrated": [],
            "done": "committed",
            "commit": commit,
            "branch": None,
            "locked": None,
        },
        "error": None,
    }


def test_a_conflict_in_json_has_the_same_data(make: Make) -> None:
    service = make()
    in_conflict(service)

    done = service.update()

    assert (done.code, done.error, done.err) == (11, "conflicts", "")
    assert done.data["conflicts"] == [
        {"path": "settings.txt", "kind": "content", "lines": [[1, 5]]}
    ]
    assert (done.data["done"], done.data["commit"]) == ("conflicts", None)
    aborted = service.update("--abort")
    assert aborted.data == {"project": str(service.folder), "done": "aborted", "kept_under": None}


@pytest.mark.parametrize(
    ("words", "done", "diff"),
    [(["--dry-run"], "planned", False), (["--no-commit", "--diff"], "staged", True)],
)
def test_json_says_what_was_done(make: Make, words: list[str], done: str, diff: bool) -> None:
    data = make().update(*words).data

    assert (data["done"], bool(data["diff"]), data["commit"]) == (done, diff, None)


def test_a_new_question_is_asked_on_a_terminal(make: Make, terminal: Ask) -> None:
    service = make()

    asking = terminal(service, "update")
    assert re.match(r"svc · Cache +1/1\n\? Which cache\n", asking.see("ctrl-c leave"))
    asking.press(DOWN, ENTER)

    assert asking.leave() == 0
    assert "  cache: redis (`scaffold set cache=...` changes it)\n" in asking.shown
    assert "cache: redis\n" in service.text(".copier-answers.yml")


def test_plain_asks_a_new_question_by_numbered_lines(make: Make, terminal: Ask) -> None:
    service = make()

    asking = terminal(service, "update", "--plain")
    asked = asking.see("Number [1]:")
    asking.press("2\n")

    assert asking.leave() == 0
    assert asked == ("\nsvc - Cache, 1 of 1\nWhich cache?\n  1. none\n  2. redis\nNumber [1]:")
    assert "\x1b" not in asking.raw
    assert "cache: redis\n" in service.text(".copier-answers.yml")


def test_left_at_a_new_question_nothing_is_written(make: Make, terminal: Ask) -> None:
    service = make()
    before = service.standing()

    asking = terminal(service, "update")
    asking.answer("Which cache", CTRL_C)

    assert asking.leave() == 130
    assert "error: cancelled; nothing was written" in asking.shown
    assert service.standing() == before


def test_nothing_is_asked_that_would_be_refused_afterwards(make: Make, terminal: Ask) -> None:
    service = make()
    (service.folder / "settings.txt").write_text("mine\n")

    asking = terminal(service, "update")

    assert (asking.leave(), "?" in asking.shown) == (5, False)


@pytest.mark.parametrize("words", [["--defaults"], ["--json"]])
def test_nothing_is_asked_by_defaults_or_by_json(
    make: Make, terminal: Ask, words: list[str]
) -> None:
    service = make()

    asking = terminal(service, "update", *words)

    assert (asking.leave(), "?" in asking.raw.replace("\x1b[?", "")) == (0, False)
    assert "cache: none\n" in service.text(".copier-answers.yml")


def test_an_answer_to_a_question_that_is_gone_is_told(make: Make) -> None:
    service = make(
        {**ANSWERS, "cache": "redis"},
        {"v1.0.0": FIRST.then({}, QUESTIONS + CACHE), "v2.0.0": FIRST.then({}, QUESTIONS)},
    )

    done = service.scaffold("update", "--dry-run")

    assert "\nNo longer asked\n  cache (it was redis)\n" in done.err


@pytest.mark.parametrize(
    ("asked", "message", "hint", "fixes"),
    [
        (
            question("cache", "none", "none", "valkey"),
            "2.0.0 does not take the answer to `cache`: `cache=redis` is not a choice",
            "Choices: none, valkey; change it before the update, with `scaffold set cache=...`",
            [],
        ),
        (
            question("cache", "none", "none", "rediss"),
            "2.0.0 does not take the answer to `cache`: `cache=redis` is not a choice",
            (
                "did you mean `rediss`? Choices: none, rediss; "
                "change it before the update, with `scaffold set cache=...`"
            ),
            [{"set": {"cache": "rediss"}}],
        ),
        (
            question(
                "cache", "none", validator="{{ 'use a word of four letters' if cache else ''}}"
            ),
            "2.0.0 does not take the answer to `cache`: `cache=redis` is not accepted",
            (
                "use a word of four letters; "
                "change it before the update, with `scaffold set cache=...`"
            ),
            [],
        ),
    ],
)
def test_an_answer_that_the_release_does_not_take_is_named(
    make: Make, asked: str, message: str, hint: str, fixes: list[object]
) -> None:
    service = make(
        {**ANSWERS, "cache": "redis"},
        {"v1.0.0": FIRST.then({}, QUESTIONS + CACHE), "v2.0.0": FIRST.then({}, QUESTIONS + asked)},
    )
    before = service.standing()

    done = service.scaffold("update")
    document = service.update("--dry-run").document

    assert said(done) == (3, "", refusal(message, hint))
    assert (document["error"]["code"], document["error"]["fixes"]) == ("incompatible", fixes)
    assert service.standing() == before


def test_there_is_no_way_down(make: Make) -> None:
    service = make()
    service.scaffold("update")

    done = service.scaffold("update", "--to", "1.0.0")

    assert said(done) == (
        2,
        "",
        refusal(
            "1.0.0 is older than 2.0.0, which this project is on",
            "there is no way back by an update: revert the commit of the one that brought it here",
        ),
    )


@pytest.mark.parametrize("to", ["9.0.0", "v9.0.0"])
def test_an_unknown_release_is_named(make: Make, to: str) -> None:
    done = make().scaffold("update", "--to", to)

    message = f"this `scaffold` does not have the release {to}"
    hint = "it has 1.0.0 to 2.0.0; a newer `scaffold` may have it"
    assert said(done) == (3, "", refusal(message, hint))


def test_a_project_of_a_newer_scaffold_is_refused(make: Make) -> None:
    service = make()
    text = service.text(".copier-answers.yml").replace("v1.0.0", "v3.0.0")
    service.edit({".copier-answers.yml": text})

    done = service.update()

    assert done.error == "release_unknown"
    assert done.told == (
        3,
        "this `scaffold` does not have the release v3.0.0",
        "it has 1.0.0 to 2.0.0; a newer `scaffold` may have it",
    )


def test_work_that_is_not_committed_is_refused_and_a_dry_run_looks_all_the_same(
    make: Make,
) -> None:
    service = make()
    (service.folder / "settings.txt").write_text("mine\n")

    done = service.scaffold("update")
    looked = service.scaffold("update", "--dry-run")

    hint = "commit or stash it, so that the update is a commit of its own; `--dry-run` only looks"
    assert said(done) == (5, "", refusal("not committed: settings.txt", hint))
    assert looked.code == 0


def test_a_file_in_the_way_is_shown_and_refused(make: Make) -> None:
    service = make()
    (service.folder / "fresh.txt").write_text("mine\n")

    looked = service.scaffold("update", "--dry-run")
    done = service.update()

    assert looked.code == 0
    assert looked.err.endswith("`scaffold update` waits until nothing is in the way.\n")
    assert "  in the way  fresh.txt  yours, and not committed\n" in looked.err
    assert done.error == "tree_dirty"
    assert done.told == (
        5,
        "not tracked, where the template has a file of its own: fresh.txt",
        "commit it, move it away, or let git ignore it",
    )
    assert service.text("fresh.txt") == "mine\n"


@pytest.mark.parametrize("words", [["update"], ["update", "--dry-run"], ["set", "ci=none"]])
def test_while_an_update_is_under_way_there_is_no_other(make: Make, words: list[str]) -> None:
    service = make()
    in_conflict(service)
    service.scaffold("update")

    done = service.scaffold(*words)

    assert said(done) == (5, "", refusal("an update is under way here", WAYS))


@pytest.mark.parametrize("flag", ["--continue", "--abort"])
def test_without_an_update_under_way_there_is_nothing_to_end(make: Make, flag: str) -> None:
    done = make().scaffold("update", flag)

    hint = "begin one with `scaffold update`"
    assert said(done) == (2, "", refusal("no update is under way here", hint))


@pytest.mark.parametrize(
    "words", [["--continue", "--abort"], ["--continue", "--to", "1.0.0"], ["--abort", "--dry-run"]]
)
def test_continue_and_abort_go_alone(make: Make, words: list[str]) -> None:
    done = make().scaffold("update", *words)

    message, hint = "`--continue` and `--abort` go alone", "leave out the other flags"
    assert said(done) == (2, "", refusal(message, hint))


def test_a_folder_that_is_no_project_is_refused(make: Make, tmp_path: Path) -> None:
    done = make().scaffold("update", "--project", str(tmp_path))

    assert (done.code, done.out) == (2, "")
    assert done.err == refusal(
        f"{tmp_path}/.copier-answers.yml cannot be read: No such file or directory",
        "go to a project that `scaffold new` made, or name it with `--project`",
    )


RESTORE = "restore it: `git checkout HEAD -- .copier-answers.yml`; answers change by `scaffold set`"


@pytest.mark.parametrize(
    ("answers", "message", "hint"),
    [
        ("", ".copier-answers.yml is not what was written there: no answers by key", RESTORE),
        ("auth: jwt\n", ".copier-answers.yml names no template", RESTORE),
        (
            "_src_path: gh:ada/other\n",
            (
                "{folder} was made from gh:ada/other, "
                "not from https://github.com/service-scaffold/service-scaffold"
            ),
            "update it with `copier update`",
        ),
        (
            "_src_path: /somewhere\n",
            ".copier-answers.yml names no release of the template: it was made from a folder",
            "write the release that it was made from there, as `_commit: v1.2.3`",
        ),
    ],
)
def test_answers_that_lead_to_no_release_are_refused(
    make: Make, answers: str, message: str, hint: str
) -> None:
    service = make()
    service.edit({".copier-answers.yml": answers})

    done = service.scaffold("update")

    assert said(done) == (2, "", refusal(message.format(folder=service.folder), hint))


def test_a_project_without_a_commit_is_refused(make: Make) -> None:
    service = make()
    shutil.rmtree(service.folder / ".git")

    bare = service.scaffold("update")
    service.git("init", "--quiet")
    empty = service.scaffold("update")

    message = f"{service.folder} has no commit to update from"
    said_by_git = "fatal: not a git repository (or any of the parent directories): .git"
    way = 'make it a repository: `git init && git add --all && git commit --message="Start"`'
    assert said(bare) == (2, "", refusal(f"{message}: {said_by_git}", way))
    assert said(empty) == (2, "", refusal(message, way))


def test_a_project_can_be_named(make: Make, tmp_path: Path) -> None:
    service = make()
    words = ["update", "--project", str(service.folder), "--dry-run"]

    elsewhere = Service(tmp_path, service.installation, service.environment, service.top)

    assert elsewhere.scaffold(*words).err == service.scaffold("update", "--dry-run").err
