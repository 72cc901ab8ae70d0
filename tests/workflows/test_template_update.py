"""template-update.yml, run against a stand-in for the template's own repository."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold import distribution
from scaffold.choices.questions import Answers
from scaffold.template import releases, upgrades
from tests import ROOT, earlier
from tests.generated.process import run
from tests.workflows.runner.fixtures import github, node_folder
from tests.workflows.runner.runner import Github, Run

__all__ = ["github", "node_folder"]

TEMPLATE = "https://github.com/service-scaffold/service-scaffold"
WORKFLOW = ROOT / "template/{{ci_github_actions}}/.github/workflows/template-update.yml"
OLDEST, NEWEST = (names := [*releases.recorded(distribution.releases())])[0], names[-1]
# Without a pipeline: no release brings a workflow of its own in place of the one tried here.
ANSWERS: Answers = {"deploy": ["kubernetes"], "ci": "none"}
TOKEN = "github_pat_of_the_owner"
BRANCH = "scaffold/update"
# Pull requests, as the API keeps them; nobody without the token is heard.
GH = """\
#!{python}
import json, os, sys
from pathlib import Path
kept = Path({kept!r})
assert os.environ["GH_TOKEN"] == {token!r}
if sys.argv[1:] == ["auth", "setup-git"]:
    sys.exit()
command, *words = sys.argv[1:]
assert command == "api"
method, path, given = "GET", "", {{}}
while words:
    word = words.pop(0)
    if word == "--method":
        method = words.pop(0)
    elif word in ("-f", "-F"):
        name, _, value = words.pop(0).partition("=")
        given[name] = Path(value[1:]).read_text() if value[0] == "@" and word == "-F" else value
    elif word == "--jq":
        assert words.pop(0) == ".[].number"
    elif word != "--silent":
        path = word
pulls = json.loads(kept.read_text())
if method == "GET":
    assert path == "repos/octo/myservice/pulls?state=open&head=octo:{branch}", path
    print(*(each["number"] for each in pulls if each["state"] == "open"))
elif method == "POST":
    assert path == "repos/octo/myservice/pulls", path
    pulls.append(given | {{"number": len(pulls) + 1, "state": "open"}})
else:
    number = int(path.removeprefix("repos/octo/myservice/pulls/"))
    pulls[number - 1] |= given
