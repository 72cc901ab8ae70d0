"""Any edits, any change of the template, any new answers: no line of the owner's gets lost.

The engine runs in this process. `make test` draws a few examples, always the same; `make test-all`
many more.
"""

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from scaffold.choices.questions import Answers
from scaffold.template import releases, rendering
from scaffold.template.rendering import ANSWERS_FILE
from scaffold.update import act, plan, project
from scaffold.update.plan import Plan
from tests.update.service import State, state
from tests.update.toys import DATABASE, NEW, OLD, PARTS, Toy, lines_of

# One way to write what each choice brings, and what all of them share.
WHERE = {
    "common.txt": "",
    "app/code.py": "",
    "app/other.py": "",
    "with space.txt": "",
    "db_sqlite.txt": "database == 'sqlite'",
    "db_postgresql.txt": "database == 'postgresql'",
    "parts/redis.txt": "'redis' in parts",
    "parts/celery.txt": "'celery' in parts",
    "run.sh": "",
}
ANSWERS = st.fixed_dictionaries(
    {
        "database": st.sampled_from(["sqlite", "postgresql"]),
        "parts": st.sampled_from([[], ["redis"], ["celery"], ["redis", "celery"]]),
    }
)
LENGTH = 12


@dataclass(frozen=True)
class Edit:
    """What an owner does to one of the files, or the template between two releases."""

    kind: str  # edit, append, delete, rename, add, format, empty, mode
    file: int
    line: int
    name: int


def edits(*kinds: str) -> st.SearchStrategy[list[Edit]]:
    one = st.builds(
        Edit,
        st.sampled_from(kinds),
        st.integers(0, 8),
        st.integers(0, LENGTH - 1),
        st.integers(0, 3),
    )
    return st.lists(one, max_size=6)


OWNERS = edits("edit", "append", "delete", "rename", "add", "format", "mode", "copy")
TEMPLATES = edits("edit", "append", "delete", "rename", "add", "mode")


def body(name: str) -> list[str]:
    word = name.replace("/", " ").split(".")[0]
    if name.endswith(".py"):
        return [f'value_{number} = "{word} {number}"\n' for number in range(LENGTH)]
    return lines_of(word).splitlines(keepends=True)[:LENGTH]


def template(changes: list[Edit]) -> Toy:
    """A release: the files of WHERE after some changes of the template's."""
    files = {name: body(name) for name in WHERE}
    where = dict(WHERE)
    for number, change in enumerate(changes):
        names = sorted(files)
        if not names:
            break
        name = names[change.file % len(names)]
        text = f'theirs_{number} = "t{number}"\n' if name.endswith(".py") else f"t{number}\n"
        lines = files[name]
        if change.kind == "edit" and lines:
            lines[change.line % len(lines)] = text
        elif change.kind == "append":
            lines.append(text)
        elif change.kind == "delete":
            del files[name]
        elif change.kind == "rename":
            new = moved(name, "theirs", change)
            files[new], where[new] = files.pop(name), where[name]
        elif change.kind == "add":
            new = f"added/{change.name}.txt"
            files[new], where[new] = [f"added {number} {each}\n" for each in range(5)], ""
    return Toy(
        {conditional(name, where[name]): "".join(lines) for name, lines in files.items()},
        DATABASE + PARTS,
    )


def conditional(name: str, condition: str) -> str:
    folder, _, last = name.rpartition("/")
    last = f"{{% if {condition} %}}{last}{{% endif %}}" if condition else last
    return f"{folder}/{last}" if folder else last


def moved(name: str, whose: str, change: Edit) -> str:
    suffix = Path(name).suffix
    return f"{whose}{change.name}/{Path(name).stem}{suffix}"


def own(folder: Path, changes: list[Edit]) -> None:
    """As its owner: every line that is written is one of a kind."""
    for number, change in enumerate(changes):
        names = sorted(
            name for name in state(folder) if name != ANSWERS_FILE and ".git/" not in name
        )
        token = f"mine_{number}_"
        if change.kind == "add" or not names:
            path = folder / f"added/{change.name}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"{token}\n" + (path.read_text() if path.exists() else ""))
        elif change.kind in ("edit", "append"):
            write_in(folder / names[change.file % len(names)], change, number)
        else:
            move(folder, folder / names[change.file % len(names)], change)


def write_in(path: Path, change: Edit, number: int) -> None:
    token = f"mine_{number}_"
    line = f'{token} = "m{number}"\n' if path.suffix == ".py" else f"{token}\n"
    lines = path.read_text().splitlines(keepends=True)
    if change.kind == "append":
        lines.append(line)
    else:
        place = change.line % max(len(lines), 1)
        lines[place : place + 1] = [line]
    path.write_text("".join(lines))


def move(folder: Path, path: Path, change: Edit) -> None:
    new = folder / moved(path.name, "mine", change)
    if change.kind == "delete":
        path.unlink()
    elif change.kind == "format":
        reformat(path)
    elif change.kind == "mode":
        path.chmod(path.stat().st_mode ^ stat.S_IXUSR)
    elif new != path:
        new.parent.mkdir(exist_ok=True)
        shutil.copy(path, new)
        if change.kind == "rename":
            path.unlink()


def reformat(path: Path) -> None:
    text = path.read_text()
    if path.suffix == ".py":
        path.write_text(text.replace(" = ", "  =  ").replace('"', "'"))
    else:
        path.write_bytes(text.replace("\n", "\r\n").encode())


