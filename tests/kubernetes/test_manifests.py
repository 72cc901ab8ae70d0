"""Every object that a release applies, judged by Kubernetes' schemas and by what it refers to."""

import subprocess
from pathlib import Path

import kubernetes_validate  # type: ignore[import-untyped]  # it has none
import pytest
import yaml
from kubernetes_validate.utils import all_versions  # type: ignore[import-untyped]  # nor this

from tests.kubernetes.checks import problems
from tests.kubernetes.manifests import Release
from tests.template.conftest import Render

OLDEST, *_, NEWEST = all_versions()
FOLDERS = ["base", "migrate", "overlays/staging", "overlays/production"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_renders_without_a_warning(project: Path, kubectl: str, folder: str) -> None:
    command = [kubectl, "kustomize", f"{project}/deploy/kubernetes/{folder}"]

    run = subprocess.run(command, check=False, capture_output=True, text=True)

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_every_object_is_what_kubernetes_knows(release: Release, version: str) -> None:
    for each in release.objects:
        kubernetes_validate.validate(each, version, strict=True)


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
    ]


def test_a_release_fits_together(release: Release) -> None:
    assert problems(release) == []


def test_a_changed_setting_replaces_the_pods(release: Release) -> None:
    [settings] = release.of("ConfigMap")

    assert settings["metadata"]["name"].startswith("myservice-")


@pytest.mark.parametrize("name", ["null", "on", "a", "x1-2-3", "a" * 50])
def test_an_odd_name_is_a_name_in_kubernetes(render: Render, kubectl: str, name: str) -> None:
    project = render(name, database="postgresql", deploy=["kubernetes"])

    for folder in ("migrate", "overlays/production"):
        command = [kubectl, "kustomize", f"{project}/deploy/kubernetes/{folder}"]
        run = subprocess.run(command, check=True, capture_output=True, text=True)
        for each in yaml.safe_load_all(run.stdout):
            kubernetes_validate.validate(each, NEWEST, strict=True)
