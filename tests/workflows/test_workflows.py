"""The pipeline, judged by GitHub's own parser and by those who know its traps."""

import re
from pathlib import Path

import yaml

from tests.template.conftest import Render
from tests.workflows.tools import jobs, parser, schemas, shellcheck, workflows, zizmor

PINNED = re.compile(r"uses: (\$/\S+|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$")


def test_zizmor_finds_nothing(project: Path) -> None:
    assert zizmor(project) == ""


def test_no_rule_of_zizmor_is_relaxed(project: Path) -> None:
    assert list(project.rglob("*zizmor*")) == []
    assert [path for path in workflows(project) if "zizmor" in path.read_text()] == []


def test_the_parser_of_github_finds_nothing(project: Path, parser_folder: Path) -> None:
    assert parser(project, parser_folder) == ""


def test_the_schemas_find_nothing(project: Path) -> None:
    assert schemas(project) == ""


def test_shellcheck_finds_nothing(project: Path) -> None:
    assert shellcheck(project) == ""


def test_every_action_is_pinned_to_a_commit_beside_its_tag(project: Path) -> None:
    uses = [line for path in workflows(project) for line in path.read_text().splitlines()]

    assert [line for line in uses if "uses:" in line and not PINNED.search(line)] == []


def test_every_job_says_how_long_and_with_which_permissions(project: Path) -> None:
    for name, job in jobs(project):
        assert "permissions" in job, name
        assert "uses" in job or job["timeout-minutes"] <= 30, name


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
        (project / script).exists() for script in re.findall(r"^sh (\S+)", runs, re.MULTILINE)
    )
    assert (project / "Dockerfile").exists() == ("docker build" in runs)


def test_an_image_is_released_where_one_is_built(project: Path) -> None:
    names = [path.name for path in workflows(project)]

    assert names == (["ci.yml", "release.yml"] if (project / "Dockerfile").exists() else ["ci.yml"])


def test_production_comes_after_staging_after_the_image(render: Render) -> None:
    project = render("myservice", deploy=["kubernetes"], ci="github-actions")

    needs = {name: job.get("needs") for name, job in jobs(project) if name != "check"}

    assert needs["staging"] == "image"
    assert needs["production"] == ["image", "staging"]


def test_without_a_pipeline_nothing_of_it_is_there(render: Render) -> None:
    assert not (render("myservice", ci="none") / ".github").exists()
