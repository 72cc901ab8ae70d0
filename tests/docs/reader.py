"""A reader who follows a page word by word, in a terminal of an account that is new."""

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from scaffold import distribution
from tests import BIN
from tests.cli.terminal import ENTER, Terminal
from tests.docs.pages import Block, commands
from tests.generated.process import free_port, run

SERVES = re.compile(r"\bmake dev$|\bapp serve$")
ASKS = re.compile(r"^scaffold new [\w-]+$")  # with no answer given: the wizard
ADDRESS = "127.0.0.1:8000"
PATIENCE = 300.0  # seconds, of a machine with much else to do
# What a command says anew each time: any is taken for the one that the page shows.
ANEW = {
    "ID": r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
    "TIME": r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)",
    "DATE": r"\b\d{4}[_-]\d\d[_-]\d\d\b",
    "REVISION": r"\b[0-9a-f]{12}\b",
    "COMMIT": r"\b(?=[a-f]*\d)[0-9a-f]{7,40}\b",
    "RELEASE": r"\b\d+\.\d+\.\d+(\.dev\d+)?(\+\w+)?\b",
    "SECONDS": r"\b\d+\.\d+ ?s\b",
}
# No answer of ours in it, and no service: what the machine needs to reach its packages stays.
OURS = ("SCAFFOLD", "DATABASE_URL", "PORT", "GIT_", "XDG_", "VIRTUAL_ENV", "PYTEST_")
LEAVE = '{ export -p; echo \'cd "$PWD"\'; } >"$LEFT"'


