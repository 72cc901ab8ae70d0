import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from uv import find_uv_bin

from tests.cli.conftest import BARE, Run, execute, tree

ROOT = Path(__file__).parents[2]
IDENTITY = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a wheel, in an environment of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    uv("build", "--wheel", "--python", sys.executable, "--out-dir", folder, ROOT, path=folder)
    [wheel] = folder.glob("*.whl")
    uv("venv", "--python", sys.executable, folder / "venv", path=folder)
    uv("pip", "install", "--python", folder / "venv", wheel, path=folder)
    return folder / "venv/bin/scaffold"


def uv(*words: str | Path, path: Path) -> None:
    """Run uv where no git can be found: building and installing need none."""
    command: Sequence[str | Path] = [find_uv_bin(), *words]
    subprocess.run(command, env=os.environ | {"PATH": str(path)}, check=True)


def test_the_wheel_makes_the_same_service_as_the_checkout(
    installed: Path, scaffold: Run, desk: Path, environment: dict[str, str]
) -> None:
    done = execute([installed, "new", "one/myservice", *BARE], desk, environment)
    scaffold("new", "two/myservice", *BARE)

    assert done.returncode == 0
    assert tree(desk / "one/myservice") == tree(desk / "two/myservice")


def test_the_wheel_makes_a_locked_and_committed_service(
    installed: Path, desk: Path, environment: dict[str, str]
) -> None:
    done = execute([installed, "new", "myservice", "--defaults"], desk, environment)

    assert done.returncode == 0
    assert '"Start myservice"' in done.stderr
    assert (desk / "myservice/uv.lock").exists()


def test_an_installation_from_git_remembers_its_commit(
    tmp_path: Path, desk: Path, environment: dict[str, str]
) -> None:
    repository = tmp_path / "repository"
    shutil.copytree(ROOT, repository, ignore=shutil.ignore_patterns(".git", ".venv", ".*_cache"))
    for words in (["init", "-q"], ["add", "-A"], [*IDENTITY, "commit", "-q", "-m", "one"]):
        subprocess.run(["git", *words], cwd=repository, check=True)
    head = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=repository, text=True).strip()
    venv = tmp_path / "venv"
    subprocess.run([find_uv_bin(), "venv", venv], check=True)
    install = ["pip", "install", "--python", str(venv), f"git+file://{repository}"]
    subprocess.run([find_uv_bin(), *install], check=True)

    done = execute([venv / "bin/scaffold", "new", "myservice", *BARE], desk, environment)

    assert done.returncode == 0
    assert f"_commit: {head}\n" in (desk / "myservice/.copier-answers.yml").read_text()
