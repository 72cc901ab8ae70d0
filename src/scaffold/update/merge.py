"""BASE, OURS and THEIRS → one tree, and what a person has to decide in it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from scaffold.template.releases import shown
from scaffold.template.rendering import ANSWERS_FILE
from scaffold.update import formatting, project
from scaffold.update.project import Project
from scaffold.update.repository import FILE, Entry, Files, Store
from scaffold.update.sides import Sides

CONTENT, BINARY = "content", "binary"
REMOVED = "you edited it, the template removed it"
RENAMED = "one side renamed it, the other removed it"
BY_TYPE = {
    "CONFLICT (contents)": CONTENT,
    "CONFLICT (binary)": BINARY,
    "CONFLICT (modify/delete)": REMOVED,
    "CONFLICT (rename/delete)": RENAMED,
    "CONFLICT (rename/rename)": "both sides renamed it",
    "CONFLICT (file/directory)": "a file on one side, a folder on the other",
    "CONFLICT (distinct types)": "of different types",
    "CONFLICT (distinct modes)": "of different types",
}
OPENING, CLOSING = b"<<<<<<< yours", b">>>>>>> template "


@dataclass(frozen=True)
class Conflict:
    path: str
    kind: str
    lines: tuple[tuple[int, int], ...]  # of each marked block, from 1, both ends included
    stages: Mapping[int, Entry] = field(repr=False)  # as in an index: 1 BASE, 2 OURS, 3 THEIRS


@dataclass(frozen=True)
class Merge:
    files: Files
    conflicts: tuple[Conflict, ...]
    notes: tuple[str, ...]


def merge(store: Store, project: Project, release: str, sides: Sides) -> Merge:
    answers, notes = _merge_answers(store, sides)
    sides.drop(ANSWERS_FILE)
    base = store.commit(store.tree(sides.base))
    ours, theirs = (store.commit(store.tree(side), base) for side in (sides.ours, sides.theirs))
    command = ("merge-tree", "--write-tree", "-z", "--messages")
    tree, *said = store.names(*command, ours, theirs, passing=(0, 1))
    files = store.files(tree) | {ANSWERS_FILE: answers}
    end = said.index("") if "" in said else len(said)
    kinds = _kinds(said[end + 1 :])
    labels = {ours: "yours", theirs: f"template {shown(release)}"}
    conflicts = []
    for path, stages in _stages(said[:end]).items():
        formatted = _without_formatting(store, project, path, stages)
        if formatted:
            files[path] = formatted
            notes.append(f"{path}: merged without regard to its formatting")
        else:
            lines = _label(store, files, path, labels)
            kind = "both added" if 1 not in stages else kinds.get(path, CONTENT)
            if kind == CONTENT and not lines:  # git 2.39 has one type for both
                kind = BINARY
            conflicts.append(Conflict(path, kind, lines, stages))
    in_conflict = {conflict.path for conflict in conflicts}
    notes += [
        f"{path}: your merge driver left the template's change out"
        for path in _overruled(store, sides, files)
        if path not in in_conflict
    ]
    return Merge(files, tuple(conflicts), tuple(notes))


def blocks(content: bytes) -> tuple[tuple[int, int], ...]:
    """First and last line of each conflict that is marked in `content`."""
    lines = content.split(b"\n")
    first = [number for number, line in enumerate(lines, 1) if line.startswith(OPENING)]
    last = [number for number, line in enumerate(lines, 1) if line.startswith(CLOSING)]
    return tuple(zip(first, last, strict=False))


def _merge_answers(store: Store, sides: Sides) -> tuple[Entry, list[str]]:
    """The answers file says what is on disk; comments of the user's stay where they can."""
    base, ours, theirs = (
        store.read(side[ANSWERS_FILE]) if ANSWERS_FILE in side else b""
        for side in (sides.base, sides.ours, sides.theirs)
    )
    clean, merged = formatting.merge(base, ours, theirs)
    if clean and project.parsed(merged) == project.parsed(theirs):
        return Entry(FILE, store.write(merged)), []
    own = [line for line in ours.decode().splitlines() if line not in base.decode().splitlines()]
    notes = [f"{ANSWERS_FILE} is written by `scaffold` alone; left out: {line}" for line in own]
    return sides.theirs[ANSWERS_FILE], notes


def _stages(entries: list[str]) -> dict[str, dict[int, Entry]]:
    """By path, from entries `mode id stage<tab>path`."""
    found: dict[str, dict[int, Entry]] = {}
    for entry in entries:
        head, path = entry.split("\t", 1)
        mode, id_, stage = head.split()
        found.setdefault(path, {})[int(stage)] = Entry(mode, id_)
    return found


def _kinds(messages: list[str]) -> dict[str, str]:
    """By path, from records of: how many paths, the paths, the type, the words."""
    kinds: dict[str, str] = {}
    while messages:
        count = int(messages[0])
        paths, type_ = messages[1 : count + 1], messages[count + 1]
        if type_ in BY_TYPE:
            kinds |= dict.fromkeys(paths, BY_TYPE[type_])
        messages = messages[count + 3 :]
    return kinds


def _without_formatting(
    store: Store, project: Project, path: str, stages: Mapping[int, Entry]
) -> Entry | None:
    """The merge of a file that conflicts only as long as it is formatted in two ways."""
    if stages.keys() != {1, 2, 3} or not all(entry.is_file for entry in stages.values()):
        return None
    contents = [store.read(stages[stage]) for stage in (1, 2, 3)]
    merged = formatting.merge_formatted(project.folder, path, *contents)
    return None if merged is None else replace(stages[2], id=store.write(merged))


def _overruled(store: Store, sides: Sides, merged: Files) -> Iterator[str]:
    """Files that both sides changed and that stay as the user's, though a merge gives another."""
    for path in sides.base.keys() & sides.ours.keys() & sides.theirs.keys():
        three = [side[path] for side in (sides.base, sides.ours, sides.theirs)]
        if merged.get(path) == three[1] and len(set(three)) == len(three):
            contents = [store.read(entry) for entry in three]
            if formatting.merge(*contents) != (True, contents[1]):
                yield path


def _label(
    store: Store, files: Files, path: str, labels: Mapping[str, str]
) -> tuple[tuple[int, int], ...]:
    """Name the sides in a conflict's markers, where git wrote commits, and find the markers."""
    if path not in files or not files[path].is_file:
        return ()
    content = store.read(files[path])
    for commit, words in labels.items():
        marker = rb"(?m)^([<>]{7} )%b(:[^\r\n]*)?" % commit.encode()
        content = re.sub(marker, rb"\g<1>" + words.encode(), content)
    files[path] = replace(files[path], id=store.write(content))
    return blocks(content)
