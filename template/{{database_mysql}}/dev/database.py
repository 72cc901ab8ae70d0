"""Databases for development and tests: those that are named, else a MariaDB of our own."""

import fcntl
import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pymysql

from dev import named

NOWHERE = "mysql://nobody@127.0.0.1:1/none"  # for tests of an outage
DATA = Path(__file__).parents[1] / ".mariadb"
SOCKET, PID, LOG = DATA / "socket", DATA / "pid", DATA / "server.log"
START_SECONDS = 60
WITHOUT = """error: this machine has no MariaDB
hint: `apt-get install mariadb-server-core mariadb-client-core` or `brew install mariadb`; \
or set DATABASE_URL and TEST_DATABASE_URL"""


@contextmanager
def development_database() -> Iterator[str]:
    if url := named("DATABASE_URL"):
        yield url
    else:
        with _server():
            yield _create("app")


@contextmanager
def fresh_database() -> Iterator[str]:
    """For one run of the tests. A named one is used as it is, and emptied before each test."""
    if url := named("TEST_DATABASE_URL"):
        yield url
        return
    name = f"test_{os.getpid()}"
    with _server():
        try:
            yield _create(name)
        finally:
            _execute(f"DROP DATABASE {name}")


def _create(name: str) -> str:
    _execute(f"CREATE DATABASE IF NOT EXISTS {name}")
    return f"mysql://root@localhost/{name}?unix_socket={SOCKET}"


def _execute(statement: str) -> None:
    with pymysql.connect(unix_socket=str(SOCKET), user="root") as connection:
        connection.cursor().execute(statement)


@contextmanager
def _server() -> Iterator[None]:
    """In .mariadb/; it ends with the last process that uses it: each holds a share of a lock."""
    DATA.mkdir(mode=0o700, exist_ok=True)
    with (DATA / "users").open("w") as users:
        with _alone():
            fcntl.flock(users, fcntl.LOCK_SH)
            if not _answers():
                _start()
        try:
            yield
        finally:
            with _alone(), suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _stop()


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else starts or stops it meanwhile."""
    with (DATA / "starting").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _answers() -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(SOCKET)) == 0


def _start() -> None:
    """It outlives this process, and its terminal's Ctrl-C, when others use it."""
    if not (DATA / "data").exists():
        _install()
    files = [f"--datadir={DATA / 'data'}", f"--socket={SOCKET}", f"--pid-file={PID}"]
    server = [_tool("mariadbd"), *_options(), *files, f"--log-error={LOG}", "--skip-networking"]
    launch = ["sh", "-c", '"$@" >/dev/null 2>&1 & echo $!', "sh", *server]
    process = int(subprocess.check_output(launch, start_new_session=True))
    deadline = time.monotonic() + START_SECONDS
    while not _answers():
        if not _lives(process) or time.monotonic() > deadline:
            sys.exit(f"error: mariadbd does not start; {LOG} says why")
        time.sleep(0.05)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _install() -> None:
    """Whole or not at all: what was interrupted is begun anew."""
    new = DATA / "new"
    shutil.rmtree(new, ignore_errors=True)
    install = [_tool("mariadb-install-db"), *_options(), f"--datadir={new}", "--skip-test-db"]
    command = [*install, "--auth-root-authentication-method=normal"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        sys.exit(f"error: {install[0]} fails\n{made.stdout}{made.stderr}")
    new.rename(DATA / "data")


def _options() -> list[str]:
    """Nothing of the machine's own MariaDB; as root it wants to be told so."""
    return ["--no-defaults", *([f"--user={getpass.getuser()}"] if os.geteuid() == 0 else [])]


def _tool(name: str) -> str:
    """Debian keeps servers where only root looks for them."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    return found or sys.exit(WITHOUT)


def _stop() -> None:
    with suppress(FileNotFoundError, ProcessLookupError):
        os.kill(int(PID.read_text()), signal.SIGTERM)
        while PID.exists():
            time.sleep(0.02)
