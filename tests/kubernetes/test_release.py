"""What release.sh does in which order, told to a cluster that only listens."""

from pathlib import Path

import pytest

from tests.kubernetes.cluster import Cluster
from tests.kubernetes.conftest import IMAGE


def test_the_rollout_waits_for_the_migration_and_that_for_its_account(
    script: Path, kubectl: str, tmp_path: Path
) -> None:
    cluster = Cluster(tmp_path, kubectl)

    run = cluster.release(script, "staging", IMAGE)

    assert (run.returncode, run.stderr) == (0, "")
    assert [command.split()[0] for command in cluster.commands] == [
        "apply",
        "apply",
        "get",
        "apply",
        "rollout",
    ]
    account = "--namespace myservice-staging --filename base/serviceaccount.yaml"
    assert cluster.commands[0] == f"apply {account}"
    assert cluster.applied[0]["kind"] == "Job"
    assert cluster.commands[-1].startswith("rollout status deployment/myservice")


def test_a_failed_migration_rolls_nothing_out(script: Path, kubectl: str, tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, kubectl, condition="FailureTarget Failed")

    run = cluster.release(script, "production", IMAGE)

    assert run.returncode == 1
    assert run.stderr == (
        "error: job.batch/migrate-v1-2-3 failed in myservice-production; nothing was rolled out\n"
        "hint: mend the cause, `kubectl delete job.batch/migrate-v1-2-3"
        " --namespace myservice-production`, then run this again\n"
    )
    assert [each["kind"] for each in cluster.applied] == ["Job"]


def test_each_release_makes_a_job_of_its_own(script: Path, kubectl: str, tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, kubectl)

    for tag in ("v1.2.3", "v1.3.0-RC1"):
        cluster.release(script, "staging", IMAGE.replace("v1.2.3", tag))

    jobs = [each["metadata"]["name"] for each in cluster.applied if each["kind"] == "Job"]
    assert jobs == ["migrate-v1-2-3", "migrate-v1-3-0-rc1"]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("staging",),
        ("development", IMAGE),
        ("staging", "myservice:v1"),
        ("staging", "myservice"),
    ],
)
def test_a_release_that_names_no_exact_image_is_refused(
    script: Path, kubectl: str, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    run = Cluster(tmp_path, kubectl).release(script, *arguments)

    assert run.returncode == 2
    assert run.stderr.startswith("usage: ")
    assert not (tmp_path / "commands").exists()
