"""The tutorial, from nothing to a deployed service, as its reader meets it."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests import ROOT
from tests.containers.conftest import engine, provide_images
from tests.containers.stack import Engine, Stack
from tests.docs.pages import Block, blocks
from tests.docs.reader import Reader
from tests.generated.process import run
from tests.kubernetes.cluster import Cluster
from tests.kubernetes.conftest import kubectl

__all__ = ["engine", "kubectl"]

PAGE = list(blocks(ROOT / "docs/tutorial.md"))
IN_CONTAINERS = "Run it in containers"
# A build there has no network of its own: tests/containers/engine says why.
DOCKER = """\
#!/bin/sh
set -e
case "$*" in "compose up --build --wait")
    {docker} build --network=host --tag="$(basename "$PWD")" .
    exec {docker} compose up --no-build --wait ;;
esac
exec {docker} "$@"
"""


@pytest.fixture
def tools(kubectl: str, folder: Path) -> Path:
    """A folder for programs, with the kubectl of a cluster that has what the page releases."""
    tools = folder / "tools"
    tools.mkdir()
    [image] = {
        line.split()[-1]
        for block in PAGE
        for line in block.text.splitlines()
        if line.startswith("sh deploy/kubernetes/release.sh")
    }
    Cluster(tools, kubectl, images=f"before\n{image}").install()
    return tools


@pytest.fixture
def docker(engine: Engine, tools: Path) -> Engine:
    """The engine's, for who says `docker`, where the machine has none."""
    if engine.prefix:
        program = tools / "docker"
        words = ["env", f"HOME={Path.home()}", *engine.prefix, "docker"]  # the engine lives there
        program.write_text(DOCKER.format(docker=" ".join(words)))
        program.chmod(0o755)
    return engine


def test_it_can_be_followed_word_by_word(checkout: Path, folder: Path, tools: Path) -> None:
    followed = [block for block in PAGE if block.section != IN_CONTAINERS]

    with Reader(folder / "desk", checkout, tools) as reader:
        follow(reader, followed, folder)

    sent = (tools / "commands").read_text()
    assert "rollout status deployment/stock --namespace stock-staging" in sent


@pytest.mark.full  # the image takes a minute; tests/containers builds and drives one
def test_it_can_be_followed_into_containers(
    checkout: Path, folder: Path, tools: Path, docker: Engine
) -> None:
    begin = [block.section for block in PAGE].index(IN_CONTAINERS)
    with Reader(folder / "desk", checkout, tools) as reader:
        follow(reader, PAGE[:begin], folder)
        provide_images(Stack(docker, reader.folder))
        try:
            reader.follow(PAGE[begin:])
        finally:
            Stack(docker, reader.folder).compose("down", "--volumes", "--timeout=1")
            docker.output("image", "rm", "stock")


def follow(reader: Reader, page: Iterable[Block], folder: Path) -> None:
    """With a repository where the page pushes to."""
    remote = folder / "remote"
    run(folder, "git", "init", "--quiet", "--bare", "remote")
    address = "git@github.com:you/stock.git"
    run(
        folder,
        "git",
        "config",
        "--global",
        f"url.{remote}.insteadOf",
        address,
        HOME=str(reader.home),
    )
    reader.follow(page)
