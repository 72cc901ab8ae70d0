"""What releases/upgrades.yml says, to whom, and whether it is true."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold import distribution
from scaffold.choices import answers, questions
from scaffold.choices.questions import Answers
from scaffold.errors import Refusal
from scaffold.template import releases, rendering, upgrades
from scaffold.template.upgrades import Entry, Upgrade
from tests.cli.conftest import DEFAULTS

Write = Callable[[str], None]

UPGRADES = """\
- version: 0.1.0
- version: 0.2.0
  renames:
    - {from: app/a.py, to: app/b.py}
    - {from: app/tokens.py, to: app/jwt.py, when: {auth: [jwt, oidc]}}
  removed: [{path: app/c.py, why: nothing reads it, when: {deploy: kubernetes, auth: jwt}}]
  environment: [{from: OLD, to: NEW}, {from: GONE, when: {deploy: [compose, bare]}}]
- version: 0.10.0
  breaking: [{what: Keys have a prefix., when: {auth: api-key}}]
  manual: [{do: Run `app purge`.}]
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """An installation whose upgrades.yml is this."""
    monkeypatch.setattr(distribution, "releases", lambda: tmp_path)

    def write(text: str) -> None:
        (tmp_path / "upgrades.yml").write_text(text)

    return write


def test_a_project_is_told_what_applies_to_it_of_every_release_on_its_way(write: Write) -> None:
    write(UPGRADES)

    found = upgrades.between("v0.1.0", "v0.10.0", {"auth": "jwt", "deploy": ["kubernetes"]})

    assert found == [
        Upgrade(
            version="0.2.0",
            renames={"app/a.py": "app/b.py", "app/tokens.py": "app/jwt.py"},
            removed={"app/c.py": "nothing reads it"},
            environment={"OLD": "NEW"},
            breaking=[],
            manual=[],
        ),
        Upgrade("0.10.0", {}, {}, {}, breaking=[], manual=["Run `app purge`."]),
    ]


def test_a_choice_among_several_is_enough(write: Write) -> None:
    write(UPGRADES)

    [found] = upgrades.between("v0.1.0", "v0.2.0", {"auth": "none", "deploy": ["compose"]})

    assert found.renames == {"app/a.py": "app/b.py"}
    assert found.removed == {}
    assert found.environment == {"OLD": "NEW", "GONE": None}


@pytest.mark.parametrize(
    ("old", "new", "versions"),
    [
        ("v0.1.0", "v0.1.0", []),
        ("v0.2.0", "v0.10.0", ["0.10.0"]),
        ("v0.2.1", "v0.9.9", []),
        ("v0.1.0", "v0.2.0.dev0+1a2b3c4d", ["0.2.0"]),
        ("v0.2.0.dev0+1a2b3c4d", "v0.2.0", ["0.2.0"]),
        ("v0.2.0+1a2b3c4d", "v0.10.0", ["0.10.0"]),
    ],
)
def test_a_release_under_development_changes_what_its_version_will(
    write: Write, old: str, new: str, versions: list[str]
) -> None:
    write(UPGRADES)

    assert [found.version for found in upgrades.between(old, new, {})] == versions


