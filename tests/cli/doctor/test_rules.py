import re
import sys
from pathlib import Path
from time import monotonic

import pytest

from scaffold.choices.questions import Answers
from scaffold.doctor import examine, find
from scaffold.doctor.finding import Place, Variable, look
from scaffold.doctor.services import database, hidden, redis, shown
from scaffold.doctor.settings import unknown
from tests import ROOT

ANSWERS: Answers = {"database": "sqlite", "deploy": []}
DOTENV = """\
# remark=1
PLAIN=one
 export SPACED = two words  # and a remark
SINGLE='three # 3'  # quoted
DOUBLE="four"
EMPTY=
PLAIN=last
not an assignment
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name in ("ENVIRONMENT", "DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return Place(tmp_path, ANSWERS)


def test_dotenv_is_read_as_the_service_reads_it(place: Place) -> None:
    (place.folder / ".env").write_text(DOTENV)

    assert place.dotenv == {
        "PLAIN": Variable("last", 7),
        "SPACED": Variable("two words", 3),
        "SINGLE": Variable("three # 3", 4),
        "DOUBLE": Variable("four", 5),
        "EMPTY": Variable("", 6),
    }
    assert place.variable("EMPTY") is None


def test_the_environment_wins_and_dotenv_counts_in_development_alone(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place.folder / ".env").write_text("DATABASE_URL=sqlite:///a.db\nENVIRONMENT=staging\n")

    assert (place.environment, place.variable("DATABASE_URL")) == (
        "staging",
        Variable("sqlite:///a.db", 1),
    )
    monkeypatch.setenv("DATABASE_URL", "sqlite:///b.db")
    assert place.variable("DATABASE_URL") == Variable("sqlite:///b.db", None)
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("ENVIRONMENT", "production")
    assert place.variable("DATABASE_URL") is None


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("postgresql://ada:secret@db.example:5432/svc", "postgresql://db.example:5432/svc"),
        ("postgresql+psycopg://ada@db/svc?password=secret#x", "postgresql+psycopg://db/svc"),
        ("postgresql://ada:se/c?r#et@@db/svc", "postgresql://db/svc"),
        ("postgresql://postgres:@/postgres?host=/run/pg", "postgresql:///postgres"),
        ("redis://:secret@[::1]:6379/0", "redis://[::1]:6379/0"),
        ("sqlite:////var/lib/svc/app.db", "sqlite:////var/lib/svc/app.db"),
        ("secret", "what it is set to"),
        ("ada:secret://db/svc", "what it is set to"),
    ],
)
def test_of_an_address_no_secret_is_shown(url: str, seen: str) -> None:
    assert shown(url) == seen


@pytest.mark.parametrize("password", ["s3cret", "s%33cret", "a:s3cret", "s3/cret", "@s3cret"])
def test_no_driver_tells_the_password(password: str) -> None:
    url = f"postgresql://ada:{password}@db/svc"

    told = hidden(f"cannot reach {url}, tried {password}, s3cret and cret", url)

    assert "s3cret" not in told
    assert "3/cret" not in told


def test_what_does_not_end_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    waiting = "import time; time.sleep(100)"
    program = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {waiting!r}])"
    began = monotonic()

    found = look([sys.executable, "-c", f"{program}; {waiting}"], tmp_path, 2.0)
    nothing = look(["no-such-command"], tmp_path, 1.0)

    assert found
    assert (found.code, found.last, nothing) == (None, "no answer in 2 s", None)
    assert monotonic() - began < 30


def test_a_file_of_sqlite_that_is_not_there_is_not_made(place: Place) -> None:
    (place.folder / ".env").write_text("DATABASE_URL=sqlite:///data/app.db\n")

    [found] = database(place)

    assert (found.state, found.fix) == ("warning", "make migrate")
    assert [path.name for path in place.folder.iterdir()] == [".env"]


def test_before_the_service_is_installed_nothing_of_it_is_asked(place: Place) -> None:
    (place.folder / ".env").write_text(
        "DATABASE_URL=postgresql://ada:secret@127.0.0.1:1/svc\nREDIS_URL=redis://127.0.0.1:1\n"
    )

    told = "was not asked: the service is not installed yet"
    assert [(each.state, each.found, each.fix) for each in (*database(place), *redis(place))] == [
        ("warning", f"postgresql://127.0.0.1:1/svc {told}", "make setup"),
        ("warning", f"redis://127.0.0.1:1 {told}", "make setup"),
    ]


def test_a_key_is_known_by_the_settings_the_example_or_compose(place: Place) -> None:
    (place.folder / "app").mkdir()
    (place.folder / "app/settings.py").write_text("class Settings:\n    of_the_class: int = 1\n")
    (place.folder / ".env.example").write_text("OF_THE_EXAMPLE=1\n# COMMENTED_OUT=1\n")
    (place.folder / "compose.yaml").write_text("ports: ['${OF_COMPOSE:-1}']\n")
    names = ("OF_THE_CLASS", "OF_THE_EXAMPLE", "COMMENTED_OUT", "OF_COMPOSE", "of_the_class")
    (place.folder / ".env").write_text("".join(f"{name}=1\n" for name in names))

    assert [(each.state, each.found) for each in unknown(place)] == [
        ("ok", "each of the 5 in .env is read")
    ]


def test_the_page_names_every_rule() -> None:
    folder = ROOT
    sources = "".join(path.read_text() for path in (folder / "src/scaffold/doctor").glob("*.py"))
    told = re.findall(r'Finding\(\s*"([a-z-]+)"(?: if \w+ else "([a-z-]+)")?', sources)

    page = (folder / "docs/reference/doctor.md").read_text()

    rows = re.findall(r"^\| `([a-z-]+)` \| \S", page, re.MULTILINE)
    assert sorted(rows) == sorted({name for names in told for name in names if name})


def test_outside_of_a_project_its_settings_are_nobodys(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/svc")
    (place.folder / ".env").write_text("STRANGE=1\n")

    found = [*examine(find(place.folder))]

    assert {each.rule for each in found} <= {"git", "git-identity", "python", "make"}
