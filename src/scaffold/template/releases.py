"""The releases of the template: which there are, which this one is, and what each one held.

`releases/template.bundle` has a commit and a tag for each release, of copier.yml and template/
alone. The commits' ids depend on names and content only: so a folder is known to be a release by
the id that its commit would have, without git.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import takewhile
from pathlib import Path
from stat import S_IXUSR
from tempfile import TemporaryDirectory

from scaffold import distribution, git
from scaffold.errors import Refusal, ReleaseUnknown
from scaffold.template import history

BUNDLE = "template.bundle"
PARTS = ("copier.yml", "template")
AUTHOR = "scaffold <scaffold@localhost> 946684800 +0000"
# Never part of a release: Copier leaves it out as well.
LEFTOVER = re.compile(r"__pycache__|.*\.py[co]|\.DS_Store")
RELEASE = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
NAME = re.compile(RELEASE.pattern + r"(\.dev\d+)?(\+\w+)?")
VERSION = b"# v2 git bundle\n"
HEADER = re.compile(rb"([0-9a-f]{40}) refs/tags/(\S+)\n")

# A file comes out as it went in, whatever attributes it or its machine has.
AS_IT_IS = "* -text -ident -filter -working-tree-encoding -export-ignore -export-subst\n"

Store = Callable[[str, bytes], str]  # takes an object of git, answers its id
Order = tuple[int, int, int, bool, bool]


def names() -> list[str]:
    """Every release that this installation has, oldest first; the last one is the current."""
    return list(dict.fromkeys([*recorded(distribution.releases()), current()]))


def shown(name: str) -> str:
    """As people are told of it."""
    return name.removeprefix("v")


def current() -> str:
    """What `scaffold new` renders: a release, the commit that pip installed, or, between two
    releases, the version of the package with the content's id."""
    return _current(distribution.source(), distribution.releases())


@contextmanager
def source(name: str) -> Iterator[Path]:
    """The folder with copier.yml and template/ of a release. Raises ReleaseUnknown."""
    if name == current():
        yield distribution.source()
        return
    with TemporaryDirectory(prefix="scaffold-") as folder:
        try:
            files = _files(name, Path(folder))
        except OSError as error:  # a full disk, mostly
            raise _unreadable(str(error)) from error
        yield files


def between(old: str, new: str) -> list[str]:
    """The releases after `old`, up to `new`, or `new` if it is a commit after another."""
    passed = [name for name in names() if order(old) < order(name) <= order(new)]
    return passed or [new] * (_are_commits(old, new) and history.descends(new, old))


def is_older(name: str, than: str) -> bool:
    """Not told of a release that this installation does not have."""
    known = names()
    if name in known and than in known:
        return known.index(name) < known.index(than)
    if _are_commits(name, than):
        return not history.descends(name, than)
    return history.COMMIT.fullmatch(than) is not None and order(name) < order(than)


def order(name: str) -> Order:
    """By which releases compare; one under development comes before the one that it becomes.
    Raises ReleaseUnknown for what is neither a version nor a commit of the repository."""
    found = NAME.fullmatch(name)
    if not found and name == current():
        found = NAME.fullmatch(f"v{distribution.version()}")
    elif history.COMMIT.fullmatch(name):
        found = NAME.fullmatch(f"v{history.version(name)}")
    if not found:
        raise _unknown(name)
    major, minor, patch, development, local = found.groups()
    return int(major), int(minor), int(patch), development is None, local is not None


def recorded(folder: Path) -> dict[str, str]:
    """The commit of each release in the bundle, oldest first, as its header lists them."""
    bundle = folder / BUNDLE
    if not bundle.exists():  # before the first release
        return {}
    with bundle.open("rb") as file:
        header = [*takewhile(b"\n".__ne__, file)]
    if header[:1] != [VERSION]:
        raise _unreadable(f"{bundle} is no git bundle")
    found = {name.decode(): commit.decode() for commit, name in HEADER.findall(b"".join(header))}
    return dict(sorted(found.items(), key=lambda item: _numbers(item[0])))


def object_id(kind: str, content: bytes) -> str:
    """As git names what it stores."""
    head = f"{kind} {len(content)}\0".encode()
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()


