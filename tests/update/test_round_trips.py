"""From any combination of answers to the next one and back: nothing stays, nothing is missing.

Each combination is rendered once, and a plan is given the renders that it asks for. A plan knows
the whole tree that is to be, so nothing is committed here: from the tree that `set` makes the way
back is the same as from that of `scaffold new`, if they are one.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scaffold.choices import words
from scaffold.choices.questions import NONE, Answer
from scaffold.commands.check import check
from scaffold.commands.diff import diff
from scaffold.template import releases, rendering
from scaffold.update import plan, project
from scaffold.update.project import Project
from tests import ROOT
from tests.cli.conftest import DEFAULTS, SCAFFOLD, execute
from tests.combinations import CHOICES, QUESTIONNAIRE, combinations
from tests.generated.process import run
from tests.template.conftest import compile_each_source_once  # noqa: F401 for all that is here
from tests.update.service import state

Answers = Mapping[str, Any]
NAMED = {"project_name": "myservice", "description": "A backend service."}
EVERY: dict[str, Answers] = {name: NAMED | each for name, each in combinations().items()}

# In CI the questions on the service meet one another in full, those around it by turns.
SERVICE, AROUND = ("framework", "database", "auth"), ("deploy", "ci")
COMMON = {"deploy": ["compose"], "ci": "github-actions"}
PLAIN = [name for name, answers in EVERY.items() if answers.items() >= COMMON.items()]


def changed(one: str, other: str) -> list[str]:
    """The questions that two combinations answer differently."""
    return [key for key in CHOICES if EVERY[one][key] != EVERY[other][key]]


NEXT = {
    name: [other for other in EVERY if len(changed(name, other)) == 1] for name in EVERY
}  # by one answer


def by_turn(name: str) -> str:
    around = [other for other in NEXT[name] if changed(name, other)[0] in AROUND]
    turn = sum(list(CHOICES[key]).index(EVERY[name][key]) for key in SERVICE)
    return around[turn % len(around)]


TURNS = [(name, by_turn(name)) for name in PLAIN]
IN_CI = {
    *((name, other) for name in PLAIN for other in NEXT[name] if other in PLAIN),
    *TURNS,
    *((other, name) for name, other in TURNS),
}


def in_ci(name: str, is_in_ci: bool) -> Any:
    return pytest.param(name, marks=[pytest.mark.full] * (not is_in_ci))


def ways() -> Iterator[Any]:
    """Where one answer leads from each combination; what CI leaves out under the name `…-rest`."""
    for name, others in NEXT.items():
        tried = [other for other in others if (name, other) in IN_CI]
        rest = [other for other in others if other not in tried]
        if tried:
            yield pytest.param(name, tried, id=name)
        yield pytest.param(name, rest, id=f"{name}-rest", marks=pytest.mark.full)


@pytest.fixture(scope="module")
def render(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a combination's render."""

    @cache
    def render(name: str) -> Path:
        folder = tmp_path_factory.mktemp("rendered") / "myservice"
        rendering.render(ROOT, folder, EVERY[name])
        return folder

    return render


@pytest.fixture(scope="module")
def make(
    tmp_path_factory: pytest.TempPathFactory, render: Callable[[str], Path]
) -> Callable[[str], Project]:
    """A project as `scaffold new` commits it."""

    @cache
    def make(name: str) -> Project:
        folder = tmp_path_factory.mktemp("made") / "myservice"
        shutil.copytree(render(name), folder, symlinks=True)
        run(folder, "git", "init", "--quiet")
        run(folder, "git", "add", "--all")
        run(folder, "git", "commit", "--quiet", "--message", "Start")
        return project.find(folder)

    return make


@pytest.fixture(autouse=True)
def rendered_once(monkeypatch: pytest.MonkeyPatch, render: Callable[[str], Path]) -> None:
    def rendered(release: str, answers: Answers) -> nullcontext[Path]:
        assert release == releases.current()
        [name] = [name for name, each in EVERY.items() if each == answers]
        return nullcontext(render(name))

    monkeypatch.setattr(plan, "rendered", rendered)


@pytest.mark.parametrize("name", [in_ci(name, name in PLAIN) for name in EVERY])
def test_what_was_just_made_is_current_and_clean(
    make: Callable[[str], Project], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    made = make(name)

    after = planned(made, name)
    check(folder=made.folder)  # refuses what is not clean
    diff(folder=made.folder)

    assert after == tree(made)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("name", "others"), [*ways()])
def test_another_answer_gives_what_it_gives_from_the_start(
    make: Callable[[str], Project], name: str, others: list[str]
) -> None:
    found = {other: planned(make(name), other) for other in others}

    assert found == {other: tree(make(other)) for other in others}


def planned(from_: Project, name: str) -> str:
    with plan.make(from_, from_.release, EVERY[name]) as made:
        assert (made.conflicts, made.kept, made.in_the_way, made.notes) == ((), (), (), ())
        return made.after


def tree(found: Project) -> str:
    return found.repository.line("rev-parse", "HEAD^{tree}")


def test_whatever_can_be_added_can_be_removed_again() -> None:
    """With the files, as above: each is another answer."""
    for answers in EVERY.values():
        for word in absent(answers):
            added = words.joined(QUESTIONNAIRE, answers, [word])
            removed = words.left(QUESTIONNAIRE, added, [word])

            assert added != answers
            assert removed == answers


def absent(answers: Answers) -> list[str]:
    """What can be added: where several are taken, or none is."""
    return [
        f"{question.key}={choice}"
        for question in QUESTIONNAIRE.questions
        if question.several or answers[question.key] == NONE
        for choice in question.values
        if choice not in answers[question.key]
    ]


CHANGES: dict[str, Answers] = {  # of what `--defaults` makes: one of each question
    "set framework=flask": {"framework": "flask"},
    "add jwt": {"auth": "jwt"},
    "remove kubernetes": {"deploy": ["compose"]},
    "set database=mysql": {"database": "mysql"},
    "remove github-actions": {"ci": "none"},
    "set project_name=billing description=Invoices.": {
        "project_name": "billing",
        "description": "Invoices.",
    },
}


def test_the_commands_lead_there_and_back(tmp_path: Path, environment: dict[str, str]) -> None:
    folder = tmp_path / "myservice"

    def scaffold(*words: str, cwd: Path = folder) -> str:
        done = execute([SCAFFOLD, *words], cwd, environment)
        assert done.returncode == 0, done
        return done.stdout

    scaffold("new", "myservice", "--defaults", "--no-lock", cwd=tmp_path)
    first, answers = files(folder), {**DEFAULTS}
    scaffold("check")
    assert scaffold("diff") == ""
    assert json.loads(scaffold("update", "--dry-run", "--json"))["data"]["done"] == "nothing"
    for change, chosen in CHANGES.items():
        answers = {**answers, **chosen}
        rendering.render(ROOT, tmp_path / change / "myservice", answers)
        scaffold(*change.split())

        assert files(folder) == files(tmp_path / change / "myservice")
    scaffold("set", *(f"{key}={written(DEFAULTS[key])}" for key in DEFAULTS))

    assert files(folder) == first


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {name: found for name, found in state(folder).items() if not name.startswith(".git/")}


def written(answer: Answer) -> str:
    return answer if isinstance(answer, str) else ",".join(answer)
