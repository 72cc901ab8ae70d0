"""Renders a project and, by a real kubectl, what its releases give to a cluster."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.combinations import ROOT
from tests.kubernetes.cluster import Cluster
from tests.kubernetes.manifests import Release, Service
from tests.template.conftest import Render, compile_each_source_once, render

__all__ = ["compile_each_source_once", "render"]

IMAGE = f"registry.example.com:5000/team/myservice:v1.2.3@sha256:{'a1' * 32}"


@pytest.fixture(scope="session")
def kubectl() -> str:
    script = [ROOT / "scripts/kubectl"]
    return subprocess.run(script, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


@pytest.fixture(scope="session")
def project(render: Render) -> Path:
    return render("myservice", database="postgresql", deploy=["kubernetes"])


@pytest.fixture(scope="session")
def script(project: Path) -> Path:
    return project / "deploy/kubernetes/release.sh"


@pytest.fixture(scope="session", params=["staging", "production"])
def release(
    request: pytest.FixtureRequest,
    project: Path,
    script: Path,
    kubectl: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Release:
    """All that one release puts into an environment."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), kubectl)
    run = cluster.release(script, request.param, IMAGE)
    assert (run.returncode, run.stderr) == (0, "")
    return Release(tuple(cluster.applied), read(project))


def read(project: Path) -> Service:
    """From the service's own files, so that they and the manifests agree."""
    readme = project / "deploy/kubernetes/README.md"
    [secret] = _find(r"^kubectl create secret generic (\S+)", readme)
    [user] = _find(r"^USER (\d+)", project / "Dockerfile")
    [grace] = _find(r"^GRACE_SECONDS = (\d+)", project / "app/cli.py")
    return Service(
        settings=frozenset(_fields(project / "app/settings.py")),
        required=frozenset({"ENVIRONMENT", "SECRET_KEY", "DATABASE_URL"}),
        secret=secret,
        secrets=frozenset(_find(r"^([A-Z_]+)=", readme)),
        user=int(user),
        grace_seconds=int(grace),
        probes=frozenset(_find(r'"(/health|/ready)"', project / "app/edge/probes.py")),
        public=frozenset({"/api", "/docs", "/openapi.json"}),
    )


def _find(pattern: str, path: Path) -> list[str]:
    return re.findall(pattern, path.read_text(), re.MULTILINE)


def _fields(path: Path) -> list[str]:
    tree = ast.parse(path.read_text())
    [settings] = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Settings"]
    return [ast.unparse(n.target).upper() for n in settings.body if isinstance(n, ast.AnnAssign)]
