"""Every case in which updating a project is known to lose work, or to be wrong in silence.

A case is a release, the next one, and what the owner did in between. The same cases run on
`scaffold` (test_losses.py) and on plain Copier (test_copier_record.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.choices.questions import Answers
from tests.update.toys import (
    DATABASE,
    LAYERED,
    LINES,
    NEW,
    OLD,
    PARTS,
    Edit,
    Files,
    Toy,
    lines_of,
    question,
)

ONE: Answers = {"database": "sqlite"}
SQLITE: Answers = {"database": "sqlite", "parts": []}
IGNORE: Files = {".gitignore": "local.txt\n*.rej\n"}


def line(number: int, text: str, lines: str = LINES) -> str:
    """The twenty lines with another text in one of them."""
    return lines.replace(f"line {number}\n", f"{text}\n")


MINE, THEIRS = "words of mine", "words of theirs"
IMAGE = b"\x89PNG\r\n\x1a\n\x00\x00"
UGLY = "def f( a ):\n    return {'a':a ,\n     'b' : [1,2,\n   3]}\n\n\n\nX = 'x'\n"
FORMATTED = 'def f(a):\n    return {"a": a, "b": [1, 2, 3]}\n\n\nX = "x"\n'


@dataclass(frozen=True)
class Case:
    before: Files
    after: Files  # what the next release changes
    edits: Edit = field(default_factory=dict)
    questions: str = ""
    questions_after: str | None = None
    answers: Answers = field(default_factory=dict)
    upgrades: str = "[]\n"

    def releases(self) -> Mapping[str, Toy]:
        old = Toy(self.before, self.questions)
        return {OLD: old, NEW: old.then(self.after, self.questions_after)}


ALIKE: Files = {
    "{% if database == 'sqlite' %}db_sqlite.txt{% endif %}": "sqlite\n" + LINES,
    "{% if database == 'postgresql' %}db_postgresql.txt{% endif %}": "postgresql\n" + LINES,
}


def _layered(edits: Edit, answers: Answers = SQLITE) -> Case:
    return Case(LAYERED, {}, edits, DATABASE + PARTS, answers=answers)


def _asked(before: str, after: str, answers: Answers, upgrades: str = "[]\n") -> Case:
    files = {"answers.txt.jinja": _answers(before), "a.txt": LINES}
    changes = {"answers.txt.jinja": _answers(after), "a.txt": line(2, THEIRS)}
    return Case(files, changes, {}, before, after, answers, upgrades)


def _answers(questions: str) -> str:
    """A file that tells every answer."""
    keys = re.findall(r"(?m)^(\w+):", questions)
    return "".join(f"{key}={{{{ {key} | default('') }}}}\n" for key in keys)


def _renamed(case: Case, upgrades: str) -> Case:
    return Case(**{**vars(case), "upgrades": f"- version: 2.0.0\n  {upgrades}\n"})


def _crlf(folder: Path) -> None:
    text = (folder / "a.txt").read_bytes()
    (folder / "a.txt").write_bytes(text.replace(b"\n", b"\r\n"))


def _rename_package(folder: Path) -> None:
    (folder / "app/items").rename(folder / "app/orders")


def _copy_and_drop_package(folder: Path) -> None:
    (folder / "app/orders").mkdir()
    for path in (folder / "app/items").iterdir():
        text = path.read_text().replace("item", "order")
        (folder / "app/orders" / path.name).write_text(text)
        path.unlink()
    (folder / "app/items").rmdir()


def _rename(folder: Path) -> None:
    (folder / "a.txt").rename(folder / "b.txt")


PACKAGE: Files = {
    "app/items/routes.txt": "items routes\n" + LINES,
    "app/items/models.txt": "items models\n" + LINES + LINES,
    "app/main.txt": "items\n" + LINES,
}
PACKAGE_AFTER: Files = {
    "app/items/routes.txt": "items routes\n" + line(9, THEIRS),
    "app/main.txt": "items\n" + line(18, THEIRS),
}
_RENAMED_QUESTION = _asked(
    question("db", "sqlite", "sqlite", "pg"),
    question("database", "pg", "sqlite", "pg"),
    {"db": "sqlite"},
)
_RENAMED_CHOICE = _asked(
    question("database", "sqlite", "sqlite", "pg"),
    question("database", "sqlite", "sqlite", "postgresql"),
    {"database": "pg"},
)
_SECRET = question("name", "x") + question("key", "none", secret="true")

CASES: dict[str, Case] = {
    # Lost from the disk: git had never seen the file.
    "10 rendered and ignored": Case(
        {**IGNORE, "local.txt": "the template's\n", "a.txt": LINES},
        {"a.txt": line(2, THEIRS)},
        {"local.txt": MINE},
    ),
    "10b rendered, ignored, changed": Case(
        {**IGNORE, "local.txt": "the template's\n"},
        {"local.txt": "the template's, newer\n"},
        {"local.txt": MINE},
    ),
    "10c ignored and skipped, then gone": Case(
        {**IGNORE, "local.txt": "the template's\n", "a.txt": LINES},
        {"local.txt": None, "a.txt": line(2, THEIRS)},
        {"local.txt": MINE},
        questions="_skip_if_exists: [local.txt]\n",
    ),
    "10d rendered, ignored, then gone": Case(
        {**IGNORE, "local.txt": "the template's\n", "a.txt": LINES},
        {"local.txt": None, "a.txt": line(2, THEIRS)},
        {"local.txt": MINE},
    ),
    "13 mine, ignored, then rendered": Case(
        {**IGNORE, "a.txt": LINES},
        {"local.txt": "the template's\n", "a.txt": line(2, THEIRS)},
        {"local.txt": MINE},
    ),
    # Lost from the work tree.
    "3b edited, then gone": Case(
        {"a.txt": LINES, "b.txt": LINES}, {"a.txt": None}, {"a.txt": line(3, MINE)}
    ),
    "4 edited, then renamed": Case(
        {"old.txt": LINES},
        {"old.txt": None, "new.txt": line(15, THEIRS)},
        {"old.txt": line(3, MINE)},
    ),
    "4b edited, renamed past likeness": Case(
        {"old.txt": LINES},
        {"old.txt": None, "new.txt": "".join(f"other {n}\n" for n in range(9)) + LINES[-40:]},
        {"old.txt": MINE + "\n" + LINES},
        upgrades="- version: 2.0.0\n  renames: [{from: old.txt, to: new.txt}]\n",
    ),
    "9c another database": _layered({"db_sqlite.txt": MINE + "\n" + lines_of("sqlite")}),
    "9c' another database, much alike": Case(
        ALIKE, {}, {"db_sqlite.txt": "sqlite\n" + line(9, MINE)}, DATABASE, answers=ONE
    ),
    "9f a part less": _layered(
        {"redis.txt": MINE + "\n" + lines_of("redis")}, {"database": "sqlite", "parts": ["redis"]}
    ),
    "8c skipped, then gone": Case(
        {"CHANGELOG.md": "# Changes\n", "a.txt": LINES},
        {"CHANGELOG.md": None, "a.txt": line(2, THEIRS)},
        {"CHANGELOG.md": "# Changes\n\n" + MINE},
        questions="_skip_if_exists: [CHANGELOG.md]\n",
    ),
    "41 binary on both sides": Case(
        {"logo.png": IMAGE + b"one"},
        {"logo.png": IMAGE + b"theirs"},
        {"logo.png": IMAGE + MINE.encode()},
    ),
    "2c rejects ignored": Case(
        {**IGNORE, "a.txt": LINES}, {"a.txt": line(3, THEIRS)}, {"a.txt": line(3, MINE)}
    ),
    # Wrong in silence.
    "14a question renamed": _RENAMED_QUESTION,
    "14b question renamed, told": _renamed(
        _RENAMED_QUESTION,
        "answers: [{from: {db: sqlite}, to: {database: sqlite}}]",
    ),
    "15a choice renamed": _RENAMED_CHOICE,
    "15b choice renamed, told": _renamed(
        _RENAMED_CHOICE, "answers: [{from: {database: pg}, to: {database: postgresql}}]"
    ),
    "20a one of several gone": _asked(
        PARTS, question("parts", "[]", "redis", several=True), {"parts": ["redis", "celery"]}
    ),
    "20b validator stricter": _asked(
        question("name", "abc"),
        question("name", "abc", validator="{{ '' if name | length < 5 else 'too long' }}"),
        {"name": "abcdefg"},
    ),
    "20c another kind of question": _asked(
        question("database", "sqlite", "sqlite", "pg"),
        question("database", "[sqlite]", "sqlite", "mysql", several=True),
        {"database": "pg"},
    ),
    "18 new question, active default": _asked(
        question("name", "x"),
        question("name", "x") + question("telemetry", "yes-please", "yes-please", "no-thanks"),
        {"name": "x"},
    ),
    "16 question hidden for a while": _asked(
        DATABASE + question("pool", "five", when="{{ database == 'postgresql' }}"),
        DATABASE + question("pool", "five", when="{{ database == 'postgresql' }}"),
        {"database": "postgresql", "pool": "ninety"},
    ),
    "21 answers edited by hand": _layered(
        lambda folder: _replace(
            folder / ".copier-answers.yml", "database: sqlite", "database: postgresql"
        )
    ),
    "21b nonsense edited by hand": _layered(
        lambda folder: _replace(
            folder / ".copier-answers.yml", "database: sqlite", "database: oracle"
        )
    ),
    "5 deleted by its owner": Case(
        {"a.txt": LINES, "b.txt": LINES}, {"a.txt": line(3, THEIRS)}, {"a.txt": None}
    ),
    "6 renamed by its owner": Case(
        {"a.txt": LINES, "c.txt": "c\n"}, {"a.txt": line(3, THEIRS)}, _rename
    ),
    "8 skipped": Case(
        {"CHANGELOG.md": LINES},
        {"CHANGELOG.md": line(3, THEIRS)},
        {"CHANGELOG.md": line(12, MINE)},
        questions="_skip_if_exists: [CHANGELOG.md]\n",
    ),
    "26 random default": Case(
        {"a.txt.jinja": LINES + "{{ salt }}\n"},
        {"a.txt.jinja": line(3, THEIRS) + "{{ salt }}\n"},
        questions=question("salt", '"{{ range(99999) | random }}"'),
    ),
    "26b random, never asked": Case(
        {"a.txt.jinja": LINES + "{{ salt }}\n"},
        {"a.txt.jinja": line(3, THEIRS) + "{{ salt }}\n"},
        questions='salt: {type: str, when: false, default: "{{ range(99999) | random }}"}\n',
    ),
    "38 a folder becomes a file": Case(
        {"conf/a.txt": LINES, "b.txt": LINES}, {"conf/a.txt": None, "conf": "one file\n"}
    ),
    "38b an edited folder becomes a file": Case(
        {"conf/a.txt": LINES, "b.txt": LINES},
        {"conf/a.txt": None, "conf": "one file\n"},
        {"conf/a.txt": line(3, MINE)},
    ),
    # Fine, and it has to stay so.
    "1 nothing edited": Case({"a.txt": LINES}, {"a.txt": line(3, THEIRS), "b.txt": "new\n"}),
    "2d edits near each other": Case(
        {"a.txt": LINES}, {"a.txt": line(5, THEIRS)}, {"a.txt": line(3, MINE)}
    ),
    "2f the same edit": Case(
        {"a.txt": LINES, "b.txt": LINES},
        {"a.txt": line(3, "both"), "b.txt": line(3, THEIRS)},
        {"a.txt": line(3, "both")},
    ),
    "3a gone, never edited": Case({"a.txt": LINES, "b.txt": LINES}, {"a.txt": None}),
    "7 both add": Case({"a.txt": LINES}, {"b.txt": "the template's\n"}, {"b.txt": MINE}),
    "9a another database and a part": _layered({}),
    "9b another database, edits elsewhere": _layered(
        {"main.txt": line(3, MINE) + "sqlite\n" + LINES + "\n" + LINES, "same.txt": line(3, MINE)}
    ),
    "17 secret": Case(
        {"a.txt.jinja": LINES + "{{ key }}\n"},
        {"a.txt.jinja": line(3, THEIRS) + "{{ key }}\n"},
        lambda folder: _replace(folder / "a.txt", "none\n", MINE + "\n"),
        questions=_SECRET,
    ),
    "36 newly excluded": Case(
        {"a.txt": LINES, "b.txt": LINES},
        {"b.txt": line(3, THEIRS)},
        {"a.txt": line(3, MINE)},
        questions_after="_exclude: [a.txt]\n",
    ),
    "37 a file becomes a folder": Case({"conf": "one file\n"}, {"conf": None, "conf/a.txt": LINES}),
    "37b an edited file becomes a folder": Case(
        {"conf": LINES}, {"conf": None, "conf/a.txt": "other\n"}, {"conf": line(3, MINE)}
    ),
    "42 empty and endless": Case(
        {"empty.txt": "", "endless.txt": LINES + "end"},
        {"empty.txt": "no longer\n", "endless.txt": line(3, THEIRS) + "end"},
        {"endless.txt": line(12, MINE) + "end"},
    ),
    # Conflicts, or nearly.
    "2e both append": Case({"a.txt": LINES}, {"a.txt": LINES + THEIRS}, {"a.txt": LINES + MINE}),
    "9d neighbouring dependencies": Case(
        {"a.txt": 'needs = [\n  "b",\n  "d",\n]\n'},
        {"a.txt": 'needs = [\n  "b",\n  "c",\n  "d",\n]\n'},
        {"a.txt": 'needs = [\n  "b",\n  "bb",\n  "d",\n]\n'},
    ),
    "39 line ends": Case({"a.txt": LINES}, {"a.txt": line(3, THEIRS)}, _crlf),
    "40 formatted": Case(
        {"a.py": UGLY, "pyproject.toml": "[tool.ruff]\nline-length = 100\n"},
        {"a.py": UGLY.replace("'x'", "'y'")},
        {"a.py": FORMATTED},
    ),
    "package renamed": Case(PACKAGE, PACKAGE_AFTER, _rename_package),
    "package copied and dropped": Case(PACKAGE, PACKAGE_AFTER, _copy_and_drop_package),
}


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
