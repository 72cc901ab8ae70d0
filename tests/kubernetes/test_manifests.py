"""Every object that a release applies, judged by Kubernetes' schemas and by what it refers to."""

import subprocess
from pathlib import Path

import pytest
import yaml
from kubernetes_validate.utils import all_versions  # type: ignore[import-untyped]  # it has none

from tests.kubernetes.checks import problems
from tests.kubernetes.conftest import Released
from tests.kubernetes.custom import validate
from tests.kubernetes.manifests import Release
from tests.template.conftest import Render

OLDEST, *_, NEWEST = all_versions()
FOLDERS = [f"kubernetes/{each}" for each in ("base", "migrate", "overlays/staging")]
FOLDERS += ["kubernetes/overlays/production", "monitoring"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_renders_without_a_warning(project: Path, kubectl: str, folder: str) -> None:
    command = [kubectl, "kustomize", f"{project}/deploy/{folder}"]

    run = subprocess.run(command, check=False, capture_output=True, text=True)

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_every_object_is_what_kubernetes_knows(release: Release, version: str) -> None:
    for each in release.objects:
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


def test_a_release_fits_together(release: Release) -> None:
    assert problems(release) == []


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_a_release_with_other_secrets_fits_together(
    render: Render, released: Released, environment: str
) -> None:
    project = render("myservice", database="mysql", auth="oidc", deploy=["kubernetes"])

    assert problems(released(project, environment)) == []


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