kept.write_text(json.dumps(pulls))
"""
# Of GitHub: nobody pushes without a token.
PRE_RECEIVE = f'#!/bin/sh\ntest "$GH_TOKEN" = {TOKEN}\n'


class Repository:
    """On GitHub, of a project that is on the oldest release."""

    def __init__(self, github: Github, rendered: Path) -> None:
        self.github = github
        self.project = github.folder / "myservice"
        shutil.copytree(rendered, self.project, symlinks=True)
        self.commit("Start")
        self.pulls_file = github.folder / "pulls.json"
        self.pulls_file.write_text("[]")
        github.secrets["TEMPLATE_TOKEN"] = TOKEN
        kept = str(self.pulls_file)
        own = {"python": sys.executable, "kept": kept, "token": TOKEN, "branch": BRANCH}
        github.programs["gh"] = GH.format(**own)
        hook = github.remote / "hooks/pre-receive"
        hook.write_text(PRE_RECEIVE)
        hook.chmod(0o755)

    def commit(self, message: str) -> None:
        run(self.project, "git", "add", "--all")
        run(self.project, "git", "commit", "--quiet", f"--message={message}")
        self.push("+HEAD:refs/heads/main")

    def push(self, ref: str) -> None:
        if not self.github.remote.exists():
            self.github.host(self.project)
        run(self.project, "git", "push", "--quiet", str(self.github.remote), ref, GH_TOKEN=TOKEN)

    def edit(self, path: str, text: str) -> None:
        (self.project / path).write_text(text)
        self.commit(f"Edit {path}")

    def start(self) -> Run:
        return self.github.start("template-update.yml", "schedule")

    @property
    def pulls(self) -> list[dict[str, Any]]:
        pulls: list[dict[str, Any]] = json.loads(self.pulls_file.read_text())
        return pulls

    def git(self, *words: str) -> str:
        return run(self.github.remote, "git", *words).strip()

    @property
    def branches(self) -> list[str]:
        return self.git("branch", "--format=%(refname:short)").split()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template's repository as it is when a release is made of this work: its newest tag
    stands at that release. A later tag that is no release, and a branch that looks like one."""
    folder = tmp_path_factory.mktemp("template") / "tree"
    folder.mkdir()
    for name in ("src", "releases"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, folder)
    with releases.source(NEWEST) as source:
        shutil.copy(source / "copier.yml", folder)
        shutil.copytree(source / "template", folder / "template", symlinks=True)
    run(folder, "git", "init", "--quiet", "--initial-branch=main")
    run(folder, "git", "add", "--all", "--force")
    run(folder, "git", "commit", "--quiet", "--message=Release")
    for name in (OLDEST, NEWEST, "v99.0.0-rc1", "nightly-v99.0.0"):
        run(folder, "git", "tag", name)
    run(folder, "git", "branch", "v99.0.0")
    return folder


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project as the oldest release made it, and the workflow in it."""
    folder = tmp_path_factory.mktemp("rendered") / "myservice"
    earlier.render(folder, OLDEST, ANSWERS)
    (folder / ".github/workflows").mkdir(parents=True)
    shutil.copy(WORKFLOW, folder / ".github/workflows")
    run(folder, "git", "init", "--quiet", "--initial-branch=main")
    return folder


@pytest.fixture
def repository(github: Github, template: Path, rendered: Path) -> Repository:
    github.urls[TEMPLATE] = template
    return Repository(github, rendered)


def test_a_release_is_proposed_once_and_followed(repository: Repository) -> None:
    done = repository.start()

    assert done.result == "success", done.said
    [pull] = repository.pulls
    assert (pull["head"], pull["base"], pull["number"]) == (BRANCH, "main", 1)
    assert pull["title"] == f"Update the template to {NEWEST.removeprefix('v')}"
    told = " ".join(pull["body"].split())
    for upgrade in upgrades.between(OLDEST, NEWEST, ANSWERS):
        for sentence in [*upgrade.breaking, *upgrade.manual]:
            assert f"- {upgrade.version}: {sentence}" in told
    assert repository.git("rev-list", f"main..{BRANCH}") == repository.git("rev-parse", BRANCH)
    assert repository.git("show", f"{BRANCH}:.copier-answers.yml").count(NEWEST) == 1
    first = repository.git("rev-parse", BRANCH)

    again = repository.start()

    assert again.result == "success", again.said
    assert repository.git("rev-parse", BRANCH) == first
    assert repository.pulls == [pull]

    repository.edit("NOTES.md", "Ours.\n")
    refreshed = repository.start()

    assert refreshed.result == "success", refreshed.said
    assert repository.git("rev-parse", BRANCH) != first
    assert repository.git("rev-parse", f"{BRANCH}^") == repository.git("rev-parse", "main")
    assert [each["number"] for each in repository.pulls] == [1]

    repository.git("update-ref", "refs/heads/main", BRANCH)
    merged = repository.start()

    assert merged.result == "success", merged.said
    assert merged.result_of("propose") == "skipped"
    assert "nothing to do" in merged.summary


@pytest.mark.full
def test_a_commit_of_somebody_on_the_branch_stays(repository: Repository) -> None:
    repository.start()
    run(repository.project, "git", "fetch", "--quiet", str(repository.github.remote), BRANCH)
    run(repository.project, "git", "switch", "--quiet", "--detach", "FETCH_HEAD")
    run(repository.project, "git", "commit", "--quiet", "--allow-empty", "--message=Mend")
    repository.push(f"HEAD:{BRANCH}")
    mended = repository.git("rev-parse", BRANCH)

    done = repository.start()

    assert done.result == "success", done.said
    assert "has a commit of somebody's" in done.summary
    assert repository.git("rev-parse", BRANCH) == mended


def test_a_conflict_is_red_and_says_where_and_how_to_go_on(repository: Repository) -> None:
    release = repository.project / "deploy/kubernetes/release.sh"
    repository.edit("deploy/kubernetes/release.sh", release.read_text().replace("kubectl", "k"))

    done = repository.start()

    assert (done.result, done.failed) == ("failure", ["merge"]), done.said
    assert "conflict  deploy/kubernetes/release.sh:" in done.summary
    assert f"uvx --from git+{TEMPLATE}@{NEWEST} scaffold update --continue" in done.summary
    assert (repository.branches, repository.pulls) == (["main"], [])


def test_without_the_token_an_update_is_red_and_says_what_is_needed(
    repository: Repository,
) -> None:
    del repository.github.secrets["TEMPLATE_TOKEN"]

    done = repository.start()

    assert (done.result, done.failed) == ("failure", ["require the token"])
    assert "no secret TEMPLATE_TOKEN" in done.said
    assert (repository.branches, repository.pulls) == (["main"], [])


@pytest.mark.full
def test_a_release_can_be_held(repository: Repository) -> None:
    repository.github.variables["TEMPLATE_RELEASE"] = "v99.0.0-rc2"

    done = repository.start()

    assert (done.result, done.failed) == ("failure", ["merge"])
    assert "v99.0.0-rc2" in done.said


def test_the_token_is_kept_from_the_job_that_runs_the_template() -> None:
    merge = yaml.safe_load(WORKFLOW.read_text())["jobs"]["merge"]

    assert "secrets" not in json.dumps(merge)
    assert "token" not in json.dumps(merge)
