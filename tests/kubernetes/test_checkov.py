"""What is emitted, judged by somebody else's rules."""

import shutil
from pathlib import Path

import pytest
import yaml

from tests.kubernetes import checkov
from tests.kubernetes.conftest import PAIRS, Released
from tests.template.conftest import Render

# What it finds and we leave, with the reason.
VARIABLES = (
    "settings come from the environment, whatever runs it; who reads one in a pod reads files"
)
EXCEPTIONS = {
    ("CKV_K8S_35", "staging.yaml"): VARIABLES,
    ("CKV_K8S_35", "production.yaml"): VARIABLES,
}
# By check: a file, what is written there, and what instead.
DEFECTS = {
    "CKV_DOCKER_3": ("Dockerfile", "USER 10001:10001\n", ""),
    "CKV_DOCKER_2": ("Dockerfile", "HEALTHCHECK", "# HEALTHCHECK"),
    "CKV2_GHA_1": (
        ".github/workflows/release.yml",
        "permissions: {}\n",
        "permissions: write-all\n",
    ),
    "CKV_SECRET_2": (
        "staging.yaml",
        "ENVIRONMENT: staging",
        "AWS_ACCESS_KEY_ID: AKIAYZ2BTJZ4Q7XC5LMN",
    ),
    "CKV_K8S_40": ("staging.yaml", "runAsUser: 10001", "runAsUser: 0"),
    "CKV_K8S_22": ("staging.yaml", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"),
    "CKV_K8S_8": ("staging.yaml", "livenessProbe", "startingProbe"),
    "CKV_K8S_43": ("staging.yaml", f"@sha256:{'a1' * 32}", ""),
    "CKV_K8S_13": ("staging.yaml", "memory: 512Mi", "cpu: 1"),
}


@pytest.fixture(scope="module")
def python() -> Path:
    return checkov.find()


@pytest.fixture(scope="module")
def everything(
    render: Render, released: Released, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Every pair's project with, in the place of kustomize's sources, what a release applies."""
    folder = tmp_path_factory.mktemp("judged")
    for database, auth in PAIRS:
        project = render("myservice", database=database, auth=auth, deploy=["kubernetes"])
        place = folder / f"{database}-{auth}"
        shutil.copytree(project, place, ignore=shutil.ignore_patterns("kubernetes"))
        for environment in ("staging", "production"):
            objects = released(project, environment).objects
            (place / f"{environment}.yaml").write_text(yaml.safe_dump_all(objects))
    return folder


def test_checkov_finds_nothing_but_what_is_left_for_a_reason(
    python: Path, everything: Path
) -> None:
    assert checkov.judge(python, everything) == EXCEPTIONS.keys()


def test_checkov_finds_each_planted_defect(python: Path, everything: Path, tmp_path: Path) -> None:
    """Or it looks elsewhere."""
    spoilt = tmp_path / "spoilt"
    shutil.copytree(everything / "postgresql-none", spoilt)
    for file, written, instead in DEFECTS.values():
        text = (spoilt / file).read_text()
        assert written in text
        (spoilt / file).write_text(text.replace(written, instead))

    assert checkov.judge(python, spoilt) >= {
        (check, file.split("/")[-1]) for check, (file, _, _) in DEFECTS.items()
    }