# The world ----------------------------------------------------------------------


@dataclass
class World:
    """A template with two releases, and a project that was made from the first."""

    scratch: Path
    folder: Path

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.folder, capture_output=True, check=True, text=True
        )
        return done.stdout

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    def files(self) -> State:
        return {name: at for name, at in state(self.folder).items() if not name.startswith(".git/")}

    def fresh(self, answers: Answers) -> State:
        folder = self.scratch / "fresh"
        rendering.render(self.scratch / NEW, folder, answers, release=NEW)
        return state(folder)


@contextmanager
def world(old: Toy, new: Toy, answers: Answers) -> Iterator[World]:
    with tempfile.TemporaryDirectory(prefix="property-") as name:
        scratch = Path(name)
        old.write(scratch / OLD)
        new.write(scratch / NEW)
        made = World(scratch, scratch / "svc")
        rendering.render(scratch / OLD, made.folder, answers, release=OLD)
        made.git("init", "--quiet", "--initial-branch=main")
        made.commit("Start")

        @contextmanager
        def source(release: str) -> Iterator[Path]:
            yield scratch / release

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(releases, "source", source)
            yield made


@pytest.fixture(autouse=True)
def calm(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    for name in os.environ.keys() - environment.keys():
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def tokens(files: State) -> dict[str, set[str]]:
    """Each word of the owner's, and the files that have it."""
    found: dict[str, set[str]] = {}
    for name, (_, content) in files.items():
        for word in content.decode(errors="replace").replace('"', " ").replace("'", " ").split():
            if word.startswith("mine_"):
                found.setdefault(word, set()).add(name)
    return found


def told(made: Plan) -> set[str]:
    """What a plan says that a person has to look at."""
    return {each.path for each in made.conflicts} | {each.path for each in made.kept}


# The properties -----------------------------------------------------------------

SOME = settings(
    phases=[Phase.explicit, Phase.generate],
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MANY = settings(SOME, max_examples=1000, derandomize=False)
UPDATES = given(mine=OWNERS, theirs=TEMPLATES, was=ANSWERS, wanted=ANSWERS)


def no_line_is_lost(mine: list[Edit], theirs: list[Edit], was: Answers, wanted: Answers) -> None:
    with world(template([]), template(theirs), was) as made:
        own(made.folder, mine)
        made.commit("mine")
        before, head = made.files(), made.git("rev-parse", "HEAD")
        found = project.find(made.folder)
        with plan.make(found, NEW, wanted) as planned:
            assert made.files() == before
            assert made.git("status", "--porcelain") == ""
            outcome = act.apply(planned, "Update")
        after = made.files()

        missing = tokens(before).keys() - tokens(after).keys()
        assert missing == set(), (missing, planned.conflicts, planned.kept)
        if outcome.conflicts:
            assert made.git("rev-parse", "HEAD") == head
            assert made.git("ls-files", "--unmerged")
            assert act.abort(project.find(made.folder)) is None
            assert made.files() == before
            assert made.git("status", "--porcelain") == ""
        else:
            assert made.git("status", "--porcelain") == ""
            assert not any(b"<<<<<<<" in content for _, content in after.values())
            accounted(planned, before, after, made.fresh(wanted))


def accounted(planned: Plan, before: State, after: State, fresh: State) -> None:
    """Each difference from a fresh project is its owner's, or was told."""
    paths = {change.path for change in planned.changes} | {change.old for change in planned.changes}
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed <= paths
    for name in fresh.keys() - after.keys():
        gone_or_moved = name not in before
        assert gone_or_moved
    assert after[ANSWERS_FILE] == fresh[ANSWERS_FILE]


def nothing_remains_of_the_past(theirs: list[Edit], was: Answers, wanted: Answers) -> None:
    with world(template([]), template(theirs), was) as made:
        with plan.make(project.find(made.folder), NEW, wanted) as planned:
            outcome = act.apply(planned, "Update")

        assert (outcome.conflicts, planned.kept, planned.would_lose) == ((), (), [])
        assert made.files() == made.fresh(wanted)
        assert made.git("status", "--porcelain") == ""


@SOME
@UPDATES
def test_no_line_of_its_owner_s_is_lost(
    mine: list[Edit], theirs: list[Edit], was: Answers, wanted: Answers
) -> None:
    no_line_is_lost(mine, theirs, was, wanted)


@pytest.mark.full
@MANY
@UPDATES
def test_no_line_of_its_owner_s_is_lost_in_many_examples(
    mine: list[Edit], theirs: list[Edit], was: Answers, wanted: Answers
) -> None:
    no_line_is_lost(mine, theirs, was, wanted)


@SOME
@given(theirs=TEMPLATES, was=ANSWERS, wanted=ANSWERS)
def test_without_edits_it_equals_a_fresh_one(
    theirs: list[Edit], was: Answers, wanted: Answers
) -> None:
    nothing_remains_of_the_past(theirs, was, wanted)


@pytest.mark.full
@MANY
@given(theirs=TEMPLATES, was=ANSWERS, wanted=ANSWERS)
def test_without_edits_it_equals_a_fresh_one_in_many_examples(
    theirs: list[Edit], was: Answers, wanted: Answers
) -> None:
    nothing_remains_of_the_past(theirs, was, wanted)