class Reader:
    """Has a home without settings; knows no `scaffold` but what the page installs, or is `given`.
    Addresses of this project lead to `checkout`."""

    def __init__(self, desk: Path, checkout: Path, *given: Path, **settings: str) -> None:
        self.home = desk.parent / f"home-of-{desk.name}"
        self.home.mkdir(parents=True)
        (self.home / ".curlrc").write_text("no-progress-meter\n")  # as on a terminal
        desk.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.left = self.home / "left"  # what a terminal remembers: its variables and folder
        self.left.write_text(f"cd '{desk}'\n")
        self.serving: subprocess.Popen[bytes] | None = None
        self.log = self.home / "log"
        ours = {name for name in os.environ if name.startswith(OURS)}
        path = [each for each in os.environ["PATH"].split(":") if Path(each) != BIN]
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in ours},
            **answering_for(checkout),
            **caches(),
            "HOME": str(self.home),
            "PATH": ":".join([*map(str, given), *path]),
            "LEFT": str(self.left),
            "PORT": str(self.port),
            "TERM": "dumb",
            **settings,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def folder(self) -> Path:
        """Where the terminal is now."""
        return Path(self._do("pwd").strip())

    def follow(self, blocks: Iterable[Block]) -> None:
        """Do all of them in order; what serves is ended with its section."""
        section = ""
        for block in blocks:
            if block.section != section:
                self.stop()
                section = block.section
            self.do(block)

    def do(self, block: Block) -> None:
        if block.file:
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text)
        elif block.language == "sh":
            self.type(block)
        elif block.language == "console":
            shown = "".join(self.typed(line) for line in commands(block))
            assert alike(shown, block.text), f"line {block.line}:\n{shown}"
        elif block.language == "diff":
            self._do("git apply --whitespace=error <<'END'\n" + block.text + "END")
        else:
            pytest.fail(f"line {block.line}: nobody knows what to do with {block.language}")

    def type(self, block: Block) -> None:
        script = self.here(block.text)
        if SERVES.search(script.rstrip()):
            self.serve(script)
        elif ASKS.search(script.strip()):
            self.answer(script.strip())
        else:
            self._do(script)

    def here(self, text: str) -> str:
        """Another may listen at the port that pages name."""
        return text.replace(ADDRESS, f"127.0.0.1:{self.port}")

    def typed(self, line: str) -> str:
        """A line with its prompt, and what it prints, whatever it ends with."""
        printed = self._do(self.here(line), errors=True).replace(f"127.0.0.1:{self.port}", ADDRESS)
        return f"$ {line}\n{printed}" + "\n" * (not printed.endswith("\n") and printed != "")

    def _do(self, script: str, *, errors: bool = False) -> str:
        with tempfile.TemporaryFile("w+") as output:  # a pipe would wait for what a command leaves
            done = subprocess.run(
                ["sh", "-c", self._script(script, "" if errors else "set -e")],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=PATIENCE,
                check=False,
            )
            output.seek(0)
            printed = output.read()
        assert errors or done.returncode == 0, f"{script}\n{printed}"
        return printed

    def _script(self, script: str, options: str) -> str:
        return f'. "$LEFT"\n{options}\n{script}\n{LEAVE}'

    def serve(self, script: str) -> None:
        """In a process group of its own, as a terminal would have it, until it is stopped. What
        was done before it is remembered."""
        script = SERVES.sub(lambda serving: f"{LEAVE} && {serving[0]}", script.rstrip())
        with self.log.open("wb") as log:
            self.serving = subprocess.Popen(
                ["sh", "-c", f'. "$LEFT"\n{script}'],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        url = f"http://127.0.0.1:{self.port}/ready"
        end = time.monotonic() + PATIENCE
        while self.serving.poll() is None and time.monotonic() < end:
            if subprocess.run(["curl", "-sf", url], capture_output=True, check=False).returncode:
                time.sleep(0.2)
            else:
                return
        pytest.fail(f"{url} does not answer:\n{self.log.read_text()}")

    def status(self, path: str) -> str:
        """Of an answer of what serves."""
        url = f"http://127.0.0.1:{self.port}{path}"
        asked = ["curl", "-s", "--output", os.devnull, "--write-out", "%{http_code}", url]
        return subprocess.run(asked, capture_output=True, check=True, text=True).stdout

    def stop(self) -> None:
        """Ctrl-c, as a terminal sends it: to the whole group."""
        if not self.serving:
            return
        try:
            os.killpg(self.serving.pid, signal.SIGINT)
            self.serving.wait(timeout=30)
        finally:
            if self.serving.poll() is None:
                os.killpg(self.serving.pid, signal.SIGKILL)
                self.serving.wait()
            self.serving = None

    def answer(self, command: str) -> None:
        """On a terminal, as the page says: enter at the first question, and at the review."""
        script = ["sh", "-c", self._script(command, "set -e")]
        terminal = Terminal(script, self.home, self.environment | {"TERM": "xterm"})
        terminal.answer("Standard service", ENTER)
        terminal.answer("Make it", ENTER)
        assert terminal.leave() == 0, terminal.shown


def answering_for(checkout: Path) -> dict[str, str]:
    """git redirects the canonical URL, as pip and as Copier spell it, to the checkout."""
    url = distribution.repository()
    return {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": f"url.{checkout.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": url,
        "GIT_CONFIG_KEY_1": f"url.{checkout.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_1": f"{url}.git",
    }


def caches() -> dict[str, str]:
    """Of packages, which a new home would fetch again."""
    cached = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return {
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR") or str(cached / "uv"),
        "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR") or str(cached / "pip"),
    }


def committed(folder: Path, message: str = "Test") -> None:
    run(folder, "git", "add", "--all")
    run(folder, "git", "commit", "--quiet", f"--message={message}")


def alike(shown: str, written: str) -> bool:
    """`…` stands for anything within a line, a line of it for lines."""
    pattern = "".join(
        "(.*\n)*" if line == "…" else re.escape(line).replace("…", ".*") + "\n"
        for line in plain(written).splitlines()
    )
    return re.fullmatch(pattern, plain(shown)) is not None


def plain(text: str) -> str:
    """Without what is said anew each time, and without the columns that it widens."""
    for name, pattern in ANEW.items():
        text = re.sub(pattern, name, text)
    lines = (re.sub(r" {2,}", "  ", line.rstrip()) for line in text.rstrip().splitlines())
    return "".join(f"{line}\n" for line in lines)
