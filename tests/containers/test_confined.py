"""The image under the limits of the manifests, and those of compose.yaml: what it needs, how it
ends, how it comes back."""

import contextlib
import re
import time
from collections.abc import Callable, Iterator

import pytest

from tests import ROOT
from tests.containers.stack import Stack
from tests.generated.load import Load, written
from tests.generated.process import free_port, wait_until

MANIFEST = ROOT / "template/{{deploy_kubernetes}}/deploy/kubernetes/base/deployment.yaml.jinja"
SMALLEST = "128m"  # it starts with 96m, and with 80m no longer
# Run in the container: the kernel ends whoever says to be least needed.
TOO_MUCH = """
from pathlib import Path
Path("/proc/1/oom_score_adj").write_text("1000")
bytearray(1 << 30)
"""


def of_the_manifest(pattern: str) -> str:
    [found] = set(re.findall(pattern, MANIFEST.read_text()))
    return str(found)


@pytest.fixture
def confine(stack: Stack) -> Iterator[Callable[[str], tuple[str, str]]]:
    """Start it beside the stack's, on the same database; its name and its URL."""
    app, started = stack.container("app"), list[str]()

    def confine(memory: str) -> tuple[str, str]:
        name, port = f"confined-{free_port()}", free_port()
        ids = f"{of_the_manifest('runAsUser: (.*)')}:{of_the_manifest('runAsGroup: (.*)')}"
        limits = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges:true"]
        limits += [f"--user={ids}", f"--memory={memory}", f"--memory-swap={memory}"]
        limits += ["--pids-limit=64", f"--volumes-from={app['Id']}"]
        [network] = app["NetworkSettings"]["Networks"]
        reached = [f"--network={network}", f"--publish=127.0.0.1:{port}:8000"]
        given = [f"--env={each}" for each in app["Config"]["Env"]]
        started.append(name)
        command = ["run", "--detach", f"--name={name}", *limits, *reached, *given, stack.image]
        stack.engine.output(*command)
        wait_until(f"http://127.0.0.1:{port}/ready", 200, 60)
        return name, f"http://127.0.0.1:{port}"

    yield confine
    for name in started:
        stack.engine.output("rm", "--force", name)


@pytest.mark.parametrize("memory", ["of the manifest", SMALLEST])
def test_it_serves_without_anything_to_write_to(
    stack: Stack, confine: Callable[[str], tuple[str, str]], memory: str
) -> None:
    limit = of_the_manifest(r"limits: .*memory: (\d+)Mi") + "m" if " " in memory else memory
    name, url = confine(limit)

    with Load(lambda: url, retrying=False) as load:
        load.goes_on()
    state = stack.engine.inspect(name)["State"]
    check = stack.engine.inspect(stack.image)["Config"]["Healthcheck"]["Test"][1:]
    checked = stack.engine.docker("exec", name, *check)
    mounts = stack.engine.output("exec", name, "cat", "/proc/mounts").splitlines()

    assert load.refused == set()
    assert (state["Running"], state["OOMKilled"]) == (True, False)
    assert checked.returncode == 0, checked.stderr
    assert [line for line in mounts if line.split()[1] == "/tmp"] == []  # noqa: S108


def test_under_load_it_ends_with_0_within_the_grace_of_the_manifest_and_loses_nothing(
    stack: Stack, confine: Callable[[str], tuple[str, str]]
) -> None:
    grace = of_the_manifest(r"terminationGracePeriodSeconds: (\d+)")
    name, url = confine("512m")

    with Load(lambda: url, retrying=False) as load:
        load.goes_on()
        began = time.monotonic()
        stack.engine.output("stop", f"--time={grace}", name)
        seconds = time.monotonic() - began
    state = stack.engine.inspect(name)["State"]

    assert (state["ExitCode"], state["OOMKilled"]) == (0, False)
    assert seconds < float(grace)
    assert load.refused <= {(0, "")}  # of those who came when it had gone
    assert sorted(written(stack.url, load.mark)) == sorted(load.acknowledged.items())


def test_out_of_memory_it_is_ended_and_comes_back(stack: Stack) -> None:
    before = stack.container("app")

    with contextlib.suppress(AssertionError):  # it ends with its container
        stack.inside("python", "-c", TOO_MUCH)
    wait_until(f"{stack.url}/ready", 200, 60)
    after = stack.container("app")

    assert after["RestartCount"] == before["RestartCount"] + 1
    assert after["State"]["StartedAt"] > before["State"]["StartedAt"]


def test_every_container_has_its_limits_and_a_log_that_ends(stack: Stack) -> None:
    running = {service: stack.container(service)["HostConfig"] for service in stack.services}
    ours = [running[service] for service in ("app", "migrate")]

    for each in running.values():
        assert each["LogConfig"]["Config"] == {"max-size": "10m", "max-file": "5"}
    for each in ours:
        assert (each["Memory"], each["MemorySwap"]) == (512 << 20, 512 << 20)
        assert each["PidsLimit"] == 128
        assert each["ReadonlyRootfs"]
        assert each["CapDrop"] == ["ALL"]
    policies = {name: each["RestartPolicy"]["Name"] for name, each in running.items()}
    assert policies.pop("migrate") in ("", "no")
    assert set(policies.values()) == {"unless-stopped"}
