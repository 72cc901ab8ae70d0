"""Killed at any moment, an update is not begun, or it goes on, or it goes back: nothing between.

Two series: at every step that writes or starts git, by a process that kills itself there; and
whole processes, killed at moments spread over the run.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from scaffold import distribution
from scaffold.errors import Conflicts
from scaffold.update import act, plan, project
from scaffold.update.plan import Plan
from tests.update.cases import MINE, THEIRS, Case, line
from tests.update.conftest import Begin
from tests.update.service import Service
from tests.update.toys import LINES, NEW, lines_of

FILES = {f"file{number}.txt": LINES for number in range(6)}


def _edits(folder: Path) -> None:
    for number in range(3):
        (folder / f"file{number}.txt").write_text(line(3, MINE))
    (folder / "old.txt").write_text("old\n" + line(3, MINE))
    (folder / "own.txt").write_text(MINE)


CALM = Case(
    {**FILES, "old.txt": "old\n" + LINES, "gone/gone.txt": LINES},
    {
        **dict.fromkeys(FILES, line(15, THEIRS)),
        "old.txt": None,
        "new/new.txt": "old\n" + line(15, THEIRS),
        "gone/gone.txt": None,
        "added/added.txt": lines_of("added"),
    },
    _edits,
)
TORN = Case(
    CALM.before, {**CALM.after, "file0.txt": line(3, THEIRS), "file1.txt": None}, CALM.edits
)


# Situations -------------------------------------------------------------------


Work = Callable[[Service, Plan | None], None]


def update(service: Service, made: Plan | None = None, branch: str | None = None) -> None:
    with ExitStack() as stack:
        if made is None:
            found = project.find(service.folder)
            made = stack.enter_context(plan.make(found, NEW, {}))
        act.apply(made, "Update the template", branch=branch)


def update_on_a_branch(service: Service, made: Plan | None = None) -> None:
    update(service, made, "scaffold/update")


def go_on(service: Service, _: Plan | None = None) -> None:
    act.resume(project.find(service.folder))


def go_back(service: Service, _: Plan | None = None) -> None:
    act.abort(project.find(service.folder))


def nothing(_: Service) -> None:
    """The service is as its owner left it."""


def begun(service: Service) -> None:
    """An update has ended in conflicts."""
    update(service)
    assert act.pending(project.find(service.folder))


def resolved(service: Service) -> None:
    """And a person has resolved them: one file by hand, the other by git."""
    begun(service)
    (service.folder / "file0.txt").write_text(line(3, f"{MINE}, {THEIRS}"))
    service.git("add", "file1.txt")


@dataclass(frozen=True)
class Situation:
    case: Case
    prepare: Callable[[Service], None]
    work: Work  # what is killed
    again: Work  # what takes it to its end
    words: tuple[str, ...]  # the work as a command


SITUATIONS = {
    "an update": Situation(CALM, nothing, update, go_on, ()),
    "an update on a branch": Situation(CALM, nothing, update_on_a_branch, go_on, ("--branch",)),
    "an update into conflicts": Situation(TORN, nothing, update, go_on, ()),
    "a continuation": Situation(TORN, resolved, go_on, go_on, ("--continue",)),
    "an abortion": Situation(TORN, begun, go_back, go_back, ("--abort",)),
}
Reached = tuple[Any, ...]


@dataclass(frozen=True)
class Ground:
    """A situation, and where it may lead: back, or to its end."""

    situation: Situation
    start: Service
    made: Plan | None  # for the place where it is killed
    at_start: Reached
    at_end: Reached
    back: Reached

    def fresh(self) -> Service:
        """The start once more, always at the same place."""
        return again(self.start)

    def work(self, service: Service) -> None:
        self.situation.work(service, self.made)

    def file_at_end(self, name: str) -> bytes:
        content: bytes = self.at_end[0][name][1]
        return content

    def judge(self, service: Service) -> str:
        """What a kill has left behind goes on to the end and, in a copy, back to the beginning."""
        twin = service.copy(service.top.with_name("twin"))
        is_pending = act.pending(project.find(service.folder))
        if is_pending:
            finished(lambda service: self.situation.again(service, None), service)
            assert reached(service) == self.at_end
            go_back(twin)
            assert reached(twin) == self.back
        else:
            assert reached(service) in (self.at_start, self.at_end)
        outcome = "pending" if is_pending else "over"
        shutil.rmtree(twin.top)
        return outcome


def again(start: Service) -> Service:
    place = start.top.with_name("killed")
    shutil.rmtree(place, ignore_errors=True)
    return start.copy(place)


def finished(work: Callable[[Service], None], service: Service) -> None:
    """The work is done, or has come to conflicts as it has to."""
    try:
        work(service)
    except Conflicts:
        assert service.git("ls-files", "--unmerged")


def reached(service: Service) -> Reached:
    """All but ids of commits, which hold times, and marks that git leaves out of a status."""
    files, head, index, status = service.standing()
    branch, tree = head.splitlines()[1], service.git("rev-parse", "HEAD^{tree}")
    branches = service.git("for-each-ref", "--format=%(refname)", "refs/heads")
    return files, branch, branches, index, status, service.commits(), tree


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    """The engine of this very process meets the world that a process of the service meets."""
    for name in os.environ.keys() - environment.keys():
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(act, "LEFT_LOCKED_SECONDS", 0.1)


@pytest.fixture(params=SITUATIONS)
def ground(
    request: pytest.FixtureRequest,
    begin: Begin,
    in_process: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Ground]:
    situation = SITUATIONS[request.param]
    start = begin(situation.case)
    home = start.installation.folder
    monkeypatch.setattr(distribution, "source", lambda: home / "source")
    monkeypatch.setattr(distribution, "releases", lambda: home / "releases")
    monkeypatch.setattr(distribution, "version", lambda: NEW.removeprefix("v"))
    back = reached(start)
    situation.prepare(start)
    with ExitStack() as stack:
        made = None
        if situation.prepare is nothing:
            found = project.find(again(start).folder)
            made = stack.enter_context(plan.make(found, NEW, {}))
        ground = Ground(situation, start, made, reached(start), (), back)
        end = ground.fresh()
        finished(ground.work, end)
        yield replace(ground, at_end=reached(end))


# At every step ----------------------------------------------------------------

Step = tuple[str, str]  # an event of Python's audit, and what it is about
CHANGES = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod")
WRITING = os.O_WRONLY | os.O_RDWR


def step(event: str, arguments: tuple[Any, ...], top: Path) -> Step | None:
    """What changes something below `top`, or starts a program."""
    if event == "subprocess.Popen":
        return event, " ".join(map(str, arguments[1]))
    if event not in CHANGES or (event == "open" and not arguments[2] & WRITING):
        return None
    path = os.fsdecode(arguments[0]) if isinstance(arguments[0], (str, bytes, Path)) else ""
    return (event, path) if path.startswith(f"{top}{os.sep}") else None


def in_child(
    work: Callable[[], None], top: Path, at: int = 0, wound: Callable[[str], None] | None = None
) -> list[Step]:
    """The steps of some work, which a process of its own does and kills itself before step `at`.

    `wound` does before what a program that is killed in its middle leaves behind.
    """
    steps: list[Step] = []
    log = top.parent / "steps"
    log.write_text("")

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if found := step(event, arguments, top):
            steps.append(found)
            if len(steps) == at:
                at_end(found)

    def at_end(found: Step) -> None:
        if wound:
            wound(found[1])
        os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            sys.addaudithook(hook)
            work()
        except Conflicts:
            pass
        except BaseException:
            os._exit(1)
        taken = list(steps)
        log.write_text("\n".join("\t".join(each).replace("\n", " ") for each in taken))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == (-signal.SIGKILL if at else 0)
    lines = log.read_text().splitlines()
    return [(event, what) for event, what in (line.split("\t", 1) for line in lines)]


def begins(steps: Sequence[Step]) -> int:
    """The step with which the journal is written: before it the service is untouched."""
    journals = [
        number
        for number, (event, what) in enumerate(steps, 1)
        if event == "os.rename" and "scaffold-update" in what
    ]
    return min(journals, default=1)


@pytest.fixture(
    params=[pytest.param(9, id="some"), pytest.param(1, id="all", marks=pytest.mark.full)]
)
def stride(request: pytest.FixtureRequest) -> int:
    """One in so many of the steps before anything is written; of the others, all."""
    every: int = request.param
    return every


def test_killed_at_every_step(ground: Ground, stride: int) -> None:
    service = ground.fresh()
    steps = in_child(partial(ground.work, service), service.top)
    first = begins(steps)
    outcomes = []

    for at in [*range(1, first, stride), *range(first, len(steps) + 1)]:
        service = ground.fresh()
        in_child(partial(ground.work, service), service.top, at)
        outcomes.append(ground.judge(service))

    assert outcomes.count("pending") >= 5


# The last steps of git that change something, by the words with which it is started.
WRITERS = ("update-index", "checkout-index", "commit --quiet", "symbolic-ref HEAD refs")


def test_killed_while_git_is_writing(ground: Ground) -> None:
    """It leaves its locks behind, and the beginning of a file."""
    service = ground.fresh()
    steps = in_child(partial(ground.work, service), service.top)
    first = begins(steps)
    written = sorted(name for name in service.names() if name.startswith("file"))[-1]
    content = ground.file_at_end(written)

    def wound(words: str) -> None:
        (service.top / ".git/index.lock").write_bytes(b"half")
        (service.top / ".git/HEAD.lock").write_bytes(b"")
        if "checkout-index" in words:
            (service.folder / written).write_bytes(content[: len(content) // 2])

    for at, (_, words) in enumerate(steps, 1):
        if at > first and any(writer in words for writer in WRITERS):
            service = ground.fresh()
            in_child(partial(ground.work, service), service.top, at, wound)
            assert ground.judge(service) == "pending"


# At any moment ----------------------------------------------------------------


@pytest.mark.parametrize("whole", [True, False], ids=["its group", "itself alone"])
def test_killed_at_any_moment(ground: Ground, *, whole: bool) -> None:
    kills = 7
    service = ground.fresh()
    began = time.monotonic()
    start(service, ground.situation.words).wait()
    seconds = time.monotonic() - began
    ground = replace(ground, at_end=reached(service))
    assert ground.at_end != ground.at_start

    for number in range(kills):
        service = ground.fresh()
        process = start(service, ground.situation.words)
        time.sleep(seconds * (number + 0.5) / kills)
        if whole:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        wait_for_the_end_of(process.pid)
        ground.judge(service)


def start(service: Service, words: tuple[str, ...]) -> subprocess.Popen[bytes]:
    """In a process group of its own, as a shell does."""
    return subprocess.Popen(
        [*service.installation.words, "update", "--json", *words],
        cwd=service.folder,
        env=service.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for_the_end_of(group: int) -> None:
    """A git whose caller was killed goes on by itself."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
