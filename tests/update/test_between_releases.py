"""A project that was made from a commit between two releases, as pip and Copier name one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scaffold import distribution
from scaffold.template.rendering import ANSWERS_FILE
from tests.update.service import Service, start
from tests.update.toys import DATABASE, LINES, NEW, OLD, Installation, Toy, answers_of

Name = Callable[[str], str]

BETWEEN = Toy({"main.txt.jinja": "{{ database }}\n", "same.txt": LINES}, DATABASE)
NAMES = {
    "pip": lambda commit: commit,
    "copier": lambda commit: f"{OLD}-2-g{commit[:9]}",
}


@pytest.fixture
def service(tmp_path: Path, environment: dict[str, str]) -> Service:
    """Of the release before, still; its home knows where the template's repository is."""
    toys = {
        OLD: BETWEEN.then({"same.txt": LINES + "earlier\n"}),
        NEW: BETWEEN.then({"new.txt": LINES}),
    }
    installation = Installation.make(tmp_path / "installation", toys)
    return start(installation, tmp_path / "desk/svc", environment, {"database": "sqlite"})


@pytest.fixture
def commit(service: Service, tmp_path: Path) -> str:
    """Of the repository, after the first release."""
    repository = tmp_path / "repository"
    BETWEEN.write(repository)
    (repository / "pyproject.toml").write_text('[project]\nversion = "2.0.0.dev0"\n')
    there = ("-C", str(repository))
    service.git(*there, "init", "--quiet")
    service.git(*there, "add", "--all")
    service.git(*there, "commit", "--quiet", "--message=Between")
    service.git("config", "--global", f"url.{repository}.insteadOf", distribution.repository())
    return service.git(*there, "rev-parse", "HEAD").strip()


def remade(service: Service, release: str) -> Service:
    """The project as the commit renders it."""
    service.git("update-ref", "-d", "HEAD")
    answers = answers_of(service.folder).replace(OLD, release)
    service.edit({ANSWERS_FILE: answers, "same.txt": LINES})
    return service


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_it_takes_the_next_release_and_keeps_its_edits(
    service: Service, commit: str, name: Name
) -> None:
    project = remade(service, name(commit))
    project.edit({"same.txt": LINES + "mine\n"})
    before = project.scaffold("check", "--updates", "--json")

    done = project.update()

    assert (before.code, before.error) == (10, "outdated")
    assert (done.code, done.changes) == (0, {ANSWERS_FILE: "updated", "new.txt": "new"})
    assert project.text("same.txt") == LINES + "mine\n"
    assert f"_commit: {NEW}\n" in answers_of(project.folder)
    assert project.scaffold("check", "--json").code == 0


def test_its_answers_change_on_the_commit_that_it_is_on(service: Service, commit: str) -> None:
    project = remade(service, commit)

    done = project.choose("database=postgresql")

    assert (done.code, project.text("main.txt")) == (0, "postgresql\n")
    assert f"_commit: {commit}\n" in answers_of(project.folder)


def test_an_earlier_release_is_no_update(service: Service, commit: str) -> None:
    project = remade(service, commit)

    done = project.update("--to", "1.0.0")

    assert done.told == (
        2,
        f"1.0.0 is older than {commit}, which this project is on",
        "there is no way back by an update: revert the commit of the one that brought it here",
    )


def test_where_the_repository_cannot_be_read_it_stays_as_it_is(service: Service) -> None:
    project = remade(service, "a1" * 20)
    before = project.standing()

    done = project.update()

    assert done.told == (
        3,
        f"this `scaffold` does not have the release {'a1' * 20}",
        (
            f"it is a commit of {distribution.repository()}, where git could not read it: "
            "transport 'https' not allowed"
        ),
    )
    assert project.standing() == before
