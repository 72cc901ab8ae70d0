"""The processes of a generated project: its commands, its database, its service."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import httpx2

SECRET_KEY = "kD8vQ2xW7nRb4TzY6mJp1HsG9cLf3EaU"  # strong enough for production, and known to nobody
INHERITED = {"PATH", "HOME", "LANG", "TMPDIR", "XDG_RUNTIME_DIR"}
OWNER = {  # of what is committed, also where git knows nobody
    f"GIT_{role}_{name}": value
    for role in ("AUTHOR", "COMMITTER")
    for name, value in (("NAME", "Owner"), ("EMAIL", "owner@example.org"))
}
# Run by the project's Python, which has its driver.
SESSION = """
import psycopg, sys
url, statement = sys.argv[1:]
alone = " DATABASE " in statement  # no transaction may hold these
with psycopg.connect(url, autocommit=alone) as connection:
    connection.execute(statement)
    print("done", flush=True)
    sys.stdin.read()
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
    scaffold = str(Path(sys.executable).with_name("scaffold"))
    printed = run(folder.parent, scaffold, "new", folder.name, "--defaults", *flags)
    _, _, following = printed.partition("Next:\n")
    return [re.split(r" {2,}", line.strip())[0].split() for line in following.splitlines()]


def _written(answer: str | list[str]) -> str:
    return answer if isinstance(answer, str) else ",".join(answer) or "none"


class Database:
    """A real database, for as long as the block lasts."""

    def __init__(self, project: Path) -> None:
        self.python = str(project / ".venv/bin/python")
        self.process = subprocess.Popen(
            [self.python, "-m", "dev", "sh", "-c", 'echo "$DATABASE_URL"; exec cat'],
            cwd=project,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.server = self.process.stdout.readline().strip()
        self.created: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for name in self.created:
            self.execute(self.server, f"DROP DATABASE {name} WITH (FORCE)")
        self.process.communicate(timeout=60)

    def create(self, name: str) -> str:
        """The URL of a new, empty database. Gone when the block ends."""
        own = f"{name}_{os.getpid()}"  # the server may be one that others use
        self.execute(self.server, f"CREATE DATABASE {own}")
        self.created.append(own)
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{own}"))

    def execute(self, url: str, statement: str) -> None:
        with self.session(url, statement):
            pass

    @contextlib.contextmanager
    def session(self, url: str, statement: str) -> Iterator[None]:
        """A transaction that did `statement` and is still open; committed at the end."""
        holder = subprocess.Popen(
            [self.python, "-c", SESSION, url, statement],
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


class Service:
    """`app serve` on a port of its own. Ended by SIGTERM when the block ends."""

    def __init__(self, project: Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = project.parent / f"{project.name}-{self.port}.log"
        own = {"PORT": str(self.port), "DRAIN_DELAY_SECONDS": "0"} | settings
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [project / ".venv/bin/app", "serve"],
                cwd=project,
                env=environment(**own),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def __enter__(self) -> Self:
        try:
            self.wait_until("/health", 200)
        except AssertionError as error:
            self.__exit__()
            raise AssertionError(self.log.read_text()) from error
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

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
