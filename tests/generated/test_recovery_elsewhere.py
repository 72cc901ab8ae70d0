"""MariaDB and SQLite are lost for good; docs/recovery.md brings them back, by its own words."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.generated.conftest import Make
from tests.generated.load import ITEMS, Load, written
from tests.generated.process import Service, environment
from tests.generated.test_recovery import commands

pytestmark = pytest.mark.full
CALL = 'recovery() { sh deploy/recovery/recovery.sh "$@"; }\n'


class Lost:
    """What is pasted from the page of a project, beside a database that can be lost."""

    def __init__(self, project: Path, folder: Path, **settings: str) -> None:
        self.project, self.backups = project, folder / "backups"
        self.backups.mkdir()
        self.settings = environment(
            PATH=f"{project / '.venv/bin'}:{os.environ['PATH']}:/usr/sbin",
            BACKUPS=str(self.backups),
            REHEARSAL=str(folder / "rehearsal"),
            EVERY_SECONDS="1",
            **settings,
        )

    def paste(self, heading: str, **settings: str) -> str:
        script = CALL + commands(self.project / "docs/recovery.md", heading)
        done = subprocess.run(
            ["sh", "-ec", script],
            cwd=self.project,
            env=self.settings | settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return f"{done.stdout}exit {done.returncode}\n"

    def url(self) -> str:
        return self.settings["DATABASE_URL"]

    @contextlib.contextmanager
    def keeping(self, newest: str) -> Iterator[None]:
        keeper = subprocess.Popen(
            ["sh", "deploy/recovery/recovery.sh", "keep"], cwd=self.project, env=self.settings
        )
        try:
            until = time.monotonic() + 30
            while not list(self.backups.glob(newest)):
                assert keeper.poll() is None
                assert time.monotonic() < until
                time.sleep(0.1)
            yield
        finally:
            keeper.terminate()
            keeper.wait(30)


class MariaDB:
    """A server of its own. The service's account has the rights that the project gives it."""

    def __init__(self, project: Path, folder: Path) -> None:
        self.project, self.folder = project, folder
        self.data, self.socket = folder / "data", folder / "socket"

    def make(self) -> None:
        install = ["mariadb-install-db", "--no-defaults", "--skip-test-db"]
        where = [*self.as_root(), f"--datadir={self.data}"]
        normal = "--auth-root-authentication-method=normal"
        subprocess.run([*install, *where, normal], check=True, capture_output=True)
        options = f"--defaults-file={self.project / 'deploy/recovery/server.cnf'}"
        files = [f"--socket={self.socket}", f"--pid-file={self.folder / 'pid'}"]
        server = shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin")
        self.process = subprocess.Popen(
            [str(server), options, *where, *files, "--skip-networking"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 60
        while self.execute("DO 1", check=False).returncode:
            assert time.monotonic() < until
            time.sleep(0.1)
        self.execute("CREATE DATABASE app; CREATE USER app; GRANT ALL ON app.* TO app")
        self.execute((self.project / "deploy/recovery/grants.sql").read_text())

    def as_root(self) -> list[str]:
        return ["--user=root"] if os.geteuid() == 0 else []

    def execute(self, statement: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        client = ["mariadb", "--no-defaults", "--user=root", f"--socket={self.socket}", "-N"]
        return subprocess.run(
            [*client, f"--execute={statement}"], capture_output=True, text=True, check=check
        )

    def lose(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)
        shutil.rmtree(self.data)


def lose_under_load(lost: Lost, newest: str, lose: Callable[[], None]) -> None:
    run_app(lost, "migrate")
    with Service(lost.project, DATABASE_URL=lost.url()) as service:
        service.wait_until("/ready", 200, 30)
        with lost.keeping(newest), Load(lambda: service.url, retrying=False) as load:
            load.goes_on(30)
            told = dict(load.acknowledged)
            time.sleep(5)  # a copy each second, or a stream
            said = lost.paste("Rehearse")
        assert "lost: the changes of" in said, said
        assert said.endswith("exit 0\n"), said
    lose()

    said = lost.paste("Restore")
    assert said.endswith("exit 0\n"), said
    said = lost.paste("Check")
    assert said.endswith("exit 0\n"), said

    with Service(lost.project, DATABASE_URL=lost.url()) as service:
        service.wait_until("/ready", 200, 30)
        found = written(service.url, load.mark)
        assert len(found) == len(dict(found))
        assert told.items() <= dict(found).items()
        with service.client() as client:
            assert client.post(ITEMS, json={"name": "anew"}).status_code == 201


def run_app(lost: Lost, command: str) -> None:
    subprocess.run(["app", command], cwd=lost.project, env=lost.settings, check=True)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lost-") as folder:
        yield Path(folder)


@pytest.fixture
def mariadb(make: Make, folder: Path) -> Iterator[MariaDB]:
    server = MariaDB(make("mysql-none").folder, folder)
    server.make()
    yield server
    server.process.kill()
    server.process.wait(30)


@pytest.fixture
def of_mariadb(mariadb: MariaDB) -> Lost:
    return Lost(
        mariadb.project,
        mariadb.folder,
        SERVER=f"--user app --socket {mariadb.socket}",
        DATABASE_URL=f"mysql://app@localhost/app?unix_socket={mariadb.socket}",
    )


@pytest.fixture
def of_sqlite(make: Make, folder: Path) -> Lost:
    return Lost(
        make("sqlite-none").folder, folder, DATABASE_URL=f"sqlite:///{folder / 'data/app.db'}"
    )


def test_a_mariadb_that_was_lost_comes_back_with_all_that_was_acknowledged(
    mariadb: MariaDB, of_mariadb: Lost
) -> None:
    def lose() -> None:
        mariadb.lose()
        mariadb.make()

    lose_under_load(of_mariadb, "full/2*.sql", lose)


def test_a_delete_in_mariadb_by_accident_is_taken_back_and_damage_noticed(
    mariadb: MariaDB, of_mariadb: Lost
) -> None:
    mariadb.execute("CREATE TABLE app.things (id int); INSERT INTO app.things VALUES (1)")
    with of_mariadb.keeping("full/2*.sql"):
        mariadb.execute("INSERT INTO app.things VALUES (2); FLUSH BINARY LOGS")
        mariadb.execute("INSERT INTO app.things VALUES (3); FLUSH BINARY LOGS")
        mariadb.execute("INSERT INTO app.things VALUES (4)")
        time.sleep(2)
        moment = time.strftime("%Y-%m-%d %H:%M:%S+00", time.gmtime())
        time.sleep(1)
        mariadb.execute("DELETE FROM app.things")
        time.sleep(2)
    log = sorted((of_mariadb.backups / "log").iterdir())[-2]
    whole = log.read_bytes()

    log.write_bytes(whole[:300] + b"\xff\xff" + whole[302:])
    assert "is damaged" in of_mariadb.paste("Rehearse")
    log.unlink()
    assert "lacks changes" in of_mariadb.paste("Rehearse")
    log.write_bytes(whole)
    assert "holds tables" in of_mariadb.paste("Restore")
    said = of_mariadb.paste("Restore to a moment", moment=moment)

    assert said.endswith("exit 0\n"), said
    rows = mariadb.execute("SELECT id FROM app.things ORDER BY id").stdout
    assert rows.split() == ["1", "2", "3", "4"]


def test_an_sqlite_that_was_lost_comes_back_with_all_that_was_acknowledged(
    of_sqlite: Lost, folder: Path
) -> None:
    data = folder / "data"
    data.mkdir()

    def lose() -> None:
        shutil.rmtree(data)
        data.mkdir()

    lose_under_load(of_sqlite, "2*.db", lose)


def test_a_damaged_or_old_copy_of_sqlite_is_noticed_and_a_running_service_not_overwritten(
    of_sqlite: Lost, folder: Path
) -> None:
    (folder / "data").mkdir()
    run_app(of_sqlite, "migrate")
    with of_sqlite.keeping("2*.db"):
        time.sleep(1)
    assert "holds a database" in of_sqlite.paste("Restore")
    moment = time.strftime("%Y-%m-%d %H:%M:%S+00", time.gmtime())
    with Service(of_sqlite.project, DATABASE_URL=of_sqlite.url()) as service:
        service.wait_until("/ready", 200, 30)
        assert "the service runs" in of_sqlite.paste("Restore to a moment", moment=moment)

    assert of_sqlite.paste("Restore to a moment", moment=moment).endswith("exit 0\n")
    time.sleep(2)
    assert "is too old" in of_sqlite.paste("Rehearse", RPO_SECONDS="1")
    newest = max(of_sqlite.backups.glob("2*.db"))
    newest.write_bytes(newest.read_bytes()[:-5] + b"12345")
    assert "is damaged" in of_sqlite.paste("Rehearse")
