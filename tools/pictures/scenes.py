"""What is pictured: real commands, in folders that are made for it, on a terminal in memory.

The tools that `scaffold doctor` meets are ours, so that it says the same on every machine.
"""

import os
import re
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pyte

from scaffold.template import releases
from tests import earlier
from tests.cli.conftest import SCAFFOLD
from tests.cli.terminal import DOWN, ENTER, Terminal
from tools.pictures.drawing import draw

NAME = "myservice"
OLD, NEWER = "v0.1.0", "v0.3.0"  # releases of which nothing changes any more
BROAD = 96  # columns, of what is not wrapped at 80
TOOLS = {
    "git": "[ $1 = --version ] && echo git version 2.45.1 || echo 'Ada <ada@example.com> 1 +0'",
    "python3": "echo 3.13.1",
    "docker": "case $1 in version) echo 27.1.1;; compose) echo 2.29.0;; esac",
}

Picture = tuple[str, str]  # its file, and what is in it


def new(desk: Path) -> Iterator[Picture]:
    """Its questions, answered for a service on SQLite."""
    terminal = _open(desk, "new", NAME)
    terminal.see("What is it to be")
    yield "new.svg", draw(terminal.screen, "scaffold new asks what to start from")
    terminal.press(DOWN, DOWN, ENTER)
    terminal.answer("in one sentence", ENTER)
    terminal.answer("Which framework", ENTER)
    terminal.answer("Which database", DOWN, ENTER)
    terminal.answer("Who may call it", DOWN, DOWN, ENTER)
    terminal.see("Where will it run")
    yield (
        "new-question.svg",
        draw(terminal.screen, "One question, with a choice that is not possible"),
    )
    terminal.press(ENTER)
    terminal.answer("makes releases", ENTER)
    terminal.see("Make it, or change an answer")
    yield "new-review.svg", draw(terminal.screen, "All answers, and the command that gives them")
    terminal.process.close(force=True)


def update(desk: Path) -> Iterator[Picture]:
    """From one release to another, where both the template and the owner wrote."""
    project = _project(desk, OLD)
    _edit(project / "README.md", r"This project was made from a template.*", "Our wiki says more.")
    _commit(project, "Ours")
    shown = _run(project, "update", "--to", NEWER.removeprefix("v"), "--dry-run", columns=BROAD)
    yield "update.svg", draw(shown, "scaffold update tells what it would do")


def check(desk: Path) -> Iterator[Picture]:
    """A service that is current, with a file of the template's that somebody changed."""
    project = _project(desk, releases.current())
    _edit(project / "app/edge/headers.py", "max-age=[0-9]+", "max-age=60")
    _commit(project, "Ours")
    shown = _run(project, "check", columns=BROAD)
    yield "check.svg", draw(shown, "scaffold check finds a file that drifted")


def doctor(desk: Path) -> Iterator[Picture]:
    """A machine without make, before there is a project."""
    shown = _run(desk, "doctor", PATH=_install_tools(desk))
    yield "doctor.svg", draw(shown, "scaffold doctor tells what is missing, and what to do")


def doctor_of_a_project(desk: Path) -> pyte.Screen:
    """The same machine, asked in a service that was not set up yet and has a misspelt setting."""
    project = _project(desk, releases.current())
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]  # free, when this is closed
    (project / ".env").write_text(f"PORT={port}\nRATE_LIMITS=5/1\n")
    return _run(project, "doctor", PATH=_install_tools(desk), spoken={f":{port} ": ":8000 "})


SCENES = (new, update, check, doctor)


def _install_tools(desk: Path) -> str:
    for name, program in TOOLS.items():
        tool = desk / "bin" / name
        tool.parent.mkdir(exist_ok=True)
        tool.write_text(f"#!/bin/sh\n{program}\n")
        tool.chmod(0o755)
    return str(desk / "bin")


def _project(desk: Path, release: str) -> Path:
    """As `scaffold new` of that release made it, with the defaults."""
    earlier.render(desk / NAME, release)
    _git(desk / NAME, "init", "--quiet")
    _commit(desk / NAME, "Start")
    return desk / NAME


def _edit(file: Path, old: str, new: str) -> None:
    text, count = re.subn(old, new, file.read_text(), count=1)
    if not count:
        raise LookupError(f"{old} is not in {file.name} any more")
    file.write_text(text)


def _commit(project: Path, message: str) -> None:
    _git(project, "add", "--all")
    _git(project, "commit", "--quiet", "--message", message)


def _git(project: Path, *words: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    subprocess.run(["git", *who, *words], cwd=project, check=True)


def _run(
    folder: Path,
    *words: str,
    columns: int = 80,
    spoken: Mapping[str, str] = MappingProxyType({}),
    **own: str,
) -> pyte.Screen:
    """What a command leaves on the terminal; `spoken` has what each machine says in its own way."""
    terminal = _open(folder, *words, columns=columns, **own)
    terminal.leave()
    text = terminal.raw
    for here, elsewhere in spoken.items():
        text = text.replace(here, elsewhere)
    screen = pyte.Screen(terminal.screen.columns, terminal.screen.lines)
    pyte.Stream(screen).feed(_prompt(words) + text)
    return screen


def _open(folder: Path, *words: str, columns: int = 80, **own: str) -> Terminal:
    home = {"HOME": str(folder), "LC_ALL": "C.UTF-8", "TERM": "xterm"}
    environment = {"PATH": os.environ["PATH"], **home, **own}
    terminal = Terminal([str(SCAFFOLD), *words], folder, environment, columns, rows=40)
    terminal.stream.feed(_prompt(words))
    return terminal


def _prompt(words: Sequence[str]) -> str:
    return f"$ scaffold {' '.join(words)}\r\n"
