"""Every object that a release applies, judged by Kubernetes' schemas and by what it refers to."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from kubernetes_validate.utils import all_versions  # type: ignore[import-untyped]  # it has none

from tests.kubernetes.checks import problems
from tests.kubernetes.conftest import run_python
from tests.kubernetes.custom import validate
from tests.kubernetes.manifests import Release, environment, pod
from tests.template.conftest import Render

TAKE = """
import json
import os
pods = json.loads(os.environ["PODS"])
from app.settings import Settings
for pod in pods:
    os.environ.clear()
    os.environ.update(pod)
    print("taken" if Settings().guarded else "weak", end=" ")
"""
OLDEST, *_, NEWEST = all_versions()
FOLDERS = [f"kubernetes/{each}" for each in ("base", "migrate", "overlays/staging")]
FOLDERS += ["kubernetes/overlays/production", "monitoring"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_renders_without_a_warning(
    each_project: Path, kubectl: str, folder: str
) -> None:
    command = [kubectl, "kustomize", f"{each_project}/deploy/{folder}"]

    run = subprocess.run(command, check=False, capture_output=True, text=True)

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_every_object_is_what_kubernetes_knows(each_release: Release, version: str) -> None:
    for each in each_release.objects:
        validate(each, version)


def test_every_kind_is_there(release: Release) -> None:
    assert sorted(each["kind"] for each in release.objects) == [
        "ConfigMap",
        "CronJob",
        "Deployment",
        "HorizontalPodAutoscaler",
        "Ingress",
        "Job",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "Service",
        "ServiceAccount",
    ]


def test_a_release_fits_together(each_release: Release) -> None:
    assert problems(each_release) == []


def test_the_service_takes_the_settings_of_every_pod(
    each_project: Path, each_release: Release
) -> None:
    """With a Secret as README.md writes it."""
    readme = (each_project / "deploy/kubernetes/README.md").read_text()
    secret = dict(re.findall(r"^([A-Z_]+)=(.+)$", readme, re.MULTILINE))
    pods = [
        {
            key: value or secret.get(key, "").replace("…", "aB3-eF6_hI9." * 3)
            for key, value in environment(each_release, container).items()
        }
        for workload in each_release.workloads
        for container in pod(workload)["containers"]
    ]

    run = run_python(each_project, TAKE, {"PODS": json.dumps(pods)})

    assert (run.returncode, run.stdout) == (0, "taken " * 3), run.stderr


def test_a_changed_setting_replaces_the_pods(release: Release) -> None:
    [settings] = release.of("ConfigMap")

    assert settings["metadata"]["name"].startswith("myservice-")


@pytest.mark.parametrize("name", ["null", "on", "a", "x1-2-3", "a" * 50])
def test_an_odd_name_is_a_name_in_kubernetes(render: Render, kubectl: str, name: str) -> None:
    project = render(name, database="postgresql", deploy=["kubernetes"])

    for folder in ("kubernetes/migrate", "kubernetes/overlays/production", "monitoring"):
        command = [kubectl, "kustomize", f"{project}/deploy/{folder}"]
        run = subprocess.run(command, check=True, capture_output=True, text=True)
        for each in yaml.safe_load_all(run.stdout):
            validate(each, NEWEST)
