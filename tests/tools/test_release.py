"""`make release`, on a repository of its own with a template of two files."""

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import ROOT

GITCONFIG = "[user]\nname = Ada\nemail = ada@example.com\n[init]\ndefaultBranch = main\n"
CHANGELOG = """\
# Changelog

## [Unreleased]

### Added

- A service.

[Unreleased]: https://example.org/service
"""
KILL_PARENT = "#!/bin/sh\nkill -9 $(cut -d' ' -f4 /proc/$PPID/stat)\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """All that a release touches and is built from, committed."""
    folder = tmp_path / "repository"
    leftovers = shutil.ignore_patterns("__pycache__")
    for part in ("src", "tools"):
        shutil.copytree(ROOT / part, folder / part, ignore=leftovers)
    for part in ("pyproject.toml", "README.md", "LICENSE", "Makefile", ".gitignore"):
        shutil.copy(ROOT / part, folder)
    (folder / "CHANGELOG.md").write_text(CHANGELOG)
    (folder / "copier.yml").write_text("_subdirectory: template\n")
    (folder / "template").mkdir()
    (folder / "template/one.txt").write_text("one\n")
    (folder / "releases").mkdir()
    (folder / "releases/upgrades.yml").write_text("- version: 0.1.0\n")
    set_version(folder, "0.1.0.dev0")
    (tmp_path / ".gitconfig").write_text(GITCONFIG)
    git(folder, "init", "--quiet")
    commit(folder)
    return folder


def set_version(folder: Path, version: str) -> None:
    text = (folder / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text(
        re.sub(r'^version = ".*"$', f'version = "{version}"', text, flags=re.MULTILINE)
    )


def release(
    repository: Path, version: str, check: str = "true"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.release", version],
        cwd=repository,
        # Python's own leftovers would count as something that was left behind.
        env=environment(repository) | {"CHECK": check, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def git(repository: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *words],
        cwd=repository,
        env=environment(repository),
        check=True,
        capture_output=True,
        text=True,
    ).stdout.rstrip()


def environment(repository: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {"HOME": str(repository.parent), "GIT_CONFIG_NOSYSTEM": "1"}


def commit(repository: Path) -> None:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=Change")


def state(repository: Path) -> str:
    """All that could be left behind."""
    words = (
        ("for-each-ref", "--format=%(refname) %(objectname)"),
        ("status", "--porcelain", "--ignored"),
        ("worktree", "list", "--porcelain"),
        ("symbolic-ref", "HEAD"),
    )
    return "\n".join(git(repository, *each) for each in words)


def shown(repository: Path, revision: str, path: str) -> str:
    return git(repository, "show", f"{revision}:{path}")


def test_a_release_is_made_by_one_command_and_the_next_one_too(repository: Path) -> None:
    today = datetime.now(UTC).date()

    first = release(repository, "0.1.0")
    made = shown(repository, "v0.1.0", "releases/released.txt")
    (repository / "template/one.txt").write_text("two\n")
    (repository / "releases/upgrades.yml").write_text("- version: 0.1.0\n- version: 0.2.0\n")
    changelog = (repository / "CHANGELOG.md").read_text()
    news = "## [Unreleased]\n\n- Two.\n"
    (repository / "CHANGELOG.md").write_text(changelog.replace("## [Unreleased]\n", news))
    commit(repository)
    second = release(repository, "0.2.0")

    assert (first.returncode, first.stdout) == (0, "")
    assert first.stderr.startswith("v0.1.0 is made and tagged.")
    assert (second.returncode, second.stdout) == (0, "")
    assert git(repository, "log", "--format=%s%d").splitlines() == [
        "Begin 0.3.0 (HEAD -> main)",
        "Release 0.2.0 (tag: v0.2.0)",
        "Change",
        "Begin 0.2.0",
        "Release 0.1.0 (tag: v0.1.0)",
        "Change",
    ]
    assert git(repository, "status", "--porcelain") == ""
    assert 'version = "0.1.0"' in shown(repository, "v0.1.0", "pyproject.toml")
    assert 'version = "0.3.0.dev0"' in (repository / "pyproject.toml").read_text()
    assert shown(repository, "v0.2.0", "releases/released.txt").startswith(made)
    assert shown(repository, "v0.2.0", "CHANGELOG.md") == (
        "# Changelog\n\n## [Unreleased]\n\n"
        f"## [0.2.0] - {today}\n\n- Two.\n\n"
        f"## [0.1.0] - {today}\n\n### Added\n\n- A service.\n\n"
        "[Unreleased]: https://example.org/service/compare/v0.2.0...HEAD\n"
        "[0.2.0]: https://example.org/service/compare/v0.1.0...v0.2.0\n"
        "[0.1.0]: https://example.org/service/releases/tag/v0.1.0"
    )
    assert {path.name for path in (repository / "dist").iterdir()} >= {
        f"service_scaffold-{version}{end}"
        for version in ("0.1.0", "0.2.0")
        for end in (".tar.gz", "-py3-none-any.whl")
    }
    clone = repository.parent / "clone"
    git(repository, "clone", "--quiet", "releases/template.bundle", str(clone))
    for name in ("v0.1.0", "v0.2.0"):
        parts = ("ls-tree", name, "copier.yml", "template")
        assert git(clone, *parts) == git(repository, *parts)


@pytest.mark.parametrize(
    ("path", "text", "version", "message"),
    [
        ("README.md", "edited\n", "0.1.0", "there are changes that are not committed"),
        ("template/new.txt", "new\n", "0.1.0", "there are changes that are not committed"),
        (None, "", "0.1", "v0.1 is no release after none"),
        (None, "", "0.1.0.dev0", "v0.1.0.dev0 is no release after none"),
        (None, "", "0.2.0", "releases/upgrades.yml does not end in an entry for 0.2.0"),
    ],
)
def test_a_release_that_would_be_wrong_is_refused(
    repository: Path, path: str | None, text: str, version: str, message: str
) -> None:
    if path:
        (repository / path).write_text(text)
    before = state(repository)

    done = release(repository, version)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: {message}\n\nhint: ")
    assert state(repository) == before


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("releases/upgrades.yml", "", "releases/upgrades.yml does not end in an entry for 0.1.0"),
        ("releases/upgrades.yml", "- a\n", "releases/upgrades.yml is not well-formed: "),
        (
            "CHANGELOG.md",
            "## [Unreleased]\n\n### Added\n\n[Unreleased]: https://example.org\n",
            "CHANGELOG.md has nothing under Unreleased",
        ),
    ],
)
def test_a_release_that_says_too_little_is_refused(
    repository: Path, path: str, text: str, message: str
) -> None:
    (repository / path).write_text(text)
    commit(repository)
    before = state(repository)

    done = release(repository, "0.1.0")

    assert done.returncode == 1
    assert message in done.stderr
    assert state(repository) == before


def test_a_release_that_fails_its_check_leaves_nothing(repository: Path) -> None:
    before = state(repository)

    done = release(repository, "0.1.0", check="grep 'version = \"0.1.0\"' pyproject.toml; false")

    assert (done.returncode, done.stdout) == (1, 'version = "0.1.0"\n')
    assert done.stderr.startswith("error: the check failed; nothing was changed\n\nhint: ")
    assert state(repository) == before


def test_a_release_that_is_killed_is_made_by_the_next_run(repository: Path) -> None:
    head = git(repository, "rev-parse", "HEAD")

    killed = release(repository, "0.1.0", check="kill -9 $PPID")
    untouched = git(repository, "rev-parse", "HEAD"), git(repository, "status", "--porcelain")
    again = release(repository, "0.1.0")

    assert killed.returncode == -9
    assert untouched == (head, "")
    assert again.returncode == 0
    assert git(repository, "tag") == "v0.1.0"
    assert len(git(repository, "worktree", "list").splitlines()) == 1


def test_a_release_that_is_killed_before_its_tag_gets_it_by_the_next_run(
    repository: Path,
) -> None:
    hook = repository / ".git/hooks/post-merge"
    hook.write_text(KILL_PARENT)
    hook.chmod(0o755)

    killed = release(repository, "0.1.0")
    untagged = git(repository, "tag")
    again = release(repository, "0.1.0")
    once_more = release(repository, "0.1.0")

    assert (killed.returncode, untagged) == (-9, "")
    assert again.returncode == 0
    assert git(repository, "log", "-1", "--format=%s", "v0.1.0") == "Release 0.1.0"
    assert "error: v0.1.0 is released\n" in once_more.stderr


def test_work_that_began_meanwhile_is_not_lost(repository: Path) -> None:
    edit = f"echo edited >> {repository}/CHANGELOG.md"

    done = release(repository, "0.1.0", check=edit)

    assert done.returncode == 1
    assert "error: `git merge` failed" in done.stderr
    assert (repository / "CHANGELOG.md").read_text() == CHANGELOG + "edited\n"
    assert git(repository, "tag") == ""
