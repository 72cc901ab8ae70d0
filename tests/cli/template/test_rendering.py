"""Two doors, one result: `scaffold new` and `copier copy` give the same files."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from pytest_copie.plugin import Copie

from scaffold import distribution
from scaffold.choices.questions import Answers
from scaffold.template import releases
from tests import BIN
from tests.cli.conftest import BARE, DEFAULTS, Run, execute, flags, tree

ANSWERS = DEFAULTS | {
    "project_name": "billing",
    "description": "Sends invoices: weekly, 'on time' & in full.",
}
COMBINATIONS: list[Answers] = [
    ANSWERS | {"auth": "jwt", "deploy": ["compose", "kubernetes"]},
    ANSWERS | {"auth": "api-key", "deploy": ["kubernetes"], "ci": "none"},
    ANSWERS | {"database": "sqlite", "deploy": ["compose"]},
    ANSWERS | {"database": "sqlite", "deploy": [], "ci": "none"},
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The template as a plain folder."""
    folder = tmp_path / "source"
    shutil.copytree(distribution.source() / "template", folder / "template")
    shutil.copy(distribution.source() / "copier.yml", folder)
    return folder


def copy(
    source: Path, desk: Path, environment: dict[str, str], answers: Answers
) -> subprocess.CompletedProcess[str]:
    """`copier copy` to the folder `two`."""
    data = [
        f"--data={key}={value if isinstance(value, str) else json.dumps(value)}"
        for key, value in answers.items()
    ]
    return execute([BIN / "copier", "copy", "--defaults", *data, source, "two"], desk, environment)


def same_but_provenance(files: dict[str, bytes]) -> dict[str, bytes]:
    """`files`, with only the answers left in the answers file."""
    lines = files[".copier-answers.yml"].splitlines(keepends=True)
    own = b"".join(line for line in lines if not line.startswith((b"_commit:", b"_src_path:")))
    return files | {".copier-answers.yml": own}


def test_pytest_copie_gets_the_same_files(
    scaffold: Run, desk: Path, source: Path, copie: Copie
) -> None:
    scaffold("new", "billing", "--no-git", "--no-lock", *flags(ANSWERS))

    result = copie.copy(extra_answers=dict(ANSWERS), template_dir=source)

    assert (result.exit_code, result.exception) == (0, None)
    assert result.project_dir is not None
    copied = same_but_provenance(tree(result.project_dir))
    assert copied == same_but_provenance(tree(desk / "billing"))


@pytest.mark.parametrize("answers", COMBINATIONS)
def test_copier_copy_gets_the_same_files(
    scaffold: Run, desk: Path, source: Path, environment: dict[str, str], answers: Answers
) -> None:
    scaffold("new", "one", "--no-git", "--no-lock", *flags(answers))

    done = copy(source, desk, environment, answers)

    assert done.returncode == 0
    assert same_but_provenance(tree(desk / "two")) == same_but_provenance(tree(desk / "one"))


def test_copier_copy_refuses_incompatible_answers(
    desk: Path, source: Path, environment: dict[str, str]
) -> None:
    done = copy(source, desk, environment, {"database": "sqlite", "deploy": ["kubernetes"]})

    assert done.returncode != 0
    assert "cannot run on `sqlite`: replicas cannot share a file" in done.stderr
    assert not (desk / "two").exists()


def test_copier_copy_of_a_release_asks_for_no_trust_and_gets_the_same_files(
    scaffold: Run, desk: Path, source: Path, environment: dict[str, str]
) -> None:
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"], ["tag", "v0.1.0.dev0"]):
        subprocess.run(["git", *words], cwd=source, env=environment, check=True)
    scaffold("new", "one/myservice", *BARE)

    copier = [str(BIN / "copier"), "copy", "--defaults", f"git+file://{source}", "two/myservice"]
    done = execute(copier, desk, environment)

    one, two = tree(desk / "one/myservice"), tree(desk / "two/myservice")
    assert done.returncode == 0
    assert same_but_provenance(one) == same_but_provenance(two)
    assert b"_commit: v0.1.0.dev0\n_src_path: git+file://" in two[".copier-answers.yml"]


def test_both_doors_name_a_project_after_its_folder(
    scaffold: Run, desk: Path, source: Path, environment: dict[str, str]
) -> None:
    (desk / "one/My_Service").mkdir(parents=True)
    (desk / "two/My_Service").mkdir(parents=True)

    scaffold("new", ".", *BARE, cwd=desk / "one/My_Service")
    copier = [str(BIN / "copier"), "copy", "--defaults", str(source), "."]
    execute(copier, desk / "two/My_Service", environment)

    one, two = tree(desk / "one/My_Service"), tree(desk / "two/My_Service")
    assert b"\nproject_name: my-service\n" in one[".copier-answers.yml"]
    assert same_but_provenance(one) == same_but_provenance(two)


def test_the_answers_file_says_where_the_template_lives(scaffold: Run, desk: Path) -> None:
    scaffold("new", "myservice", *BARE)

    assert (desk / "myservice/.copier-answers.yml").read_text() == (
        "# Written by the template: `scaffold` and `copier` read it to update this project. "
        "Do not edit.\n"
        f"_commit: {releases.current()}\n"
        "_src_path: https://github.com/service-scaffold/service-scaffold\n"
        "auth: none\n"
        "ci: github-actions\n"
        "database: postgresql\n"
        "deploy:\n"
        "- compose\n"
        "- kubernetes\n"
        "description: A backend service.\n"
        "framework: fastapi\n"
        "project_name: myservice\n"
    )


def test_the_users_settings_for_copier_do_not_leak_in(
    scaffold: Run, desk: Path, home: Path
) -> None:
    scaffold("new", "one/myservice", *BARE)
    settings = home / ".config/copier/settings.yml"
    settings.parent.mkdir(parents=True)
    settings.write_text("defaults:\n  description: Leaked.\n  framework_fastapi: ''\n  store: ''\n")

    scaffold("new", "two/myservice", *BARE)

    assert tree(desk / "two/myservice") == tree(desk / "one/myservice")


def test_the_project_is_as_readable_as_a_folder_made_by_hand(scaffold: Run, desk: Path) -> None:
    (desk / "by-hand").mkdir()

    scaffold("new", "myservice", *BARE)

    assert (desk / "myservice").stat().st_mode == (desk / "by-hand").stat().st_mode