def test_answers_move_along_when_questions_and_choices_get_other_names(write: Write) -> None:
    write("""\
- version: 0.2.0
  answers: [{from: db, to: database}, {from: {deploy: k8s}, to: {deploy: kubernetes}}]
- version: 0.3.0
  answers:
    - {from: {database: pg}, to: {database: postgresql}}
    - {from: {framework: starlette-jwt}, to: {framework: starlette, auth: jwt}}
""")
    project: Answers = {"db": "pg", "deploy": ["k8s", "compose"], "framework": "starlette-jwt"}

    assert upgrades.migrated(project, "v0.1.0", "v0.3.0") == {
        "database": "postgresql",
        "deploy": ["compose", "kubernetes"],
        "framework": "starlette",
        "auth": "jwt",
    }
    assert upgrades.migrated(project, "v0.3.0", "v0.3.0") == project


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "a: [",
            (
                "while parsing a flow node\nexpected the node content, but found '<stream end>'\n"
                '  in "<byte string>", line 1, column 5:\n    a: [\n        ^'
            ),
        ),
        ("version: 0.1.0", "no list of releases"),
        ("- 0.1.0", "an entry without a `version` such as 0.2.0: 0.1.0"),
        ("- version: 0.1", "an entry without a `version` such as 0.2.0: {'version': 0.1}"),
        ("- version: v0.1.0", "an entry without a `version` such as 0.2.0: {'version': 'v0.1.0'}"),
        ("- version: 0.10.0\n- version: 0.9.0", "0.9.0 stands after 0.10.0"),
        ("- version: 0.1.0\n- version: 0.1.0", "0.1.0 stands after 0.1.0"),
        (
            "- version: 0.1.0\n  rename: []",
            f"0.1.0 has `rename`; there are {', '.join(upgrades.PARTS)}",
        ),
        ("- version: 0.1.0\n  renames: {from: a, to: b}", "`renames` of 0.1.0 is no list"),
        (
            "- version: 0.1.0\n  renames: [{from: a}]",
            "not from and to in `renames` of 0.1.0: {'from': 'a'}",
        ),
        (
            "- version: 0.1.0\n  removed: [{path: a, why: b, if: c}]",
            "not path and why in `removed` of 0.1.0: {'path': 'a', 'why': 'b', 'if': 'c'}",
        ),
        ("- version: 0.1.0\n  manual: [Run it.]", "not do in `manual` of 0.1.0: Run it."),
        (
            "- version: 0.1.0\n  manual: [{do: 1}]",
            "neither text nor choices in `manual` of 0.1.0: {'do': 1}",
        ),
        (
            "- version: 0.1.0\n  manual: [{do: ''}]",
            "neither text nor choices in `manual` of 0.1.0: {'do': ''}",
        ),
        (
            "- version: 0.1.0\n  manual: [{do: a, when: jwt}]",
            (
                "`when` does not name choices by question in `manual` of 0.1.0: "
                "{'do': 'a', 'when': 'jwt'}"
            ),
        ),
        (
            "- version: 0.1.0\n  manual: [{do: a, when: {auth: yes}}]",
            (
                "`when` does not name choices by question in `manual` of 0.1.0: "
                "{'do': 'a', 'when': {'auth': True}}"
            ),
        ),
        (
            "- version: 0.1.0\n  answers: [{from: a, to: {b: c}}]",
            "neither text nor choices in `answers` of 0.1.0: {'from': 'a', 'to': {'b': 'c'}}",
        ),
    ],
)
def test_a_file_that_is_not_as_it_must_be_is_refused(
    write: Write, tmp_path: Path, text: str, problem: str
) -> None:
    write(text)

    with pytest.raises(Refusal) as caught:
        upgrades.read(tmp_path)

    assert caught.value.message == f"{tmp_path}/upgrades.yml is not well-formed: {problem}"
    assert caught.value.hint == "docs/how-to/release.md says how it is written"


@pytest.mark.parametrize("text", ["", "[]\n", "- version: 0.1.0\n"])
def test_a_release_may_have_nothing_to_say(write: Write, text: str) -> None:
    write(text)

    assert upgrades.between("v0.0.1", "v0.1.0", {}) == []


# The file that is shipped


def test_the_shipped_file_has_an_entry_for_every_release_and_perhaps_the_next() -> None:
    versions = [entry.version for entry in upgrades.read(distribution.releases())]
    released = [name.removeprefix("v") for name in releases.recorded(distribution.releases())]

    assert versions[: len(released)] == released
    assert len(versions) <= len(released) + 1


def test_the_shipped_file_tells_the_truth(tmp_path: Path) -> None:
    last = None
    for entry in upgrades.read(distribution.releases()):
        name = f"v{entry.version}"
        new = name if name in releases.names() else releases.current()
        assert lies(entry, last, new, tmp_path) == []
        last = new


