"""Makes a release: version, changelog, bundle, checks, packages, commit, tag, next version.

make release VERSION=0.2.0                      # see docs/how-to/release.md

All of it happens aside, in a work tree of its own. What is there in the end is taken over by one
fast-forward and a tag; until then this checkout stays as it is, whatever fails.
"""

import os
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from uv import find_uv_bin

from scaffold import interruption, lock, report
from scaffold.errors import Refusal
from scaffold.template import releases, upgrades

RELEASED = "released.txt"  # the commits of the bundle: made once, they never change
ASIDE = "scaffold-release-"
BIN = Path(sys.executable).parent
CHECK = f"""\
export PYTHONPATH=$PWD/src
make --no-print-directory check BIN={BIN} &&
{BIN}/pytest --quiet tests/cli/template/test_releases.py tests/cli/template/test_upgrades.py"""

# The section up to the next one or the links.
UNRELEASED = re.compile(r"^## \[Unreleased\]\n(.*?)(?=^## \[|^\[Unreleased\]:)", re.M | re.S)
LINK = re.compile(r"^\[Unreleased\]: (.*?)(/compare/(.*)\.\.\.HEAD)?$", re.M)
VERSION = re.compile(r'^version = ".*"$', re.M)


def main() -> None:
    interruption.listen()
    try:
        release(Path.cwd(), sys.argv[1].removeprefix("v"), os.environ.get("CHECK") or CHECK)
    except Refusal as refusal:
        report.refuse("release", refusal, as_json=False)
        sys.exit(refusal.exit_code)
    except KeyboardInterrupt:
        sys.exit("cancelled; run it again: what is done is not done twice")


def release(root: Path, version: str, check: str) -> None:
    name = f"v{version}"
    if is_without_tag(root, name):
        tag(root, name)
        return
    require_ready(root, name)
    with aside(root) as folder:
        tree, packages = folder / "tree", folder / "dist"
        write(tree, name)
        build(tree, name, packages)
        run_check(tree, check)
        commit(tree, f"Release {version}")
        set_version(tree, f"{after(version)}.dev0")
        commit(tree, f"Begin {after(version)}")
        shutil.copytree(packages, root / "dist", dirs_exist_ok=True)
        git(root, "merge", "--quiet", "--ff-only", git(tree, "rev-parse", "HEAD"))
    tag(root, name)


def is_without_tag(root: Path, name: str) -> bool:
    """Whether the run that made the release was killed before its last step."""
    newest = [*releases.recorded(root / "releases")][-1:]
    return newest == [name] and not git(root, "tag", "--list", name)


def tag(root: Path, name: str) -> None:
    message = f"Release {name.removeprefix('v')}"
    made = git(root, "log", "-1", "--format=%H", f"--grep=^{message}$")
    git(root, "tag", "--annotate", f"--message={message}", name, made)
    said = (
        f"{name} is made and tagged. `git push --follow-tags` publishes it; dist/ has its packages"
    )
    report.Report("release", as_json=False).say(said)


def require_ready(root: Path, name: str) -> None:
    """Raises Refusal for what would make a wrong release."""
    version = name.removeprefix("v")
    if git(root, "status", "--porcelain"):
        raise Refusal("there are changes that are not committed", "commit or stash them")
    if problem := no_next(name, releases.recorded(root / "releases")):
        raise Refusal(problem, "`make release VERSION=1.2.3` takes the next version")
    if git(root, "tag", "--list", name):
        raise Refusal(f"there is a tag {name} already", "release the version after it")
    if not news((root / "CHANGELOG.md").read_text()):
        raise Refusal("CHANGELOG.md has nothing under Unreleased", "write what users will notice")
    if [entry.version for entry in upgrades.read(root / "releases")][-1:] != [version]:
        raise Refusal(
            f"releases/upgrades.yml does not end in an entry for {version}",
            f"add what projects have to know, or only `- version: {version}`",
        )


@contextmanager
def aside(root: Path) -> Iterator[Path]:
    """A folder with `tree`, the last commit. What a killed run left of its own is cleared away."""
    for line in git(root, "worktree", "list", "--porcelain").splitlines():
        if line.startswith("worktree ") and ASIDE in line:
            git(root, "worktree", "remove", "--force", line.removeprefix("worktree "))
    with TemporaryDirectory(prefix=ASIDE) as folder:
        tree = Path(folder).resolve() / "tree"
        git(root, "worktree", "add", "--quiet", "--detach", str(tree))
        try:
            yield tree.parent
        finally:
            git(root, "worktree", "remove", "--force", str(tree))


def write(tree: Path, name: str) -> None:
    """The release as it will be committed."""
    version, folder = name.removeprefix("v"), tree / "releases"
    before = [*releases.recorded(folder)][-1:]
    set_version(tree, version)
    page = tree / "CHANGELOG.md"
    page.write_text(dated(page.read_text(), version, before[0] if before else None))
    bundle({name: tree}, folder / releases.BUNDLE)
    listed = (f"{name} {made}\n" for name, made in releases.recorded(folder).items())
    (folder / RELEASED).write_text("".join(listed))