def content_id(folder: Path, store: Store = object_id) -> str:
    """The tree of copier.yml and template/ as they lie in `folder`."""
    with os.scandir(folder) as entries:
        return _tree([entry for entry in entries if entry.name in PARTS], store)


def commit_id(name: str, content: str, parent: str | None, store: Store = object_id) -> str:
    """The commit of a release, after that of the release before."""
    above = f"parent {parent}\n" if parent else ""
    text = f"tree {content}\n{above}author {AUTHOR}\ncommitter {AUTHOR}\n\n{name}\n"
    return store("commit", text.encode())


def _files(name: str, folder: Path) -> Path:
    if history.COMMIT.fullmatch(name):
        return history.files(name, folder, PARTS)
    commit = recorded(distribution.releases()).get(name)
    if not commit:
        raise _unknown(name)
    return unpack(distribution.releases() / BUNDLE, commit, folder)


def _are_commits(*names: str) -> bool:
    return len(set(names)) > 1 and all(map(history.COMMIT.fullmatch, names))


def unpack(bundle: Path, commit: str, folder: Path) -> Path:
    """The files of a commit of the bundle, in a new folder inside `folder`."""
    git.require(instead="")
    store, files = folder / "store", folder / "source"
    files.mkdir()
    run(folder, "init", "--quiet", "--bare", "--template=", "--object-format=sha1", "store")
    (store / "info").mkdir()
    (store / "info/attributes").write_text(AS_IT_IS)
    run(store, "bundle", "unbundle", str(bundle.resolve()))
    run(store, f"--work-tree={files}", "read-tree", "-m", "-u", commit)
    return files


def run(store: Path, *words: str) -> None:
    """git on a repository of our own, with nobody's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    nobody = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    done = git.run(store, *words, settings={}, environment=kept | nobody | {"LC_ALL": "C"})
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise _unreadable(f"`git {words[0]}` says {said}")


@cache
def _current(source: Path, releases: Path) -> str:
    content = content_id(source)
    return _released(content, recorded(releases)) or (
        distribution.commit() or f"v{distribution.version()}+{content[:8]}"
    )


def _released(content: str, known: Mapping[str, str]) -> str | None:
    """The newest release, if that is its content."""
    if not known:
        return None
    *older, newest = known
    parent = known[older[-1]] if older else None
    return newest if commit_id(newest, content, parent) == known[newest] else None


def _tree(entries: Iterable[os.DirEntry[str]], store: Store) -> str:
    """Nothing for a folder without any file: git has none."""
    found = [_entry(entry, store) for entry in entries if not LEFTOVER.fullmatch(entry.name)]
    lines = b"".join(line for _, line in sorted(found))
    return store("tree", lines) if lines else ""


def _entry(entry: os.DirEntry[str], store: Store) -> tuple[bytes, bytes]:
    """What git sorts an entry of a folder by, and its line in the tree."""
    name = os.fsencode(entry.name)
    if entry.is_symlink():
        return name, _line("120000", name, store("blob", os.fsencode(Path(entry.path).readlink())))
    if entry.is_dir():
        with os.scandir(entry.path) as inside:
            tree = _tree(inside, store)
        return name + b"/", _line("40000", name, tree) if tree else b""
    mode = "100755" if entry.stat().st_mode & S_IXUSR else "100644"
    return name, _line(mode, name, store("blob", Path(entry.path).read_bytes()))


def _line(mode: str, name: bytes, found: str) -> bytes:
    return mode.encode() + b" " + name + b"\0" + bytes.fromhex(found)


def _numbers(name: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", name)]


def _unreadable(cause: str) -> Refusal:
    return Refusal(
        f"the template's releases cannot be read: {cause}",
        "check the space on the disk; else install `scaffold` anew",
    )


def _unknown(name: str) -> ReleaseUnknown:
    if "+" in name:
        way = "it was rendered between two releases: use the checkout that it was rendered by"
    else:
        known = [shown(each) for each in names()]
        way = f"it has {known[0]} to {known[-1]}; a newer `scaffold` may have it"
    return ReleaseUnknown(f"this `scaffold` does not have the release {name}", way)
