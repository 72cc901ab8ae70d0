"""What a coding agent may do: look, plan, and do what was planned, below one folder.

Each step is a `scaffold` of its own, and answers with the document of `--json`: it does not block
the server, renders alone in its process, and keeps its promises when it is ended in the middle.
A plan is known by a token, which is made from all that the plan depends on.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import Process
from anyio.to_thread import run_sync

from scaffold import distribution, report
from scaffold.choices import answers, questions
from scaffold.choices.questions import Answers, written
from scaffold.errors import Refusal, Usage
from scaffold.template import releases
from scaffold.template.rendering import ANSWERS_FILE
from scaffold.update import repository
from scaffold.update.repository import Repository

PROGRAM = (sys.executable, "-P", "-m", "scaffold")  # -P: no module of the folder it runs in
NEXT = {  # locking needs the network, which a call does not wait for
    "new": ["make setup", "git add uv.lock && git commit --message='Lock'", "make dev"],
    "set": ["make setup", "git commit --message='Lock' uv.lock", "make test"],
    "update": ["make setup", "git commit --message='Lock' uv.lock", "make test"],
}

Document = dict[str, Any]  # as `--json` prints it


@dataclass(frozen=True)
class Planned:
    kind: str  # the command
    target: str  # as the agent named it
    folder: Path
    words: Sequence[str]


@dataclass(frozen=True)
class Desk:
    """The plans of one server; `root` is where it may write, links resolved."""

    root: Path
    plans: dict[str, Planned] = field(default_factory=dict)  # by token
    running: set[Process] = field(default_factory=set)

    async def options(self) -> Document:
        return await self._run("options", "--json")

    async def check(self, target: str) -> Document:
        try:
            folder = self._confined(target)
        except Refusal as refusal:
            return _refused("check", refusal)
        return await self._run("check", "--json", "--project", str(folder))

    async def plan(self, target: str, chosen: Answers, *, diff: bool = False) -> Document:
        """Of a project: other answers, or without any the newest release, with `diff` as a patch
        too. Elsewhere: a new one."""
        try:
            folder = self._confined(target)
            kind, words = _command(folder, chosen)
            before = await run_sync(state, folder)
        except Refusal as refusal:
            return _refused("plan", refusal)
        looking = ["--dry-run", *(["--diff"] if diff and kind != "new" else [])]
        document = await self._run(words[0], *looking, *words[1:])
        data = document["data"] = {"kind": kind, "target": str(folder), **document["data"]}
        if not document["ok"] or data.get("done") == "nothing":
            return document
        if kind == "new":
            words = _new(folder, data["answers"])
        planned = Planned(kind, target, folder, words)
        data["token"] = await run_sync(_token, planned, before)
        self.plans[data["token"]] = planned
        return document

    async def apply(self, token: str) -> Document:
        try:
            planned = self._planned(token)
            now = await run_sync(state, planned.folder)
            if await run_sync(_token, planned, now) != token:
                what = f"{planned.target} or the template is not as it was when this was planned"
                raise Usage(what, "plan again")
        except Refusal as refusal:
            return _refused("apply", refusal)
        document = await self._run(*planned.words)
        if document["ok"]:
            document["data"]["next"] = NEXT[planned.kind]
        return document

    async def end(self) -> None:
        """Each that runs is told to end, and takes back what it was in the middle of."""
        for process in [*self.running]:
            await _end(process)

    def _planned(self, token: str) -> Planned:
        planned = self.plans.get(token)
        if not planned:
            raise Usage("no plan of this server has that token", "plan, and apply what it answers")
        if self._confined(planned.target) != planned.folder:
            raise Usage(
                f"{planned.target} leads elsewhere than when this was planned", "plan again"
            )
        return planned

    def _confined(self, target: str) -> Path:
        try:
            path = (self.root / target).resolve()
        except (OSError, ValueError) as error:
            raise Usage(f"{target!r} is no path: {error}", "name a folder") from error
        if not path.is_relative_to(self.root):
            way = f"name a folder in {self.root}, or start the server with another `--root`"
            raise Usage(f"{target} is outside of {self.root}; nothing was done", way)
        return path

    async def _run(self, *words: str) -> Document:
        process = await anyio.open_process(
            [*PROGRAM, *words],
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            stderr=None,  # the client keeps what a server says there
        )
        self.running.add(process)
        try:
            assert process.stdout  # noqa: S101 it is a pipe
            said = b"".join([part async for part in process.stdout])
            await process.wait()
        except BaseException:  # the agent called it off, or went
            await _end(process)
            raise
        finally:
            self.running.discard(process)
        try:
            document: Document = json.loads(said)
        except ValueError:
            hint = "the server's stderr says more"
            return _refused(words[0], Refusal(f"`scaffold {words[0]}` broke off", hint))
        return document


def state(folder: Path) -> str:
    """What a plan for this folder depends on. Raises Usage where git would write elsewhere."""
    if not _is_project(folder):
        return _entries(folder)
    repository.require()
    git = Repository(folder)
    top, prefix = (git.run("rev-parse", what) for what in ("--show-toplevel", "--show-prefix"))
    if not top.returncode:
        place = Path(top.stdout.decode().rstrip("\n"), prefix.stdout.decode().rstrip("\n"))
        if place.resolve() != folder:
            way = "give it a repository of its own, without `core.worktree`"
            raise Usage(f"the repository of {folder} has its files in {place}", way)
    looks = (
        ("rev-parse", "HEAD"),
        ("rev-parse", "--symbolic-full-name", "HEAD"),
        ("status", "--porcelain", "-z", "--untracked-files=no"),
    )
    return "\0".join(git.run(*words).stdout.decode(errors="replace") for words in looks)


async def _end(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    with anyio.CancelScope(shield=True):
        await process.wait()


def _entries(folder: Path) -> str:
    with _reading(folder):
        return str(sorted(folder.iterdir()) if folder.is_dir() else folder.exists())


def _is_project(folder: Path) -> bool:
    with _reading(folder):
        return (folder / ANSWERS_FILE).exists()


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        way = "name a folder that you may read"
        raise Refusal(f"{folder} cannot be read: {error.strerror}", way) from error


def _command(folder: Path, chosen: Answers) -> tuple[str, list[str]]:
    """The command that this asks for, and its words."""
    if not _is_project(folder):
        return "new", _new(folder, _read(folder, chosen))
    project = ["--json", "--no-lock", "--project", str(folder)]
    if not chosen:
        return "update", ["update", *project]
    words = (f"{key}={written(answer)}" for key, answer in chosen.items())
    return "set", ["set", *project, "--", *words]


def _new(folder: Path, chosen: Answers) -> list[str]:
    asked = questions.read(distribution.source())
    flags = (f"{asked[key].flag}={written(value)}" for key, value in chosen.items())
    return ["new", str(folder), "--json", "--no-lock", "--defaults", *flags]


def _read(folder: Path, chosen: Mapping[str, Any]) -> Answers:
    """Found to be answers: no key becomes another flag. Raises Usage."""
    asked = questions.read(distribution.source(), folder.name)
    return {key: answers.from_key(asked, key, value) for key, value in chosen.items()}


def _token(planned: Planned, state: str) -> str:
    template = releases.content_id(distribution.source())
    parts = [template, planned.words, str(planned.folder), state]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _refused(command: str, refusal: Refusal) -> Document:
    document: Document = json.loads(report.document(command, {}, refusal))
    return document
