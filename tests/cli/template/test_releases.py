"""The releases that travel with the command, in a bundle that is only ever added to."""

import os
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from scaffold import distribution
from scaffold.choices import answers, questions
from scaffold.errors import Refusal, ReleaseUnknown, ToolMissing
from scaffold.template import history, releases, rendering
from tests.cli.conftest import tree
from tools.release import RELEASED, bundle

Install = Callable[..., None]
OLD, NEW = "v0.1.0", "v0.2.0"


@pytest.fixture
def toys(tmp_path: Path) -> dict[str, Path]:
    """Two releases, with what git and its attributes might change on the way."""
    found = {name: tmp_path / name for name in (OLD, NEW)}
    for name, folder in found.items():
        (folder / "template/{{ a b }}/a").mkdir(parents=True)
        (folder / "copier.yml").write_text("_subdirectory: template\n")
        (folder / "template/version.txt").write_text(f"{name}\n")
        (folder / "template/crlf.txt").write_bytes(b"one\r\ntwo\n$Id$ $Format:%H$\r\n")
        (folder / "template/.gitattributes").write_text("* text eol=crlf ident export-subst\n")
        (folder / "template/.gitignore").write_text("*\n")
        (folder / "template/{{ a b }}/a/é.bin").write_bytes(bytes(range(256)))
        (folder / "template/{{ a b }}/a.b").write_text("sorts before the folder a\n")
        (folder / "template/{{ a b }}/link").symlink_to("a.b")
        (folder / "template/run.sh").write_text("#!/bin/sh\n")
        (folder / "template/run.sh").chmod(0o755)
        (folder / "README.md").write_text("no part of a release\n")
    (found[OLD] / "template/gone.txt").write_text("gone\n")
    return found


