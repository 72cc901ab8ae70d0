"""What a rule looks at, and what it answers."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from signal import SIGKILL
from typing import Any

from scaffold.choices.questions import Answers, choices_in

OK, WARNING, PROBLEM = "ok", "warning", "problem"  # all is well; it can wait; nothing works so

LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)")
QUOTED = re.compile(r"""(["'])(.*?)\1""")


@dataclass(frozen=True)
class Finding:
    rule: str
    state: str
    found: str
    fix: str | None = None  # a command to paste; an address where no command is right everywhere


@dataclass(frozen=True)
class Variable:
    value: str
    line: int | None  # of .env; nothing for one of the environment


@dataclass(frozen=True)
class Place:
    """Where the doctor looks: a project, or a folder where one could be made."""

    folder: Path
    answers: Answers | None

    def chose(self, question: str, choice: str) -> bool:
        return choice in choices_in((self.answers or {}).get(question, []))

    @property
    def python(self) -> Path:
        return self.folder / ".venv/bin/python"

    @property
    def is_set_up(self) -> bool:
        return (self.folder / ".venv/bin/app").exists()

    def command(self, words: str) -> str:
        """`words` as one pastes them here, for the project's folder."""
        here = self.folder.samefile(Path.cwd())
        return words if here else f"cd {shlex.quote(str(self.folder))} && {words}"

    def variable(self, name: str) -> Variable | None:
        """As the service reads it: an empty one is unset, and the environment wins."""
        if os.environ.get(name):
            return Variable(os.environ[name], None)
        found = self.dotenv.get(name) if self.reads_dotenv else None
        return found if found and found.value else None

    @property
    def environment(self) -> str:
        found = self.variable("ENVIRONMENT")
        return found.value if found else "development"

    @property
    def reads_dotenv(self) -> bool:
        return os.environ.get("ENVIRONMENT", "development") == "development"

    @cached_property
    def dotenv(self) -> Mapping[str, Variable]:
        found = {}
        for number, line in enumerate(self.text(".env").splitlines(), 1):
            if assigned := LINE.match(line):
                found[assigned[1]] = Variable(_value(assigned[2]), number)
        return found

    def text(self, name: str) -> str:
        """A file of the project; empty where there is none."""
        path = self.folder / name
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


@dataclass(frozen=True)
class Look:
    """What a command answered."""

    code: int | None  # nothing: it did not end in time
    out: str = ""
    err: str = ""

    @property
    def last(self) -> str:
        return (self.err.strip() or self.out.strip()).rpartition("\n")[2]

    @property
    def document(self) -> Any:
        """What a program of ours printed last, as JSON; nothing where it printed none."""
        try:
            return json.loads(self.out.splitlines()[-1])
        except (IndexError, ValueError):
            return None


def look(words: Sequence[str | Path], folder: Path, seconds: float, **more: str) -> Look | None:
    """Run a command that changes nothing, with `more` in its environment. Nothing is answered
    where there is no such command."""
    try:
        process = subprocess.Popen(
            words,
            cwd=folder,
            env={**os.environ, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError:
        return None
    with process:
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            _end(process)
            return Look(None, err=f"no answer in {seconds:.0f} s")
        except BaseException:  # ctrl-c, of which a session of its own does not hear
            _end(process)
            raise
    return Look(process.returncode, out, err)


def _end(process: "subprocess.Popen[str]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, SIGKILL)


def _value(text: str) -> str:
    quoted = QUOTED.match(text)
    return quoted[2] if quoted else re.split(r"\s#|^#", text)[0].strip()