def set_version(tree: Path, version: str) -> None:
    page = tree / "pyproject.toml"
    page.write_text(VERSION.sub(f'version = "{version}"', page.read_text(), count=1))


def news(changelog: str) -> str:
    """What is written under Unreleased besides headings."""
    found = UNRELEASED.search(changelog)
    return re.sub(r"^#.*$", "", found[1], flags=re.MULTILINE).strip() if found else ""


def dated(changelog: str, version: str, before: str | None) -> str:
    """The changelog with what was unreleased under the version, and links to see it by."""
    heading = f"## [Unreleased]\n\n## [{version}] - {datetime.now(UTC).date()}\n"
    changelog = changelog.replace("## [Unreleased]\n", heading, 1)
    [(home, *_)] = LINK.findall(changelog)
    seen = f"compare/{before}...v{version}" if before else f"releases/tag/v{version}"
    links = f"[Unreleased]: {home}/compare/v{version}...HEAD\n[{version}]: {home}/{seen}"
    return LINK.sub(links, changelog)


def bundle(sources: Mapping[str, Path], target: Path) -> None:
    """Add releases, oldest first, to a bundle or to none. What is in it stays as it is.

    Raises ValueError for a name that is no version after those that are there.
    """
    known = releases.recorded(target.parent)
    with TemporaryDirectory(prefix=ASIDE) as folder:
        repository = Path(folder)
        start = ("init", "--quiet", "--bare", "--template=", "--object-format=sha1")
        releases.run(repository, *start, "--initial-branch=main")
        if known:
            releases.run(repository, "fetch", "--quiet", str(target.resolve()), "+refs/*:refs/*")
        for name, source in sources.items():
            if problem := no_next(name, known):
                raise ValueError(problem)
            known[name] = add(repository, name, source, [*known.values()][-1:])
        new = target.with_name(f".{target.name}")
        pack = ("-c", "pack.threads=1", "bundle", "create", "--quiet", "--version=2")
        releases.run(repository, *pack, str(new.resolve()), "--all", "HEAD")
        new.replace(target)


def no_next(name: str, known: Mapping[str, str]) -> str:
    """Why a bundle does not take the name after those that it has, or nothing."""
    newest = [*known][-1:]
    if releases.RELEASE.fullmatch(name) and sorted([*newest, name], key=releases.order)[-1] == name:
        return "" if [name] != newest else f"{name} is released"
    return f"{name} is no release after {''.join(newest) or 'none'}"


def add(repository: Path, name: str, source: Path, parents: list[str]) -> str:
    """A commit with its tag."""

    def store(kind: str, content: bytes) -> str:
        found = releases.object_id(kind, content)
        path = repository / "objects" / found[:2] / found[2:]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zlib.compress(f"{kind} {len(content)}\0".encode() + content))
        return found

    content = releases.content_id(source, store)
    made = releases.commit_id(name, content, parents[0] if parents else None, store)
    for ref in (f"refs/tags/{name}", "refs/heads/main"):
        releases.run(repository, "update-ref", ref, made)
    return made


def build(tree: Path, name: str, packages: Path) -> None:
    """The sdist and its wheel. Raises Refusal for a wheel that is not what the tree is."""
    direct, installed = packages.with_name("direct"), packages.with_name("installed")
    uv("build", "--python", sys.executable, "--out-dir", packages, tree)
    uv("build", "--python", sys.executable, "--wheel", "--out-dir", direct, tree)
    [wheel], [other] = packages.glob("*.whl"), direct.glob("*.whl")
    if wheel.read_bytes() != other.read_bytes():
        raise Refusal("the wheel of the sdist is not that of the tree", "see what the sdist lacks")
    uv("pip", "install", "--no-deps", "--target", installed, wheel)
    tell = "from scaffold.template import releases; print(releases.current())"
    words = [sys.executable, "-c", tell]
    if (found := run(words, packages, PYTHONPATH=str(installed))) != name:
        raise Refusal(f"the wheel takes itself for {found}, not for {name}", "see what it lacks")


def run_check(tree: Path, check: str) -> None:
    """What it tells goes to the terminal."""
    if subprocess.run(["sh", "-c", check], cwd=tree, check=False).returncode:
        raise Refusal("the check failed; nothing was changed", "mend what it tells of")


def commit(tree: Path, message: str) -> None:
    git(tree, "add", "pyproject.toml", "CHANGELOG.md", "releases")
    git(tree, "commit", "--quiet", f"--message={message}")


def after(version: str) -> str:
    major, minor, _ = version.split(".")
    return f"{major}.{int(minor) + 1}.0"


def uv(*words: str | Path) -> None:
    run([find_uv_bin(), *map(str, words)], Path.cwd(), **lock.CERTIFICATES)


def git(folder: Path, *words: str) -> str:
    return run(["git", *words], folder)


def run(words: list[str], folder: Path, **env: str) -> str:
    done = subprocess.run(
        words, cwd=folder, env=os.environ | env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        command = " ".join([Path(words[0]).name, *words[1:2]])
        raise Refusal(f"`{command}` failed: {said}", "nothing was changed; mend it, run it again")
    return done.stdout.strip()


if __name__ == "__main__":
    main()