def test_an_untrue_line_is_found(tmp_path: Path) -> None:
    now = releases.current()
    [entry] = upgrades.entries(
        yaml.safe_load("""
- version: 0.1.0
  renames: [{from: app/main.py, to: app/nowhere.py}, {from: app/nothing.py, to: app/main.py}]
  removed: [{path: Dockerfile, why: no reason, when: {deploy: compose}}]
  environment: [{from: SECRET_KEY, to: SECRET}, {from: NO_SETTING}]
  breaking: [{what: something, when: {auth: magic}}]
""")
    )

    assert len(lies(entry, now, now, tmp_path)) == 6


def lies(entry: Entry, old: str | None, new: str, folder: Path) -> list[str]:
    """The lines that are not true of the releases they lie between."""
    changes = [(part, line) for part in upgrades.PARTS for line in entry.lines[part]]
    if not changes:
        return []
    assert old, "nothing came before the first release"
    return [
        f"{part}: {line}"
        for part, line in changes
        if not is_true(part, line, projects(old, new, line.get("when", {}), folder))
    ]


def is_true(part: str, line: Mapping[str, Any], pairs: Iterator[tuple[Path, Path]]) -> bool:
    """Of at least one project, and untrue of none."""
    found = [is_true_of(old, new, part, line) for old, new in pairs]
    return found != [] and all(found)


def is_true_of(old: Path, new: Path, part: str, line: Mapping[str, Any]) -> bool:
    match part:
        case "renames":
            gone = has(old, line["from"]) and not has(new, line["from"])
            return gone and has(new, line["to"])
        case "removed":
            return has(old, line["path"]) and not has(new, line["path"])
        case "environment":
            gone = reads(old, line["from"]) and not reads(new, line["from"])
            return gone and ("to" not in line or reads(new, line["to"]))
        case _:
            return True


def has(project: Path, path: str) -> bool:
    return (project / path).exists()


def reads(project: Path, name: str) -> bool:
    listed = (project / ".env.example").read_text()
    return re.search(rf"^#? ?{name}=", listed, re.MULTILINE) is not None


def projects(
    old: str, new: str, when: Mapping[str, Any], folder: Path
) -> Iterator[tuple[Path, Path]]:
    """A project of each choice that the line is for, as each release renders it."""
    wanted = [[(key, value) for value in questions.choices_in(when[key])] for key in when]
    for given in product(*wanted):
        before, after = (render(release, dict(given), folder) for release in (old, new))
        if before and after:
            yield before, after


def render(release: str, given: Mapping[str, str], folder: Path) -> Path | None:
    """Once for all lines; nothing where the release has not these choices."""
    made = folder / release / ("+".join(f"{key}={given[key]}" for key in given) or "defaults")
    if made.exists():
        return made
    with releases.source(release) as source:
        questionnaire = questions.read(source, "myservice")
        taken = {
            key: [value] if questionnaire[key].several else value for key, value in given.items()
        }
        for key, value in given.items():
            if value not in questionnaire[key].values:
                return None
        chosen = answers.complete(questionnaire, taken, defaults=True)
        rendering.render(source, made, chosen, release)
    return made


# The answers of earlier releases


def test_what_a_release_asked_and_got_is_accepted_today() -> None:
    today = questions.read(distribution.source(), "myservice")

    for release in releases.names():
        for given in answers_of(release):
            kept = upgrades.migrated(given, release, releases.current())
            assert answers.complete(today, kept, defaults=True).items() >= kept.items()


def answers_of(release: str) -> Iterator[Answers]:
    """The defaults, and every choice of every question beside them."""
    with releases.source(release) as source:
        asked = questions.read(source, "myservice")
        defaults = answers.complete(asked, {}, defaults=True)
        yield defaults
        for question in asked.questions:
            for value in question.values:
                given = {question.key: [value] if question.several else value}
                yield answers.complete(asked, given, defaults=True)


def test_the_defaults_of_today_are_known() -> None:
    assert next(answers_of(releases.current())) == DEFAULTS
