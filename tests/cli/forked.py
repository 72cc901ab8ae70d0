"""`scaffold` as a process that starts at once: forked from one that has imported all that it
imports, which takes longer than most of what it does.

What Python reads when it starts, it does not see: where that differs, a process of its own starts.
"""

import atexit
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile

from tests import BIN

SCAFFOLD = BIN / "scaffold"
STARTING = ("LANG", "LC_", "LD_", "PYTHON")  # names of variables that begin so
LIMIT_SECONDS = 120

# The child leaves the loop, and ends as the program does.
SERVER = """\
import gc, json, os, socket, sys
import copier, questionary, ruff, typer, uv
from scaffold import cli
from scaffold.commands import change, check, compare, diff, doctor, info, new, options, update
from scaffold.programs import completion
gc.freeze()  # else the child would look at all of it when it ends
asked = socket.socket(fileno=int(sys.argv[1]))
while True:
    request, files, *_ = socket.recv_fds(asked, 1 << 20, 2)
    if not request:
        sys.exit()
    child = os.fork()
    if not child:
        break
    for file in files:
        os.close(file)
    asked.send(b"%d" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
asked.close()
for number, file in enumerate(files, 1):
    os.dup2(file, number)
    os.close(file)
program, sys.argv, folder, environment = json.loads(request)
os.chdir(folder)
os.environ.clear()
os.environ.update(environment)
exec(compile(program, "<string>", "exec"), {"__name__": "__main__"})
"""


def run(
    words: Sequence[str | Path], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """Any command, its input closed; forked where it is `scaffold`, or a program that calls it."""
    program, rest = _program(words)
    if program and _starting(environment) == _starting(os.environ):
        return _forked(program, [str(word) for word in rest], folder, environment)
    return subprocess.run(
        words,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=LIMIT_SECONDS,
    )


def _program(words: Sequence[str | Path]) -> tuple[str, Sequence[str | Path]]:
    """What Python is to do, and `sys.argv`."""
    if words[0] == SCAFFOLD:
        return "from scaffold.cli import main; main()", words
    if words[:2] == [sys.executable, "-c"] and "scaffold" in str(words[2]):
        return str(words[2]), ["-c", *words[3:]]
    return "", words


def _starting(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(STARTING)}


def _forked(
    program: str, words: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    request = json.dumps([program, words, str(folder), dict(environment)]).encode()
    with TemporaryFile() as out, TemporaryFile() as err:
        socket.send_fds(_server(), [request], [out.fileno(), err.fileno()])
        code = int(_server().recv(16))
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(words, code, out.read(), err.read())


@cache
def _server() -> socket.socket:
    """One for all, since it does one thing at a time as those who ask."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    here.settimeout(LIMIT_SECONDS)
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", SERVER, str(there.fileno())],
        pass_fds=[there.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    there.close()
    atexit.register(_end, process, here)
    return here


def _end(process: "subprocess.Popen[bytes]", asked: socket.socket) -> None:
    asked.close()
    process.kill()
    process.wait()
