"""A command on a terminal of its own, in memory: what it really shows, after every key."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pexpect
import pyte

from scaffold.glyphs import POINTER

UP, DOWN, ENTER, SPACE, ESCAPE = "\x1b[A", "\x1b[B", "\r", " ", "\x1b"
CTRL_C, CTRL_D = "\x03", "\x04"
CLEAR = "\x15"  # ctrl-u: the line before the cursor

PATIENCE = 30.0  # seconds, of a machine with much else to do


class Terminal:
    def __init__(
        self,
        command: Sequence[str],
        desk: Path,
        environment: Mapping[str, str],
        columns: int = 80,
        rows: int = 24,
    ) -> None:
        self.raw = ""
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.Stream(self.screen)
        self.process: pexpect.spawn[str] = pexpect.spawn(
            command[0],
            list(command[1:]),
            cwd=str(desk),
            env=dict(environment),
            encoding="utf-8",
            codec_errors="replace",
            dimensions=(rows, columns),
        )
        self.process.delaybeforesend = None
        # Where the cursor is, when asked.
        setattr(self.screen, "write_process_input", self.process.send)  # noqa: B010 mypy takes no assignment to a method

    @property
    def shown(self) -> str:
        """The lines on the screen, without the empty ones at the end; the pointer as `>`."""
        lines = [line.rstrip() for line in self.screen.display]
        return "\n".join(lines).rstrip().replace(POINTER, ">")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.process.send(key)

    def see(self, *texts: str) -> str:
        """Wait until the screen has all the texts, and nothing more arrives."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            quiet = not self._read()
            if quiet and all(text in self.shown for text in texts):
                return self.shown
            if not self.process.isalive() and quiet:
                break
        raise AssertionError(f"{texts} not on the screen:\n{self.shown}")

    def answer(self, text: str, *keys: str) -> None:
        self.see(text)
        self.press(*keys)

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    def leave(self) -> int:
        """The exit code, when all has been read."""
        end = time.monotonic() + PATIENCE
        while self._read() or self.process.isalive():
            assert time.monotonic() < end, f"still running:\n{self.shown}"
        self.process.close()
        assert self.process.exitstatus is not None
        return self.process.exitstatus

    def _read(self) -> bool:
        """Whether something arrived, which is on the screen then."""
        try:
            text = self.process.read_nonblocking(4096, timeout=0.15)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        self.raw += text
        self.stream.feed(text)
        return True
