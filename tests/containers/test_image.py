"""The image, as `docker build` makes it of the Dockerfile as it stands."""

import json
import re
import shutil
import tarfile
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import IO

import pytest

from tests import BIN
from tests.containers.conftest import PLANTED
from tests.containers.stack import Engine, Stack
from tests.generated.process import SECRET_KEY, run

TOOLS = ["uv", "uvx", "pip", "pip3", "cc", "gcc", "g++", "make", "git", "curl"]
SECRETS = {PurePath(name).name for name in (".env", *PLANTED)}
BUILDS = r"(^|/)(\.git|uv|uvx|gcc|cc|make)$|(^|/)\.git/|/cache/(uv|pip)/|/pip/__init__\.py$"
# Run in the image.
FOUND = "import shutil, sys; print([t for t in sys.argv[1:] if shutil.which(t)])"
IMPORTABLE = """
import sys
from importlib.util import find_spec
print([m for m in sys.argv[1:] if find_spec(m)])
"""
DISTRIBUTIONS = """
from importlib.metadata import distributions
for each in distributions():
    if each.read_text("direct_url.json") is None:  # not the project itself
        print(each.name.lower().replace("_", "-") + "==" + each.version)
"""


@pytest.fixture
def spoiled(stack: Stack, tmp_path: Path) -> str:
    """An image of root's, with a secret that a later layer deletes."""
    folder = tmp_path / "spoiled"
    shutil.copytree(stack.folder, folder, ignore=shutil.ignore_patterns(".venv", ".git"))
    dockerfile = folder / "Dockerfile"
    copied = f"RUN echo {SECRET_KEY} >/app/.env\nRUN rm /app/.env\n"
    dockerfile.write_text(re.sub(r"(?m)^USER .*\n", copied, dockerfile.read_text()))
    built = stack.engine.build(folder, "spoiled")
    assert built.returncode == 0, built.stderr
    return "spoiled"


def test_it_runs_as_a_numbered_user_and_not_as_root(stack: Stack, spoiled: str) -> None:
    assert is_unprivileged(stack.engine, stack.image)
    assert not is_unprivileged(stack.engine, spoiled)


def is_unprivileged(engine: Engine, image: str) -> bool:
    configured = engine.inspect(image)["Config"]["User"]
    ids = engine.output("run", "--rm", image, "sh", "-c", "id -u; id -g").split()
    return configured == ":".join(ids) and "0" not in ids


def test_it_starts_the_service_without_a_shell(stack: Stack) -> None:
    config = stack.engine.inspect(stack.image)["Config"]

    assert (config["Entrypoint"], config["Cmd"]) == (None, ["app", "serve"])


def test_it_holds_what_runs_and_nothing_else(stack: Stack) -> None:
    held = stack.in_image("ls", "--almost-all", "/app").split()

    assert held == [".venv", "app", "migrations", "pyproject.toml", "uv.lock"]


def test_it_holds_no_tool_that_builds(stack: Stack) -> None:
    assert stack.in_image("python", "-c", FOUND, *TOOLS) == "[]\n"
    assert stack.in_image("python", "-c", IMPORTABLE, "pip", "setuptools", "hatchling") == "[]\n"


def test_it_holds_the_locked_packages_without_those_for_development(
    stack: Stack, tmp_path: Path
) -> None:
    exported = tmp_path / "exported.txt"
    options = ["--no-dev", "--no-hashes", "--no-annotate", "--no-header", "--no-emit-project"]
    uv = str(BIN / "uv")
    run(stack.folder, uv, "export", "--quiet", "--frozen", *options, f"--output-file={exported}")
    pyproject = tomllib.loads((stack.folder / "pyproject.toml").read_text())

    installed = set(stack.in_image("python", "-c", DISTRIBUTIONS).split())

    # The lock also has what other platforms need.
    assert installed <= {line.split(" ;")[0] for line in exported.read_text().splitlines()}
    assert names(pyproject["project"]["dependencies"]) <= names(installed)


def test_its_user_can_change_nothing_of_it(stack: Stack) -> None:
    assert stack.in_image("find", "/app", "-writable") == ""


def test_no_secret_of_the_folder_is_in_it(stack: Stack) -> None:
    """There is one in .env."""
    history = stack.engine.output("history", "--no-trunc", "--format={{.CreatedBy}}", stack.image)
    config = json.dumps(stack.engine.inspect(stack.image))
    search = ["grep", "-rlFs", "--exclude-dir=proc", "--exclude-dir=sys", SECRET_KEY, "/"]
    found = stack.engine.docker("run", "--rm", "--user=0", stack.image, *search)

    assert SECRET_KEY in (stack.folder / ".env").read_text()
    assert SECRET_KEY not in history + config
    assert (found.returncode, found.stdout) == (1, "")


def test_no_layer_of_it_holds_a_secret_or_a_tool_that_builds(stack: Stack, spoiled: str) -> None:
    """What a later layer deletes is still in the one before."""
    assert unwanted(stack, stack.image) == []
    assert unwanted(stack, spoiled) == ["app/.env"]


def unwanted(stack: Stack, image: str) -> list[str]:
    """In the layers above those of the base image."""
    base = re.findall(r"(?m)^FROM (\S+)", (stack.folder / "Dockerfile").read_text())[-1]
    foreign = len(stack.engine.inspect(base)["RootFS"]["Layers"])
    saved = stack.folder.parent / "image.tar"
    stack.engine.output("save", f"--output={saved}", image)
    ours = [*read_layers(saved)][foreign:]
    assert any("app/pyproject.toml" in layer for layer in ours)
    return [name for layer in ours for name, content in layer.items() if is_unwanted(name, content)]


def is_unwanted(name: str, content: bytes) -> bool:
    is_secret = SECRET_KEY.encode() in content or PurePath(name).name in SECRETS
    return is_secret or re.search(BUILDS, name) is not None


def read_layers(saved: Path) -> Iterator[dict[str, bytes]]:
    """Each as its files, by their paths."""
    with tarfile.open(saved) as image:
        [manifest] = json.load(file_of(image, "manifest.json"))
        for name in manifest["Layers"]:
            with tarfile.open(fileobj=file_of(image, name)) as layer:
                yield {
                    each.name: file_of(layer, each.name).read() for each in layer if each.isfile()
                }


def file_of(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    file = archive.extractfile(name)
    assert file
    return file


def test_its_health_check_fails_where_nothing_answers(stack: Stack) -> None:
    """That it succeeds where the service does is what `docker compose up --wait` waited for."""
    kind, *check = stack.engine.inspect(stack.image)["Config"]["Healthcheck"]["Test"]
    alone = stack.engine.docker("run", "--rm", stack.image, *check)

    assert kind == "CMD"
    assert alone.returncode != 0
    assert "ConnectionRefusedError" in alone.stderr


def test_without_a_lock_the_build_says_what_to_do(
    stack: Stack, engine: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "unlocked"
    shutil.copytree(stack.folder, folder, ignore=shutil.ignore_patterns("uv.lock", ".git"))

    built = engine.build(folder, "unlocked")

    assert built.returncode != 0
    assert "Unable to find lockfile" in built.stderr
    assert "run `uv lock`" in built.stderr


def names(requirements: Iterable[str]) -> set[str]:
    return {re.split(r"[^a-z0-9-]", each)[0] for each in requirements}
