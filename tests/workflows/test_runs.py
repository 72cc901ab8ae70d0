"""The workflows of a generated project, run: from a clean checkout, step after step."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.generated.process import generate, run
from tests.kubernetes.cluster import Cluster
from tests.kubernetes.conftest import kubectl
from tests.workflows.runner.fixtures import github, node_folder
from tests.workflows.runner.runner import Github, Run

__all__ = ["github", "kubectl", "node_folder"]

TAG = "refs/tags/v1.2.3"
IMAGE = f"ghcr.io/octo/myservice:v1.2.3@sha256:{'a1' * 32}"
BUDGET_SECONDS = 300  # of a whole run, where each job has a machine of its own
UNCHECKED = "on: workflow_call\njobs: {check: {steps: [run: 'true']}}\n"
PASSES = "def test_it_passes() -> None:\n    assert True\n"
# A registry: it knows the tags that it was given, and the images that were signed.
DOCKER = """\
#!/bin/sh
echo "docker $*" >>{folder}/commands
for name; do :; done
case "$1 $2 $3" in
    "buildx imagetools inspect")
        grep -sx "$name" {folder}/tags && exit
        echo "error: $name: not found" >&2
        exit 1 ;;
    "buildx imagetools create") echo "$5" >>{folder}/tags ;;
    *) exit 2 ;;
esac
"""
COSIGN = """\
#!/bin/sh
echo "cosign $*" >>{folder}/commands
for image; do :; done
case $1 in
    sign) echo "$image" >>{folder}/signed ;;
    attest) for word; do case $word in *.json) exec test -s "$word" ;; esac; done; exit 1 ;;
    verify) grep -x "$(echo "$image" | sed 's/:v[^@]*@/@/')" {folder}/signed ;;
    *) exit 2 ;;
esac
"""


class NothingKnown(BaseHTTPRequestHandler):
    """OSV, when it knows no vulnerability of anything."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        results: list[dict[str, Any]] = [{} for _ in json.loads(body)["queries"]]
        answer = json.dumps({"results": results}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def osv() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), NothingKnown) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def cluster(github: Github, kubectl: str) -> Cluster:
    folder = github.folder / "cluster"
    folder.mkdir()
    return Cluster(folder, kubectl, images=f"before\n{IMAGE}\nbefore\n{IMAGE}")


@pytest.fixture
def outside(github: Github, cluster: Cluster, osv: str) -> Path:
    """All that is not on GitHub: a registry, whose folder this is, a cluster, vulnerabilities."""
    registry = github.folder / "registry"
    registry.mkdir()
    for name, script in {"docker": DOCKER, "cosign": COSIGN}.items():
        github.programs[name] = script.format(folder=registry)
    github.programs["kubectl"] = cluster.install()
    github.secrets["KUBECONFIG"] = "apiVersion: v1\nkind: Config\n"
    github.settings["osv"] = osv
    return registry


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated") / "myservice"
    generate(folder, deploy=["compose", "kubernetes"], ci="github-actions")
    return folder


@pytest.fixture
def project(generated: Path, tmp_path: Path) -> Path:
    """One to spoil. Of its tests only one is left, which takes no time."""
    folder = tmp_path / "myservice"
    run(tmp_path, "git", "clone", "--quiet", str(generated), "myservice")
    run(folder, "git", "rm", "-r", "--quiet", "tests")
    (folder / "tests").mkdir()
    (folder / "tests/__init__.py").touch()
    (folder / "tests/test_it.py").write_text(PASSES)
    return folder


@pytest.fixture
def play(github: Github, outside: Path) -> Callable[..., Run]:
    """`play(project, "release.yml", TAG)`: commit what is there, push it, and see."""

    def play(project: Path, workflow: str = "ci.yml", ref: str = "refs/heads/main") -> Run:
        run(project, "git", "add", "--all")
        run(project, "git", "commit", "--quiet", "--allow-empty", "--message=Change")
        github.host(project)
        run(github.remote, "git", "update-ref", ref, "refs/heads/main")
        return github.start(workflow, ref=ref)

    return play


def test_a_tag_is_checked_built_signed_and_rolled_out_to_staging_then_production(
    generated: Path, play: Callable[..., Run], outside: Path, cluster: Cluster
) -> None:
    done = play(generated, "release.yml", TAG)

    assert done.result == "success", done.said
    assert done.path_seconds < BUDGET_SECONDS, done.said
    assert done.jobs["image"]["outputs"]["image"] == IMAGE
    assert f"`{IMAGE}`" in done.summary
    assert (outside / "signed").read_text() == IMAGE.replace(":v1.2.3", "") + "\n"
    rollouts = [each for each in cluster.commands if each.startswith("rollout status")]
    assert ["myservice-staging" in each for each in rollouts] == [True, False]
    assert "myservice-production" in rollouts[1]
    for kind in ("Job", "Deployment"):
        specs = [each["spec"] for each in cluster.applied if each["kind"] == kind]
        images = [spec["template"]["spec"]["containers"][0]["image"] for spec in specs]
        assert images == [IMAGE, IMAGE]


