"""What release.sh does in which order, told to a cluster that only listens."""

import re
import signal
import time
from pathlib import Path

import pytest
import yaml

from tests.kubernetes.cluster import IMAGE, Cluster


def test_the_rollout_waits_for_the_migration_and_that_for_its_account(
    script: Path, kubectl: str, tmp_path: Path
) -> None:
    cluster = Cluster(tmp_path, kubectl)

    run = cluster.release(script, "staging", IMAGE)

    assert (run.returncode, run.stderr) == (0, "")
    assert [" ".join(command.split()[:2]) for command in cluster.commands] == [
        "get deployment/myservice",
        "apply --namespace",
        "apply --output",
        "get job.batch/migrate-v1-2-3",
        "get --filename",
        "get deployment/myservice",
        "get replicasets",
        "apply --filename",
        "rollout status",
        "get deployment/myservice",
    ]
    account = "--namespace myservice-staging --filename base/serviceaccount.yaml"
    assert cluster.commands[1] == f"apply {account}"
    assert cluster.applied[0]["kind"] == "Job"
    assert cluster.commands[-2].startswith("rollout status deployment/myservice")


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


RUNNING = "/3\n1/12\n2/9"  # ready pods and revision: one without, one of two, two of two
BACK = "rollout undo deployment/myservice --namespace myservice-staging --to-revision 9"
FAILED = "error: v1.2.3 was not rolled out in myservice-staging\n"
CUT_OFF = FAILED + (
    "hint: revision 9 serves again, on the migrated database; mend the cause, then run this again\n"
)


def test_a_failed_rollout_goes_back_to_what_served_and_waits_for_it(
    script: Path, kubectl: str, tmp_path: Path
) -> None:
    cluster = Cluster(tmp_path, kubectl, serving=RUNNING, statuses="1\n0")

    run = cluster.release(script, "staging", IMAGE)

    assert (run.returncode, run.stderr) == (1, CUT_OFF)
    assert [" ".join(command.split()[:2]) for command in cluster.commands[-6:]] == [
        "rollout status",
        "get pods",
        "logs --namespace",
        "get deployment/myservice",
        "rollout undo",
        "rollout status",
    ]
    assert BACK in cluster.commands


def test_what_was_there_besides_the_deployment_is_put_back_before_it(
    script: Path, kubectl: str, tmp_path: Path
) -> None:
    old = '{"apiVersion": "policy/v1", "kind": "PodDisruptionBudget"}\n'
    cluster = Cluster(tmp_path, kubectl, serving=RUNNING, statuses="1\n0", before=old)

    cluster.release(script, "staging", IMAGE)

    applied = "apply --filename .release/before.json"
    assert cluster.commands.index(applied) == cluster.commands.index(BACK) - 1
    assert cluster.applied[-1] == {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget"}


def test_a_rollout_that_is_half_applied_goes_back(
    script: Path, kubectl: str, tmp_path: Path
) -> None:
    cluster = Cluster(tmp_path, kubectl, serving=RUNNING, applies=1)

    run = cluster.release(script, "staging", IMAGE)

    assert (run.returncode, run.stderr) == (1, CUT_OFF)
    assert BACK in cluster.commands


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_release_that_is_interrupted_goes_back(
    script: Path, kubectl: str, tmp_path: Path, number: signal.Signals
) -> None:
    cluster = Cluster(tmp_path, kubectl, serving=RUNNING, statuses="hangs\n0")
    with cluster.begin(script, "staging", IMAGE) as run:
        while run.poll() is None and "rollout status" not in "".join(cluster.commands):
            time.sleep(0.02)

        run.send_signal(number)
        _, errors = run.communicate(timeout=50)  # the rollout that hangs would take 60 s

    assert (run.returncode, errors) == (128 + number, CUT_OFF)
    assert BACK in cluster.commands


def test_the_verdict_on_the_failed_rollout_is_none_on_going_back(
    script: Path, kubectl: str, tmp_path: Path
) -> None:
    """A Deployment keeps it until its controller has looked again."""
    cluster = Cluster(tmp_path, kubectl, serving=RUNNING, statuses="1\n1\n0")

    assert cluster.release(script, "staging", IMAGE).stderr == CUT_OFF


def test_a_first_release_that_fails_has_nothing_to_go_back_to(
    script: Path, kubectl: str, tmp_path: Path
) -> None:
    cluster = Cluster(tmp_path, kubectl, statuses="1")

    run = cluster.release(script, "staging", IMAGE)

    assert run.returncode == 1
    assert run.stderr == FAILED + (
        "hint: nothing ran before, so there is nothing to go back to;"
        " mend the cause, then run this again\n"
    )
    assert not any(command.startswith("rollout undo") for command in cluster.commands)


@pytest.mark.parametrize("statuses", ["0", "1"])
def test_a_release_that_began_later_is_left_alone(
    script: Path, kubectl: str, tmp_path: Path, statuses: str
) -> None:
    """Well or not, what was waited for is the later one's rollout."""
    cluster = Cluster(tmp_path, kubectl, serving=RUNNING, statuses=statuses, images="before\nlater")

    run = cluster.release(script, "staging", IMAGE)

    assert run.returncode == 1
    assert run.stderr == FAILED + (
        "hint: another release has begun since, and deployment/myservice is left to it\n"
    )
    assert not any(command.startswith("rollout undo") for command in cluster.commands)


def test_a_way_back_that_fails_too_is_said(script: Path, kubectl: str, tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, kubectl, serving=RUNNING, statuses="1")

    run = cluster.release(script, "staging", IMAGE)

    assert run.returncode == 1
    assert run.stderr == FAILED + (
        f"error: revision 9 does not serve again; look at once\nhint: `kubectl {BACK}`\n"
    )


def test_a_paused_deployment_is_left_alone(script: Path, kubectl: str, tmp_path: Path) -> None:
    """It would take the new release and never roll it out, nor go back."""
    cluster = Cluster(tmp_path, kubectl, paused="true")

    run = cluster.release(script, "staging", IMAGE)

    assert run.returncode == 1
    assert run.stderr.startswith("error: deployment/myservice is paused in myservice-staging;")
    assert [command.split()[0] for command in cluster.commands] == ["get"]


def test_a_release_has_ended_before_its_job_is_cut_off(script: Path, project: Path) -> None:
    """GitHub's, with the migration's time, the rollout's and the way back."""
    release = yaml.safe_load((project / ".github/workflows/release.yml").read_text())
    migration = yaml.safe_load((project / "deploy/kubernetes/migrate/job.yaml").read_text())
    rollout, back = map(int, re.findall(r"--timeout (\d+)m", script.read_text()))

    longest = migration["spec"]["activeDeadlineSeconds"] / 60 + rollout + 3 * back
    for environment in ("staging", "production"):
        assert longest < release["jobs"][environment]["timeout-minutes"]


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
