"""What holds for every file of the repository, and between the files that tools read."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests import BIN, ROOT

CONSTRAINTS = (ROOT / "constraints.txt").read_text()
# A class of one letter keeps a pattern from finding itself.
REGISTRY = re.compile(r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs|-index-ur[l]|--find-link[s]")
MACHINE = re.compile(r"/(home|Users)/[a-z]|/roo[t]/|[A-Z]:\\Users")
UNFINISHED = re.compile(r"\bTO[D]O\b|\bFIX[M]E\b|\bXX[X]\b")


@pytest.mark.parametrize("pattern", [REGISTRY, MACHINE, UNFINISHED], ids=lambda p: p.pattern)
def test_no_file_names_a_registry_or_a_machine_or_is_unfinished(pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in text_files()
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if pattern.search(line)
    ]

    assert found == []


def test_no_lock_file_is_committed() -> None:
    locks = {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml"}

    assert [path for path in files() if path.name in locks] == []


def test_ci_runs_the_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    [command] = re.findall(r"^```sh\n(scripts/\S+)\n```$", readme, re.MULTILINE)

    shebang, line = (ROOT / ".ci/run").read_text().splitlines()

    assert shebang == "#!/bin/sh"
    assert line == f'exec "$(dirname "$0")/../{command}"'


def test_every_test_is_run() -> None:
    """The suite of the contract is run by tests/generated, which has services to run it against."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    run = settings["tool"]["pytest"]["ini_options"]["testpaths"]
    parts = {"/".join(path.relative_to(ROOT).parts[:2]) for path in ROOT.glob("tests/**/test_*.py")}

    assert parts - {"tests/contract"} == set(run)


def test_the_linter_leaves_out_no_module_but_those_of_the_template() -> None:
    """They are linted as they are rendered."""
    ruff = BIN / "ruff"
    listed = subprocess.run(
        [ruff, "check", "--show-files"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    modules = {str(path) for path in files() if path.suffix == ".py"}

    left_out = {str(Path(path).relative_to(ROOT)) for path in modules - {*listed.stdout.split()}}

    assert "template/app/errors.py" in left_out
    assert {path for path in left_out if not path.startswith("template/")} == set()


def test_who_may_not_install_is_told_what_is_missing(tmp_path: Path) -> None:
    for tool in ("sh", "paste", "git"):
        (tmp_path / tool).symlink_to(which(tool))
    (tmp_path / "python3").symlink_to(Path(sys.executable).resolve())
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "id").chmod(0o755)

    done = subprocess.run(
        [ROOT / "scripts/prerequisites"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        check=False,
        text=True,
    )

    missing = "make curl redis-server zsh fish mariadb-server-core mariadb-client-core docker.io"
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        f"error: this machine lacks {missing}\n"
        f"hint: on Debian and Ubuntu `sudo apt-get install {missing}`"
    )


@pytest.mark.parametrize("script", [".ci/run", "scripts/prerequisites", "scripts/test"])
def test_a_script_is_executable(script: str) -> None:
    assert (ROOT / script).stat().st_mode & 0o111 == 0o111


def test_every_requirement_is_pinned_to_a_version_that_satisfies_it() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = pyproject["project"]["dependencies"] + pyproject["dependency-groups"]["dev"]

    unmet = [line for line in declared if not is_pinned(Requirement(line))]

    assert unmet == []


def test_every_pin_has_a_hash() -> None:
    assert [pin.name for pin, hashes in pins() if not hashes] == []


def which(tool: str) -> str:
    path = shutil.which(tool)
    assert path
    return path


def is_pinned(wanted: Requirement) -> bool:
    versions = [
        exact.version for pin, _ in pins() for exact in pin.specifier if pin.name == wanted.name
    ]
    return versions != [] and all(wanted.specifier.contains(version) for version in versions)


def pins() -> Iterator[tuple[Requirement, list[str]]]:
    for block in re.split(r"^(?=[a-z0-9])", CONSTRAINTS, flags=re.MULTILINE)[1:]:
        yield (
            Requirement(block.splitlines()[0].removesuffix("\\")),
            re.findall(r"--hash=sha256:[0-9a-f]{64}", block),
        )


def text_files() -> Iterator[Path]:
    for path in files():
        if b"\0" not in path.read_bytes():
            yield path


def files() -> list[Path]:
    """All that is committed or would be by `git add --all`, whoever owns the checkout."""
    git = ["git", "-c", "safe.directory=*"]
    listed = subprocess.run(
        [*git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if (ROOT / name).is_file()]