@pytest.mark.full
def test_a_tag_that_is_there_already_is_not_given_to_another_image(
    project: Path, play: Callable[..., Run], outside: Path, cluster: Cluster
) -> None:
    (outside / "tags").write_text("ghcr.io/octo/myservice:v1.2.3\n")
    (project / ".github/workflows/ci.yml").write_text(UNCHECKED)

    done = play(project, "release.yml", TAG)

    assert done.failed == ["tag the image, unless another one has the tag"], done.said
    assert cluster.commands == []


@pytest.mark.full  # but for the image, the tag above has gone the same way
def test_a_change_is_checked_and_its_image_built(project: Path, play: Callable[..., Run]) -> None:
    done = play(project)

    assert done.result == "success", done.said
    assert {name: job["result"] for name, job in done.jobs.items()} == {
        "check": "success",
        "test": "success",
        "audit": "success",
        "image": "success",
    }


@pytest.mark.full
def test_what_lint_or_a_test_refuses_is_not_released(
    project: Path, play: Callable[..., Run], outside: Path, cluster: Cluster
) -> None:
    (project / "tests/test_it.py").write_text(PASSES.replace("True", "False"))
    (project / "app/unused.py").write_text("import os\n")

    done = play(project, "release.yml", TAG)

    assert sorted(done.failed) == ["make check", "make test"], done.said
    assert "app/unused.py" in done.said
    assert_nothing_released(done, outside, cluster)


@pytest.mark.full
def test_a_migration_that_is_missing_is_not_released(
    project: Path, play: Callable[..., Run], outside: Path, cluster: Cluster
) -> None:
    models = project / "app/items/models.py"
    column = "    quantity: Mapped[int]"
    assert column in models.read_text()
    models.write_text(models.read_text().replace(column, f"    amount: Mapped[int]\n{column}", 1))

    done = play(project, "release.yml", TAG)

    assert done.failed == ["make check"], done.said
    assert "amount" in done.said
    assert_nothing_released(done, outside, cluster)


@pytest.mark.parametrize("how", [pytest.param("missing", marks=pytest.mark.full), "stale"])
def test_a_lock_file_that_was_not_committed_is_not_released(
    project: Path, play: Callable[..., Run], outside: Path, cluster: Cluster, how: str
) -> None:
    if how == "missing":
        (project / "uv.lock").unlink()
    else:
        settings = project / "pyproject.toml"
        settings.write_text(
            settings.read_text().replace("dependencies = [", 'dependencies = [\n  "six>=1",')
        )

    done = play(project, "release.yml", TAG)

    assert done.failed == ["make setup"] * 3, done.said
    assert "uv.lock" in done.said
    assert_nothing_released(done, outside, cluster)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("run: make nothing", "No rule to make target"),
        ("run: sh scripts/none.sh", "scripts/none.sh"),
        ("uses: octo/unknown@v1", "no shim for octo/unknown"),
    ],
)
def test_a_step_that_cannot_run_fails(
    project: Path, play: Callable[..., Run], step: str, said: str
) -> None:
    path = project / ".github/workflows/ci.yml"
    path.write_text(path.read_text().replace("run: make setup", step))

    done = play(project)

    assert done.result == "failure"
    assert said in done.said


@pytest.mark.full
@pytest.mark.parametrize(
    ("answers", "workflow", "ref"),
    [
        (
            {"framework": "litestar", "database": "mysql", "auth": "jwt", "deploy": "compose"},
            "release.yml",
            TAG,
        ),
        (
            {"framework": "flask", "database": "sqlite", "auth": "api-key", "deploy": "none"},
            "ci.yml",
            "refs/heads/main",
        ),
    ],
    ids=["litestar-mysql-jwt-compose", "flask-sqlite-api-key-none"],
)
def test_another_combination_passes_too(
    tmp_path: Path, play: Callable[..., Run], answers: dict[str, str], workflow: str, ref: str
) -> None:
    generate(tmp_path / "myservice", ci="github-actions", **answers)

    done = play(tmp_path / "myservice", workflow, ref)

    assert done.result == "success", done.said
    assert done.path_seconds < BUDGET_SECONDS, done.said


def assert_nothing_released(done: Run, registry: Path, cluster: Cluster) -> None:
    assert done.result == "failure"
    later = [done.result_of(name) for name in ("image", "staging", "production")]
    assert later == ["skipped"] * 3
    assert not (registry / "commands").exists()
    assert cluster.commands == []