@pytest.fixture
def install(toys: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """An installation with both releases, whose template lies in the folder."""
    (tmp_path / "releases").mkdir()
    bundle(toys, tmp_path / "releases/template.bundle")
    monkeypatch.setattr(distribution, "releases", lambda: tmp_path / "releases")

    def install(source: Path, version: str = "0.2.0", commit: str | None = None) -> None:
        monkeypatch.setattr(distribution, "source", lambda: source)
        monkeypatch.setattr(distribution, "version", lambda: version)
        monkeypatch.setattr(distribution, "commit", lambda: commit)

    install(toys[NEW])
    return install


ROOT = Path(__file__).parents[3]


def git(*words: str | Path, cwd: Path) -> str:
    done = subprocess.run(["git", *words], cwd=cwd, check=True, capture_output=True, text=True)
    return done.stdout.strip()


# Which release it is


@pytest.mark.parametrize("version", ["0.2.0", "0.3.0.dev0"])
@pytest.mark.parametrize("commit", [None, "1a" * 20])
def test_a_template_that_is_the_newest_release_bears_its_name(
    install: Install, toys: dict[str, Path], version: str, commit: str | None
) -> None:
    install(toys[NEW], version, commit)

    assert releases.current() == NEW
    assert releases.names() == [OLD, NEW]
    assert releases.order(NEW) == (0, 2, 0, True, False)


def test_a_changed_template_is_named_after_the_package_and_its_content(
    install: Install, toys: dict[str, Path]
) -> None:
    (toys[NEW] / "template/version.txt").write_text("later\n")
    content = releases.content_id(toys[NEW])

    install(toys[NEW], "0.3.0.dev0")

    assert releases.current() == f"v0.3.0.dev0+{content[:8]}"
    assert releases.names() == [OLD, NEW, releases.current()]


def test_a_changed_template_that_pip_installed_from_git_bears_the_name_of_the_commit(
    install: Install, toys: dict[str, Path]
) -> None:
    install(toys[OLD], "0.3.0.dev0", "1a" * 20)

    assert releases.names() == [OLD, NEW, "1a" * 20]
    assert releases.order("1a" * 20) == releases.order("v0.3.0.dev0")


def test_a_mode_and_a_name_are_content_and_what_copier_leaves_out_is_not(
    install: Install, toys: dict[str, Path]
) -> None:
    released = releases.content_id(toys[NEW])
    (toys[NEW] / "template/__pycache__").mkdir()
    (toys[NEW] / "template/__pycache__/a.pyc").write_bytes(b"")
    (toys[NEW] / "template/.DS_Store").write_bytes(b"")
    (toys[NEW] / "template/empty").mkdir()
    unchanged = releases.content_id(toys[NEW])
    (toys[NEW] / "template/run.sh").chmod(0o644)
    plain = releases.content_id(toys[NEW])
    (toys[NEW] / "template/run.sh").rename(toys[NEW] / "template/start.sh")

    assert released == unchanged
    assert len({released, plain, releases.content_id(toys[NEW])}) == 3


def test_versions_compare_by_their_numbers_and_development_comes_before() -> None:
    found = ["v0.10.0+1a2b3c4d", "v1.0.0", "v0.10.0", "v0.2.0", "v0.10.0.dev0+1a2b3c4d", "v0.9.0"]

    assert sorted(found, key=releases.order) == [
        "v0.2.0",
        "v0.9.0",
        "v0.10.0.dev0+1a2b3c4d",
        "v0.10.0",
        "v0.10.0+1a2b3c4d",
        "v1.0.0",
    ]


def test_between_two_releases_lie_those_after_the_one_up_to_the_other(install: Install) -> None:
    assert releases.between("v0.0.1", "v0.3.0") == [OLD, NEW]
    assert releases.between(OLD, NEW) == [NEW]
    assert releases.between(NEW, NEW) == []
    assert releases.between("v0.2.0.dev0+1a2b3c4d", NEW) == [NEW]


@pytest.fixture
def commits(toys: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two commits of the public repository, on the way to 0.3.0."""
    for name in (".gitattributes", ".gitignore"):
        (toys[OLD] / "template" / name).unlink()
    repository = tmp_path / "repository"
    shutil.copytree(toys[OLD], repository, symlinks=True)
    (repository / "pyproject.toml").write_text('[project]\nversion = "0.3.0.dev0"\n')
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git("init", "--quiet", cwd=repository)
    found = []
    for number in range(2):
        (repository / "template/version.txt").write_text(f"{number}\n")
        git("add", "--all", cwd=repository)
        git(*identity, "commit", "--quiet", "--message=One", cwd=repository)
        found.append(git("rev-parse", "HEAD", cwd=repository))
    monkeypatch.setattr(distribution, "repository", repository.as_uri)
    history._store.cache_clear()  # noqa: SLF001 what is kept is of another test's repository
    history.version.cache_clear()
    return found


def test_a_commit_comes_before_the_release_that_it_leads_to(
    install: Install, commits: list[str]
) -> None:
    first, _ = commits

    assert releases.order(first) == releases.order("v0.3.0.dev0")
    assert releases.between(first, "v0.3.0") == []
    assert releases.is_older(NEW, first)
    assert not releases.is_older("v0.3.0", first)


def test_commits_follow_one_another_as_in_the_repository(
    install: Install, toys: dict[str, Path], commits: list[str]
) -> None:
    first, second = commits
    install(toys[OLD], "0.3.0.dev0", second)

    assert releases.between(first, second) == [second]
    assert releases.between(second, first) == []
    assert releases.between(second, second) == []
    assert releases.is_older(first, second)
    assert not releases.is_older(second, first)
    assert not releases.is_older(second, second)


# What a release held


def test_a_commit_is_read_by_either_name(
    install: Install, toys: dict[str, Path], commits: list[str], tmp_path: Path
) -> None:
    install(tmp_path)
    described = f"v0.2.0-1-g{commits[0][:7]}"  # as Copier does

    for number, name in enumerate([described, commits[1]]):
        (toys[OLD] / "template/version.txt").write_text(f"{number}\n")
        with releases.source(name) as folder:
            assert releases.content_id(folder) == releases.content_id(toys[OLD])


def test_a_commit_that_nobody_has_is_refused(install: Install, commits: list[str]) -> None:
    with pytest.raises(ReleaseUnknown) as caught, releases.source("1a" * 20):
        pass

    assert caught.value.message == f"this `scaffold` does not have the release {'1a' * 20}"
    assert caught.value.hint.startswith(
        f"it is a commit of {distribution.repository()}, where git could not read it: "
    )


@pytest.mark.parametrize("name", [OLD, NEW])
def test_a_release_comes_out_as_it_went_in(
    install: Install, toys: dict[str, Path], tmp_path: Path, name: str
) -> None:
    install(tmp_path)

    with releases.source(name) as folder:
        assert releases.content_id(folder) == releases.content_id(toys[name])
        assert tree(folder) == {
            path: content for path, content in tree(toys[name]).items() if path != "README.md"
        }
        assert os.access(folder / "template/run.sh", os.X_OK)

    assert not folder.exists()


def test_nobodys_settings_change_what_comes_out(
    install: Install, toys: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "post-checkout").write_text("#!/bin/sh\ntouch ran\n")
    (hooks / "post-checkout").chmod(0o755)
    (tmp_path / ".gitconfig").write_text(
        f"[core]\nautocrlf = true\nhooksPath = {hooks}\nattributesFile = {tmp_path}/attributes\n"
        f"[init]\ntemplateDir = {tmp_path}\ndefaultObjectFormat = sha256\n"
        "[transfer]\nfsckObjects = true\n"
    )
    (tmp_path / "attributes").write_text("* eol=crlf working-tree-encoding=UTF-16\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.autocrlf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")

    with releases.source(OLD) as folder:
        assert releases.content_id(folder) == releases.content_id(toys[OLD])
    assert not (tmp_path / "index").exists()


def test_the_current_release_is_the_template_itself(
    install: Install, toys: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")

    with releases.source(NEW) as folder:
        assert folder == toys[NEW]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("v0.3.0", "it has 0.1.0 to 0.2.0; a newer `scaffold` may have it"),
        (
            "v0.1.0.dev0+1a2b3c4d",
            "it was rendered between two releases: use the checkout that it was rendered by",
        ),
        ("", "it has 0.1.0 to 0.2.0; a newer `scaffold` may have it"),
    ],
)
def test_a_release_of_another_installation_is_refused_with_the_way_out(
    install: Install, name: str, hint: str
) -> None:
    with pytest.raises(ReleaseUnknown) as caught, releases.source(name):
        pass

    assert caught.value.message == f"this `scaffold` does not have the release {name}"
    assert caught.value.hint == hint


def test_without_git_an_older_release_is_refused(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(ToolMissing) as caught, releases.source(OLD):
        pass

    assert caught.value.message == "git is not installed; nothing was written"
    assert caught.value.hint == "install git 2.31 or newer"


ANEW = "check the space on the disk; else install `scaffold` anew"


def test_a_bundle_that_is_cut_short_is_refused(install: Install) -> None:
    path = distribution.releases() / "template.bundle"
    path.write_bytes(path.read_bytes()[:-50])

    with pytest.raises(Refusal) as caught, releases.source(OLD):
        pass

    said = "the template's releases cannot be read: `git bundle` says "
    said += "fatal: early EOF\nerror: index-pack died"
    assert (caught.value.message, caught.value.hint) == (said, ANEW)


@pytest.mark.parametrize("content", ["", "\n", "version https://git-lfs.github.com/spec/v1\n"])
def test_a_file_that_is_no_bundle_is_refused(install: Install, content: str) -> None:
    path = distribution.releases() / "template.bundle"
    path.write_text(content)

    with pytest.raises(Refusal) as caught:
        releases.names()

    said = f"the template's releases cannot be read: {path} is no git bundle"
    assert (caught.value.message, caught.value.hint) == (said, ANEW)


# How the bundle grows


def test_a_bundle_is_a_repository_of_its_releases(
    install: Install, toys: dict[str, Path], tmp_path: Path
) -> None:
    clone = tmp_path / "clone"

    git("clone", "--quiet", distribution.releases() / "template.bundle", clone, cwd=tmp_path)

    assert git("fsck", "--strict", "--full", cwd=clone) == ""
    assert git("tag", cwd=clone).split() == [OLD, NEW]
    assert git("log", "--format=%s %an %cI", cwd=clone).splitlines() == [
        f"{name} scaffold 2000-01-01T00:00:00+00:00" for name in (NEW, OLD)
    ]
    known = releases.recorded(distribution.releases())
    assert [git("rev-parse", name, cwd=clone) for name in known] == list(known.values())
    content = [git("rev-parse", f"{name}^{{tree}}", cwd=clone) for name in known]
    assert content == [releases.content_id(folder) for folder in toys.values()]


def test_a_bundle_only_grows(toys: dict[str, Path], tmp_path: Path) -> None:
    one, two = tmp_path / "one/template.bundle", tmp_path / "two/template.bundle"
    one.parent.mkdir()
    two.parent.mkdir()
    bundle(toys, one)

    bundle({OLD: toys[OLD]}, two)
    first = releases.recorded(two.parent)
    bundle({NEW: toys[NEW]}, two)

    assert releases.recorded(one.parent) == releases.recorded(two.parent)
    assert releases.recorded(two.parent).items() > first.items()


@pytest.mark.parametrize(
    ("name", "problem"),
    [("v0.2.0", "v0.2.0 is released")]
    + [
        (name, f"{name} is no release after v0.2.0")
        for name in ("v0.1.9", "0.3.0", "v0.3", "v0.3.0.dev0")
    ],
)
def test_a_bundle_takes_no_release_that_is_not_the_next(
    install: Install, toys: dict[str, Path], name: str, problem: str
) -> None:
    path = distribution.releases() / "template.bundle"
    before = path.read_bytes()

    with pytest.raises(ValueError, match=problem):
        bundle({name: toys[OLD]}, path)

    assert path.read_bytes() == before


# Those of this repository


def test_a_release_that_was_made_never_changes() -> None:
    listed = distribution.releases() / RELEASED
    made = dict(line.split() for line in listed.read_text().splitlines()) if listed.exists() else {}

    assert releases.recorded(distribution.releases()) == made


def test_a_released_version_has_the_template_of_its_release(tmp_path: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    known = releases.recorded(distribution.releases())
    names = [f"v{version}"] if f"v{version}" in known else []

    for name in names:
        folder = releases.unpack(distribution.releases() / releases.BUNDLE, known[name], tmp_path)
        assert tree(folder) == {
            path: content
            for path, content in tree(distribution.source()).items()
            if path.startswith(("copier.yml", "template/")) and "__pycache__" not in path
        }
    assert all(releases.order(name) <= releases.order(f"v{version}") for name in known)
    assert version.endswith(".dev0") or names


def test_every_release_says_what_is_managed_and_what_leaves() -> None:
    for name in releases.names():
        with releases.source(name) as source:
            asked = questions.read(source)
            leaving = questions.facts(source, "leaving")
            assert all(isinstance(path, str) for path in questions.facts(source, "managed"))
        for key, sentences in leaving.items():
            assert sentences.keys() <= {*asked[key].values, "*"}
            assert all(isinstance(line, str) for lines in sentences.values() for line in lines)


def test_a_fact_that_a_template_does_not_tell_is_none(toys: dict[str, Path]) -> None:
    assert questions.facts(toys[OLD], "managed") is None


def test_every_managed_pattern_is_of_files_that_a_project_has(tmp_path: Path) -> None:
    chosen = answers.complete(questions.read(distribution.source(), "myservice"), {}, defaults=True)
    rendering.render(distribution.source(), tmp_path / "myservice", chosen)
    names = tree(tmp_path / "myservice")

    for pattern in questions.facts(distribution.source(), "managed"):
        assert any(fnmatchcase(name, pattern) for name in names), pattern
