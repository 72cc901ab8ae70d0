"""The machine's own Docker, else the engine beside this file, which needs root on Debian."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers.stack import Engine, Stack
from tests.generated.process import SECRET_KEY, generate, run
from tests.template.conftest import compile_each_source_once, render

__all__ = ["compile_each_source_once", "render"]

OTHERS = ["mysql", "sqlite"]
PLANTED = (
    ".env.production",
    ".pgpass",
    ".ssh/id_ed25519",
    "app/.env",
    "app/items/.netrc",
    "id_rsa",
    "migrations/.env.local",
    "secrets.env",
)
ENGINE = str(Path(__file__).parent / "engine/engine")


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    if has_docker():
        yield Engine(prefix=())
        return
    subprocess.run([ENGINE, "up"], check=True)
    try:
        yield Engine(prefix=(ENGINE, "run"))
    finally:
        subprocess.run([ENGINE, "down"], check=True)


@pytest.fixture(
    scope="session",
    params=["postgresql", *(pytest.param(each, marks=pytest.mark.full) for each in OTHERS)],
)
def stack(
    request: pytest.FixtureRequest, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """Brought up by what a user has after `scaffold new`, and a .env with a secret."""
    folder = tmp_path_factory.mktemp("containers") / f"stack-of-{request.param}"
    generate(folder, database=request.param, deploy="compose")
    # The contract suite asks more often than one caller may.
    (folder / ".env").write_text(f"SECRET_KEY={SECRET_KEY}\nRATE_LIMIT=1000000/60\n")
    plant_secrets(folder)
    run(folder, "chmod", "--recursive", "go=", ".")  # as where the umask is 077
    stack = Stack(engine, folder)
    provide_images(stack)
    built = engine.build(folder, stack.image)
    assert built.returncode == 0, built.stderr
    try:
        stack.up()
        yield stack
    finally:
        stack.compose("down", "--volumes", "--timeout=1")
        engine.output("image", "rm", stack.image)


def plant_secrets(folder: Path) -> None:
    """What lies about where people work."""
    for name in PLANTED:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"planted: {SECRET_KEY}\n")


def has_docker() -> bool:
    try:
        found = subprocess.run(["docker", "version"], capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return found.returncode == 0


def provide_images(stack: Stack) -> None:
    """Stand-ins for what the project's own files name, where no registry has them."""
    if stack.engine.prefix:
        bases = re.findall(r"^FROM (\S+:\S+)", (stack.folder / "Dockerfile").read_text(), re.M)
        others = set(stack.compose("config", "--images").split()) - {stack.image}
        subprocess.run([ENGINE, "images", *bases, *others], check=True)
