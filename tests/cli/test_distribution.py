import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from uv import find_uv_bin

from tests import ROOT
from tests.cli.conftest import BARE, Run, execute, tree
from tools.release import bundle

READ_OLDER = """
import pathlib, sys
from scaffold.template import releases
print(*releases.names(), sep="\\n")
with releases.source("v98.0.0") as folder:
    pathlib.Path(sys.argv[1]).write_bytes((folder / "template/older.txt").read_bytes())
"""
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
    repository = copied(tmp_path / "repository")
    (repository / "template/AGENTS.md").write_text("Not yet released.\n")
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


# The releases


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work tree with two more releases, the last one of its template: no repository."""
    folder = copied(tmp_path_factory.mktemp("tarball") / "service-scaffold")
    older = tmp_path_factory.mktemp("older")
    shutil.copy(folder / "copier.yml", older)
    (older / "template").mkdir()
    (older / "template/older.txt").write_text("older\n")
    sources = {"v98.0.0": older, "v99.0.0": folder}
    bundle(sources, folder / "releases/template.bundle")
    return folder


@pytest.fixture(scope="module")
def unpacked(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the tarball's sdist, found to be that of the tarball, as pip unpacks it."""
    folder = tmp_path_factory.mktemp("packages")
    python = ("--python", sys.executable)
    uv("build", *python, "--out-dir", folder / "sdist", tarball, path=folder)
    uv("build", *python, "--wheel", "--out-dir", folder / "direct", tarball, path=folder)
    [wheel], [direct] = (folder / "sdist").glob("*.whl"), (folder / "direct").glob("*.whl")
    assert wheel.read_bytes() == direct.read_bytes()
    target = folder / "unpacked"
    uv("pip", "install", "--no-deps", *python, "--target", target, wheel, path=folder)
    return target


@pytest.mark.parametrize("installation", ["tarball", "unpacked"])
def test_every_release_travels_with_the_command(
    installation: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder: Path = request.getfixturevalue(installation)
    code = folder / "src" if installation == "tarball" else folder

    done = execute(
        [sys.executable, "-c", READ_OLDER, str(tmp_path / "read.txt")],
        tmp_path,
        os.environ | {"PYTHONPATH": str(code)},
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-2:] == ["v98.0.0", "v99.0.0"]
    assert (tmp_path / "read.txt").read_text() == "older\n"


def copied(folder: Path) -> Path:
    """The work tree without its repository."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".git", ".venv", ".*_cache"))
    return folder
