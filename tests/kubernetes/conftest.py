"""Renders a project and, by a real kubectl, what its releases give to a cluster."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from tests import ROOT
from tests.combinations import combinations
from tests.kubernetes.cluster import IMAGE, Cluster
from tests.kubernetes.manifests import Release, Service
from tests.kubernetes.monitoring import Monitoring
from tests.kubernetes.promtool import Promtool
from tests.template.conftest import Render, compile_each_source_once, render

__all__ = ["IMAGE", "compile_each_source_once", "render"]

Released = Callable[[Path, str], Release]

# With a store that has one pool, after one request.
TELL = """
from types import SimpleNamespace
from app.edge.metrics import Metrics
from app.settings import Settings
store = SimpleNamespace(connections=lambda: {"read": (0, 5)})
metrics = Metrics(store, Settings(), lambda: 0)
metrics.observe("GET", "/", 200, 0.1)
print(metrics.answer().body.decode())
"""

# All that changes what a cluster gets: tests/template/test_kubernetes.py
PAIRS = sorted(
    {
        (answers["database"], answers["auth"])
        for answers in combinations().values()
        if "kubernetes" in answers["deploy"]
    }
)
REQUIRED = {"ENVIRONMENT", "SECRET_KEY", "DATABASE_URL", "OIDC_ISSUER", "OIDC_AUDIENCE"}


@pytest.fixture(scope="session")
def kubectl() -> str:
    script = [ROOT / "scripts/kubectl"]
    return subprocess.run(script, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


@pytest.fixture
def promtool(tmp_path: Path) -> Promtool:
    script = [Path(__file__).parent / "find-promtool"]
    run = subprocess.run(script, check=True, stdout=subprocess.PIPE, text=True)
    return Promtool(run.stdout.strip(), tmp_path)


@pytest.fixture(scope="session")
def project(render: Render) -> Path:
    return render("myservice", database="postgresql", deploy=["kubernetes"])


@pytest.fixture(scope="session", params=PAIRS, ids="-".join)
def each_project(request: pytest.FixtureRequest, render: Render) -> Path:
    database, auth = request.param
    return render("myservice", database=database, auth=auth, deploy=["kubernetes"])


@pytest.fixture(scope="session")
def script(project: Path) -> Path:
    return project / "deploy/kubernetes/release.sh"


@pytest.fixture(scope="session")
def released(kubectl: str, tmp_path_factory: pytest.TempPathFactory) -> Released:
    """`released(project, "staging")` → all that one release puts into an environment."""

    def released(project: Path, environment: str) -> Release:
        cluster = Cluster(tmp_path_factory.mktemp("cluster"), kubectl)
        run = cluster.release(project / "deploy/kubernetes/release.sh", environment, IMAGE)
        assert (run.returncode, run.stderr) == (0, "")
        return Release(tuple(cluster.applied), read(project))

    return released


@pytest.fixture(scope="session", params=["staging", "production"])
def release(request: pytest.FixtureRequest, project: Path, released: Released) -> Release:
    return released(project, request.param)


@pytest.fixture(scope="session", params=["staging", "production"])
def each_release(request: pytest.FixtureRequest, each_project: Path, released: Released) -> Release:
    return released(each_project, request.param)


@pytest.fixture(scope="session")
def monitoring(project: Path, kubectl: str, released: Released) -> Monitoring:
    command = [kubectl, "kustomize", f"{project}/deploy/monitoring"]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    objects = tuple(yaml.safe_load_all(run.stdout))
    [dashboards] = [each["data"] for each in objects if each["kind"] == "ConfigMap"]
    [dashboard] = dashboards.values()
    return Monitoring(
        objects=objects,
        dashboard=json.loads(dashboard),
        exposed=exposed(project),
        sections=tuple(_find(r"^## (.+)$", project / "docs/runbook.md")),
        releases=tuple(released(project, each) for each in ("staging", "production")),
    )


def exposed(project: Path) -> dict[str, set[str]]:
    """Each metric with its labels, as the project's own code tells them, on its own libraries."""
    known = {"ENVIRONMENT": "test", "DATABASE_URL": "postgresql://host/name"}
    run = run_python(project, TELL, known)
    assert run.returncode == 0, run.stderr
    found = re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", run.stdout, re.MULTILINE)
    return {name: set(re.findall(r'(\w+)="', labels)) for name, labels in found}


def run_python(
    project: Path, code: str, known: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """In the project's folder, with the libraries of its settings and metrics."""
    uv = [sys.executable, "-m", "uv", "run", "--quiet", "--no-project", "--python", sys.executable]
    uv += ["--with", "prometheus-client", "--with", "pydantic-settings"]
    return subprocess.run(
        [*uv, "python", "-c", code],
        check=False,
        capture_output=True,
        text=True,
        cwd=project,
        env=os.environ | known,
    )


def read(project: Path) -> Service:
    """From the service's own files, so that they and the manifests agree."""
    readme = project / "deploy/kubernetes/README.md"
    [secret] = _find(r"^kubectl create secret generic (\S+)", readme)
    [user] = _find(r"^USER (\d+)", project / "Dockerfile")
    [grace] = _find(r"^GRACE_SECONDS = (\d+)", project / "app/cli.py")
    settings = frozenset(_fields(project / "app/settings.py"))
    return Service(
        settings=settings,
        required=settings & REQUIRED,
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
