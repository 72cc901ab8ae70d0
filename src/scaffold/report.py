"""What people and programs are told: people on stderr, one JSON document on stdout."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import Any

from scaffold.errors import Refusal


@dataclass(frozen=True)
class Step:
    verb: str  # what was done, in the past tense
    detail: str
    seconds: float = 0.0


@dataclass
class Report:
    command: str
    as_json: bool
    plain: bool = False  # what was said is never taken back
    steps: list[Step] = field(default_factory=list)

    def step(self, doing: str, act: Callable[[], tuple[str, str]]) -> None:
        """Run `act`, which answers with a verb and a detail, and say how long it took."""
        started = perf_counter()
        with self.waiting(doing):
            verb, detail = act()
        step = Step(verb, detail, round(perf_counter() - started, 2))
        self.steps.append(step)
        self.say(f"  {step.verb:<12}  {step.detail:<40}  {step.seconds:.1f} s")

    @contextmanager
    def waiting(self, doing: str) -> Iterator[None]:
        """Say what is being done, as long as it takes."""
        moving = not (self.as_json or self.plain) and can_move_cursor()
        if moving:
            print(f"  {doing} ...", end="", file=sys.stderr, flush=True)
        try:
            yield
        finally:
            if moving:
                print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def say(self, text: str, end: str = "\n") -> None:
        if not self.as_json:
            print(text, end=end, file=sys.stderr, flush=True)

    def show(self, content: bytes) -> None:
        """Data, on stdout as it is; with `--json` the document has it."""
        if not self.as_json:
            put(content)

    def finish(self, data: Mapping[str, Any]) -> None:
        if self.as_json:
            steps = {"steps": [asdict(step) for step in self.steps]} if self.steps else {}
            put(f"{document(self.command, {**data, **steps})}\n".encode())


def put(content: bytes) -> None:
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # its reader has seen enough, as `head` does; the work goes on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def can_move_cursor() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def can_ask() -> bool:
    """On a terminal that cannot move its cursor, line by line."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def refuse(command: str, refusal: Refusal, *, as_json: bool) -> None:
    if as_json:
        put(f"{document(command, refusal.data, refusal)}\n".encode())
    else:
        print(f"error: {refusal.message}\n\nhint: {refusal.hint}", file=sys.stderr)


def document(command: str, data: Mapping[str, Any], refusal: Refusal | None = None) -> str:
    return json.dumps(
        {
            "schema": "scaffold/1",
            "command": command,
            "ok": refusal is None,
            "exit_code": refusal.exit_code if refusal else 0,
            "data": data,
            "error": refusal
            and {
                "code": refusal.code,
                "message": refusal.message,
                "hint": refusal.hint,
                "fixes": list(refusal.fixes),
            },
        }
    )
