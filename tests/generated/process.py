"""The processes of a generated project: its commands, its database, its service."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import httpx2

from tests import BIN

SECRET_KEY = "kD8vQ2xW7nRb4TzY6mJp1HsG9cLf3EaU"  # strong enough for production, and known to nobody
INHERITED = {"PATH", "HOME", "LANG", "TMPDIR", "XDG_RUNTIME_DIR"}
# One machine asks for many callers: it is not limited, and says which of them each request is of.
MANY_CALLERS = {"RATE_LIMIT": "1000000/60", "TRUSTED_PROXIES": "127.0.0.1"}
OWNER = {  # of what is committed, also where git knows nobody
    f"GIT_{role}_{name}": value
    for role in ("AUTHOR", "COMMITTER")
    for name, value in (("NAME", "Owner"), ("EMAIL", "owner@example.org"))
}
# Run by the project's Python, on the project's driver.
CONNECT = """
import json, sys
from app.driver import make_unpooled_engine
from app.settings import settings
statement, options = sys.argv[1], {"no_parameters": True}
if " DATABASE " in statement:
    options["isolation_level"] = "AUTOCOMMIT"  # no transaction may hold these
with make_unpooled_engine(settings()).connect().execution_options(**options) as connection:
    for each in filter(str.strip, statement.split(";\\n")):
        found = connection.exec_driver_sql(each)
"""
SESSION = f"""{CONNECT}
    print("done", flush=True)
    sys.stdin.read()
    connection.commit()
"""
QUERY = f"""{CONNECT}
    json.dump([list(row) for row in found], sys.stdout, default=str)
"""


def environment(**own: str) -> dict[str, str]:
    """Of this process only what a shell needs: no setting of ours leaks into a service."""
    return {name: os.environ[name] for name in INHERITED & os.environ.keys()} | own


def run(folder: Path, *command: str, **settings: str) -> str:
    """Its whole output. Fails with it when the command fails."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | OWNER | settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}"
    return done.stdout


def generate(folder: Path, **answers: Any) -> list[list[str]]:
    """Make a project at `folder`; the next commands as `scaffold new` prints them."""
    flags = [f"--{name.replace('_', '-')}={_written(value)}" for name, value in answers.items()]
    printed = run(folder.parent, str(BIN / "scaffold"), "new", folder.name, "--defaults", *flags)
    _, _, following = printed.partition("Next:\n")
    return [re.split(r" {2,}", line.strip())[0].split() for line in following.splitlines()]


def _written(answer: str | list[str]) -> str:
    return answer if isinstance(answer, str) else ",".join(answer) or "none"


class Database:
    """A real database, for as long as the block lasts."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.python = str(project / ".venv/bin/python")
        self.process = self._hold()
        assert self.process.stdout
        self.server = self.process.stdout.readline().strip()
        self.created: list[str] = []

    def _hold(self) -> subprocess.Popen[str]:
        """The server ends with the last process that uses it. This one says where it is."""
        return subprocess.Popen(
            [self.python, "-m", "dev", "sh", "-c", 'echo "$DATABASE_URL"; exec cat'],
            cwd=self.project,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for name in self.created:
            force = " WITH (FORCE)" if self.server.startswith("postgres") else ""
            self.execute(self.server, f"DROP DATABASE {name}{force}")
        self.process.communicate(timeout=60)

    def create(self, name: str, like: str = "") -> str:
        """The URL of a new database: empty, or as the one of another URL, that nobody uses now,
        which PostgreSQL can. Gone when the block ends."""
        own = f"{name}_{os.getpid()}"  # the server may be one that others use
        if self.server.startswith("sqlite"):
            return f"{self.server}.{own}"
        template = f" TEMPLATE {urlsplit(like).path.removeprefix('/')}" if like else ""
        self.execute(self.server, f"CREATE DATABASE {own}{template}")
        self.created.append(own)
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{own}"))

    def execute(self, url: str, statement: str) -> None:
        with self.session(url, statement):
            pass

    @contextlib.contextmanager
    def session(self, url: str, statement: str) -> Iterator[None]:
        """A transaction that did `statement` and is still open; committed at the end."""
        holder = subprocess.Popen(
            [self.python, "-c", SESSION, statement],
            cwd=self.project,
            env=environment(DATABASE_URL=url),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert holder.stdout
        assert holder.stdout.readline() == "done\n"
        try:
            yield
        finally:
            holder.communicate(timeout=30)

    def rows(self, url: str, query: str) -> list[list[Any]]:
        rows: list[list[Any]] = json.loads(
            subprocess.check_output(
                [self.python, "-c", QUERY, query],
                cwd=self.project,
                env=environment(DATABASE_URL=url),
                timeout=30,
            )
        )
        return rows

    @contextlib.contextmanager
    def killed(self) -> Iterator[None]:
        """All of the server at once, without a word; started again at the end."""
        self._signal(signal.SIGKILL)
        try:
            yield
        finally:
            former, self.process = self.process, self._hold()
            assert self.process.stdout
            assert self.process.stdout.readline().strip() == self.server
            former.communicate(timeout=60)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        files = (self.project / name for name in (".postgres/postmaster.pid", ".mariadb/pid"))
        [server] = [int(file.read_text().split()[0]) for file in files if file.exists()]
        os.kill(server, signal.SIGSTOP)  # first, or it would start others meanwhile
        for process in [*children(server), server]:
            os.kill(process, number)


def children(parent: int) -> list[int]:
    """By Linux's /proc, where the parent is the second word after the name in brackets."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended by now
            if int(file.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(file.parent.name))
    return found


class Service:
    """`app serve` on a port of its own. Ended by SIGTERM when the block ends."""

    def __init__(self, project: Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = project.parent / f"{project.name}-{self.port}.log"
        self.project = project
        own = {"PORT": str(self.port), "DRAIN_DELAY_SECONDS": "0"}
        self.settings = own | MANY_CALLERS | settings
        self.log.unlink(missing_ok=True)  # of another one, which had the port before
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [self.project / ".venv/bin/app", "serve"],
                cwd=self.project,
                env=environment(**self.settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def restart(self, number: signal.Signals) -> int:
        """End it by a signal and start it again, on the same port; how it ended."""
        self.process.send_signal(number)
        ended = self.process.wait(60)
        self.process = self.start()
        self.wait_until("/ready", 200, 30)
        return ended

    def __enter__(self) -> Self:
        try:
            self.wait_until("/health", 200, 30)
        except AssertionError as error:
            self.__exit__()
            raise AssertionError(self.log.read_text()) from error
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        finally:
            self.process.kill()

    def client(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, timeout=30, trust_env=False)

    def get(self, path: str, **headers: str) -> httpx2.Response:
        with self.client() as client:
            return client.get(path, headers=headers)

    def wait_until(self, path: str, status: int, seconds: float = 10) -> float:
        """How long it took until `path` answered so."""
        return wait_until(self.url + path, status, seconds)


def wait_until(url: str, status: int, seconds: float) -> float:
    began = time.monotonic()
    answered: object = None
    while time.monotonic() - began < seconds:
        try:
            answered = httpx2.get(url, trust_env=False, timeout=5).status_code
        except httpx2.TransportError as error:
            answered = error
        if answered == status:
            return time.monotonic() - began
        time.sleep(0.05)
    raise AssertionError(f"{url}: {answered!r} for {seconds} s, not {status}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
