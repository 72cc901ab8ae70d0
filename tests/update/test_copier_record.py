"""What plain `copier update` does with the same cases: a record, not a wish.

A red line here says that Copier has changed; test_losses.py says what `scaffold` does instead.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest
from copier import run_copy

from scaffold.template.rendering import ANSWERS_FILE
from tests.update.cases import CASES, MINE
from tests.update.service import Done, Service, run, state
from tests.update.toys import OLD, Installation, answers_of

TO_POSTGRESQL = ("--vcs-ref", ":current:", "--data", "database=postgresql")
WORDS = {
    "2c rejects ignored": ("--conflict", "rej"),
    "9a another database and a part": (*TO_POSTGRESQL, "--data", "parts=[redis]"),
    "9b another database, edits elsewhere": TO_POSTGRESQL,
    "9c another database": TO_POSTGRESQL,
    "9c' another database, much alike": TO_POSTGRESQL,
    "9f a part less": ("--vcs-ref", ":current:", "--data", "parts=[]"),
}


@dataclass(frozen=True)
class Outcome:
    status: str  # what git says afterwards, but for the answers file
    answers: str = ""
    code: int = 0
    loses: bool = False  # the owner's words are nowhere in the folder any more


RECORD = {
    "10 rendered and ignored": Outcome(" M a.txt", loses=True),
    "10b rendered, ignored, changed": Outcome("", loses=True),
    "10c ignored and skipped, then gone": Outcome(" M a.txt", loses=True),
    "10d rendered, ignored, then gone": Outcome(" M a.txt", loses=True),
    "13 mine, ignored, then rendered": Outcome(" M a.txt", loses=True),
    "3b edited, then gone": Outcome(" D a.txt", loses=True),
    "4 edited, then renamed": Outcome(" D old.txt | ?? new.txt", loses=True),
    "4b edited, renamed past likeness": Outcome(" D old.txt | ?? new.txt", loses=True),
    "9c another database": Outcome(
        " D db_sqlite.txt |  M main.txt | ?? db_postgresql.txt",
        answers="database: postgresql parts: []",
        loses=True,
    ),
    "9c' another database, much alike": Outcome(
        " D db_sqlite.txt | ?? db_postgresql.txt", answers="database: postgresql", loses=True
    ),
    "9f a part less": Outcome(
        " M main.txt |  D redis.txt", answers="database: sqlite parts: []", loses=True
    ),
    "8c skipped, then gone": Outcome(" D CHANGELOG.md |  M a.txt", loses=True),
    "41 binary on both sides": Outcome(" M logo.png", loses=True),
    "2c rejects ignored": Outcome(" M a.txt"),
    "14a question renamed": Outcome(" M a.txt |  M answers.txt", answers="database: pg"),
    "14b question renamed, told": Outcome(" M a.txt |  M answers.txt", answers="database: pg"),
    "15a choice renamed": Outcome(" M a.txt |  M answers.txt", answers="database: sqlite"),
    "15b choice renamed, told": Outcome(" M a.txt |  M answers.txt", answers="database: sqlite"),
    "20a one of several gone": Outcome(" M a.txt |  M answers.txt", answers="parts: []"),
    "20b validator stricter": Outcome(" M a.txt |  M answers.txt", answers="name: abc"),
    "20c another kind of question": Outcome(
        " M a.txt |  M answers.txt", answers="database: - sqlite"
    ),
    "18 new question, active default": Outcome(
        " M a.txt |  M answers.txt", answers="name: x telemetry: yes-please"
    ),
    "16 question hidden for a while": Outcome(
        " M a.txt", answers="database: postgresql pool: ninety"
    ),
    "21 answers edited by hand": Outcome("", answers="database: postgresql parts: []"),
    "21b nonsense edited by hand": Outcome("", answers="database: oracle parts: []", code=1),
    "5 deleted by its owner": Outcome(""),
    "6 renamed by its owner": Outcome(""),
    "8 skipped": Outcome(""),
    "26 random default": Outcome(" M a.txt"),
    "26b random, never asked": Outcome("UU a.txt"),
    "38 a folder becomes a file": Outcome("", code=1),
    "38b an edited folder becomes a file": Outcome("", code=1),
    "1 nothing edited": Outcome(" M a.txt | ?? b.txt"),
    "2d edits near each other": Outcome(" M a.txt"),
    "2f the same edit": Outcome(" M b.txt"),
    "3a gone, never edited": Outcome(" D a.txt"),
    "7 both add": Outcome("UU b.txt"),
    "9a another database and a part": Outcome(
        " D db_sqlite.txt |  M main.txt | ?? db_postgresql.txt | ?? redis.txt",
        answers="database: postgresql parts: - redis",
    ),
    "9b another database, edits elsewhere": Outcome(
        " D db_sqlite.txt |  M main.txt | ?? db_postgresql.txt",
        answers="database: postgresql parts: []",
    ),
    "17 secret": Outcome(" M a.txt", answers="name: x"),
    "36 newly excluded": Outcome(" M b.txt"),
    "37 a file becomes a folder": Outcome("", code=1),
    "37b an edited file becomes a folder": Outcome("", code=1),
    "42 empty and endless": Outcome(" M empty.txt |  M endless.txt"),
    "2e both append": Outcome("UU a.txt"),
    "9d neighbouring dependencies": Outcome("UU a.txt"),
    "39 line ends": Outcome("UU a.txt"),
    "40 formatted": Outcome("UU a.py"),
    "package renamed": Outcome(" M app/main.txt"),
    "package copied and dropped": Outcome(" M app/main.txt"),
}


def test_every_case_has_a_record() -> None:
    assert RECORD.keys() == CASES.keys()


@pytest.mark.filterwarnings("ignore::copier.errors.CopierWarning")
@pytest.mark.parametrize("name", CASES)
def test_plain_copier(name: str, tmp_path: Path, environment: dict[str, str]) -> None:
    service = copied(name, tmp_path, environment)
    had = has_mine(service)

    done = service.copier(*WORDS.get(name, ()))

    assert outcome(service, done, had=had) == RECORD[name]


def test_plain_copier_forgets_a_hidden_answer(tmp_path: Path, environment: dict[str, str]) -> None:
    service = copied("16 question hidden for a while", tmp_path, environment)
    for database in ("sqlite", "postgresql"):
        service.copier("--vcs-ref", ":current:", "--data", f"database={database}")
        service.commit()

    assert "pool: five\n" in answers_of(service.folder)


def test_plain_copier_ignores_an_answer_to_no_question(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    service = copied("1 nothing edited", tmp_path, environment)

    done = service.copier("--data", "nonsense=1")

    assert done.code == 0
    assert "nonsense" not in done.err + answers_of(service.folder)


def test_plain_copier_records_a_floating_tag(tmp_path: Path, environment: dict[str, str]) -> None:
    service = copied("1 nothing edited", tmp_path, environment)
    clone = service.installation.clone()
    run(
        ["git", "tag", "--annotate", "--message", "floating", "v2", "v2.0.0^{}"], clone, environment
    )

    service.copier()

    assert "_commit: v2\n" in answers_of(service.folder)


def test_plain_copier_cannot_update_what_a_dirty_template_made(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    service = copied("1 nothing edited", tmp_path, environment)
    (service.installation.clone() / "template/a.txt").write_text("not committed\n")
    service.copier("--vcs-ref", "HEAD")
    service.commit()
    assert "_commit: v2.0.0-1-g" in answers_of(service.folder)

    done = service.copier()

    assert done.code == 1
    assert "Unknown revision" in done.err


def copied(name: str, tmp_path: Path, environment: dict[str, str]) -> Service:
    """The service of a case as `copier copy` makes it from the bundle."""
    case = CASES[name]
    installation = Installation.make(tmp_path / "installation", case.releases(), case.upgrades)
    folder = tmp_path / "svc"
    run_copy(
        str(installation.clone()),
        folder,
        data=dict(case.answers),
        vcs_ref=OLD,
        defaults=True,
        quiet=True,
    )
    service = Service(folder, installation, environment, folder)
    service.git("init", "--quiet")
    service.commit("Start")
    service.edit(case.edits)
    return service


def outcome(service: Service, done: Done, *, had: bool) -> Outcome:
    lines = service.status().splitlines()
    answers = answers_of(service.folder).partition("_src_path")[2].splitlines()[1:]
    return Outcome(
        " | ".join(line for line in lines if ANSWERS_FILE not in line),
        " ".join(line.strip() for line in answers if not line.startswith(("salt", "  "))),
        done.code,
        had and not has_mine(service),
    )


def has_mine(service: Service) -> bool:
    return any(MINE.encode() in content for _, content in state(service.folder).values())
