import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import GITCONFIG, Run, refusal, said, tree

NEW = ("new", "myservice", "--defaults", "--no-lock")


@pytest.fixture
def git(environment: dict[str, str], desk: Path) -> Run:
    def run(*words: str, cwd: Path = desk / "myservice") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *words], cwd=cwd, env=environment, capture_output=True, text=True, check=True
        )

    return run


def test_the_first_commit_holds_every_file_and_the_lock(
    scaffold: Run, desk: Path, git: Run
) -> None:
    scaffold("new", "myservice", "--defaults")

    assert git("log", "--format=%s by %an").stdout == "Start myservice by Ada\n"
    assert git("branch", "--show-current").stdout == "main\n"
    assert git("status", "--porcelain").stdout == ""
    committed = git("ls-files").stdout.splitlines()
    assert sorted(committed) == sorted(tree(desk / "myservice"))
    assert "uv.lock" in committed


def test_no_git_makes_no_repository(scaffold: Run, desk: Path) -> None:
    done = scaffold(*NEW, "--no-git")

    assert "committed" not in done.stderr
    assert not (desk / "myservice/.git").exists()


def test_inside_a_repository_nothing_is_committed(scaffold: Run, desk: Path, git: Run) -> None:
    git("init", "--quiet", cwd=desk)

    done = scaffold(*NEW)

    line = f"  not committed  it lies in the repository {desk}"
    assert done.returncode == 0
    assert line in done.stderr
    assert not (desk / "myservice/.git").exists()
    assert git("status", "--porcelain", cwd=desk).stdout == "?? myservice/\n"


def test_in_a_hook_of_another_repository_that_one_is_left_alone(
    scaffold: Run, desk: Path, git: Run, tmp_path: Path
) -> None:
    git("init", "--quiet", str(tmp_path / "other"), cwd=desk)
    hooked = {
        "GIT_DIR": str(tmp_path / "other/.git"),
        "GIT_WORK_TREE": str(tmp_path / "other"),
        "GIT_INDEX_FILE": str(tmp_path / "other/.git/index"),
    }

    assert scaffold(*NEW, env=hooked).returncode == 0
    assert git("log", "--format=%s").stdout == "Start myservice\n"
    assert git("status", "--porcelain", cwd=tmp_path / "other").stdout == ""


def test_without_an_identity_the_files_are_staged(
    scaffold: Run, desk: Path, home: Path, git: Run
) -> None:
    (home / ".gitconfig").write_text("")

    done = scaffold(*NEW)

    assert done.returncode == 0
    assert "  staged        commit it once git knows your user.name and user.email" in done.stderr
    staged = [line[3:] for line in git("status", "--porcelain").stdout.splitlines()]
    assert sorted(staged) == sorted(tree(desk / "myservice"))


@pytest.mark.parametrize(
    "settings",
    [
        "[commit]\ngpgSign = true\n[gpg]\nprogram = /bin/false\n",
        "[core]\nhooksPath = ~/hooks\n",
        "[init]\ntemplateDir = ~/template\n",
        "[init]\ntemplateDir = ~/absent\n",
        "[init]\ndefaultBranch = trunk\n",
        "[core]\nexcludesFile = ~/ignored\n",
        "[core]\nautocrlf = true\nsafecrlf = true\n",
        "[core]\neditor = /bin/false\n[commit]\ntemplate = ~/absent\nverbose = true\n",
        "[alias]\ninit = !false\ncommit = !false\n[color]\nui = always\n",
    ],
)
def test_the_users_git_settings_do_not_break_the_first_commit(
    scaffold: Run, home: Path, git: Run, settings: str
) -> None:
    (home / ".gitconfig").write_text(GITCONFIG + settings)
    (home / "ignored").write_text("*.py\n.env.example\n")
    for hooks in (home / "hooks", home / "template/hooks"):
        hooks.mkdir(parents=True)
        for name in ("pre-commit", "commit-msg", "prepare-commit-msg", "post-commit"):
            (hooks / name).write_text("#!/bin/sh\necho no >&2; exit 1\n")
            (hooks / name).chmod(0o755)

    done = scaffold(*NEW)

    assert done.returncode == 0
    assert '  committed     "Start myservice"' in done.stderr
    assert git("branch", "--show-current").stdout == "main\n"
    assert "app/main.py" in git("ls-files").stdout.splitlines()


def test_without_git_nothing_is_written(scaffold: Run, desk: Path, tmp_path: Path) -> None:
    done = scaffold(*NEW, env={"PATH": str(tmp_path)})

    hint = "install git 2.31 or newer, or use `--no-git`"
    assert said(done) == (7, "", refusal("git is not installed; nothing was written", hint))
    assert list(desk.iterdir()) == []


def test_an_old_git_is_refused(scaffold: Run, desk: Path, tmp_path: Path) -> None:
    old = tmp_path / "git"
    old.write_text("#!/bin/sh\necho git version 2.30.2\n")
    old.chmod(0o755)

    done = scaffold(*NEW, env={"PATH": str(tmp_path)})

    hint = "install git 2.31 or newer, or use `--no-git`"
    message = "git version 2.30.2 is too old; nothing was written"
    assert said(done) == (7, "", refusal(message, hint))
    assert list(desk.iterdir()) == []


def test_without_git_and_with_no_git_the_service_is_made(
    scaffold: Run, desk: Path, tmp_path: Path
) -> None:
    done = scaffold(*NEW, "--no-git", env={"PATH": str(tmp_path)})
    alone = tree(desk / "myservice")
    shutil.rmtree(desk / "myservice")
    scaffold(*NEW)

    assert done.returncode == 0
    assert alone == tree(desk / "myservice")
