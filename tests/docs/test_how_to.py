"""The how-to pages, as who has something to do follows them, in what they say they begin with."""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold import distribution
from scaffold.template import releases, upgrades
from tests import BIN, ROOT, earlier
from tests.docs.not_run import is_run
from tests.docs.pages import blocks
from tests.docs.reader import Reader, committed
from tests.generated.process import OWNER, run

PAGES = ROOT / "docs/how-to"
OLDEST, NEWEST = (names := [*releases.recorded(distribution.releases())])[0], names[-1]


@dataclass(frozen=True)
class Desk:
    """Where a page is followed, with a `scaffold` that knows no other home."""

    folder: Path
    checkout: Path

    def project(self, name: str, release: str | None = None) -> Path:
        """Committed; as this template makes it, or as a release did."""
        made = self.folder / name
        if release:
            earlier.render(made, release)
            run(made, "git", "init", "--quiet", "--initial-branch=main")
            committed(made)
        else:
            made.parent.mkdir(parents=True, exist_ok=True)
            run(made.parent, str(BIN / "scaffold"), "new", made.name, "--defaults", "--no-lock")
        return made

    def follow(self, page: str, begin: Path, programs: Path = BIN) -> None:
        path = PAGES / page
        with Reader(begin, self.checkout, programs, **OWNER) as reader:
            reader.follow(block for block in blocks(path) if is_run(path, block))


@pytest.fixture
def desk(folder: Path, checkout: Path) -> Desk:
    return Desk(folder, checkout)


def test_a_resource_is_added(desk: Desk) -> None:
    project = desk.project("myservice")

    desk.follow("add-a-resource.md", project)

    assert (project / "app/orders/models.py").read_text().count("Order") > 2


def test_a_version_is_deprecated(desk: Desk) -> None:
    desk.follow("deprecate-a-version.md", desk.folder / "desk")


def test_an_update_is_looked_at_taken_back_and_done(desk: Desk) -> None:
    project = desk.project("myservice", OLDEST)
    deployment = project / "deploy/kubernetes/base/deployment.yaml"
    text = deployment.read_text()
    deployment.write_text(re.sub("(terminationGracePeriodSeconds:) 30.*", r"\1 60", text))
    (deployment.parent / "purge.yaml").unlink()
    committed(project)
    look, marked, go_on, abort, undo, check, propose = blocks(PAGES / "update.md")

    with Reader(project, desk.checkout, BIN, **OWNER) as reader:
        reader.do(look)
        reader.do(propose)
        assert branches(project) == ["main"]
        reader.typed("scaffold update --to 0.2.0")
        assert marked.text in deployment.read_text()
        reader.do(abort)
        assert run(project, "git", "status", "--short") == ""
        reader.typed("scaffold update --to 0.2.0")
        run(project, "git", "checkout", "--ours", str(deployment))
        run(project, "git", "add", str(deployment))
        reader.do(go_on)
        assert subject(project) == "Update the template to 0.2.0"
        reader.do(undo)
        assert subject(project) == "Test"
        reader.do(check)


def branches(project: Path) -> list[str]:
    return run(project, "git", "branch", "--format=%(refname:short)").split()


def test_a_fleet_is_updated(desk: Desk) -> None:
    fleet = desk.folder / "desk"
    old = desk.project("desk/services/billing", OLDEST)
    edited = desk.project("desk/services/stock", OLDEST)
    (edited / "README.md").write_text("Ours.\n")
    committed(edited)

    desk.follow("update-a-fleet.md", fleet)

    assert subject(old) == f"Update the template to {releases.shown(releases.current())}"
    assert subject(edited) == "Test"
    standing = (fleet / "standing.jsonl").read_text()
    assert standing.count('"release"') == 2


def test_presets_are_saved_and_taken(desk: Desk) -> None:
    desk.project("billing")
    begin = desk.folder / "desk"
    begin.mkdir()
    (begin / "team.yml").write_text("database: mysql\n")

    desk.follow("presets.md", begin)

    assert {path.name for path in begin.iterdir()} >= {"myservice", "shipping"}


def test_a_choice_is_written_into_the_pages_that_tell_of_it(desk: Desk) -> None:
    (desk.checkout / ".venv").symlink_to(BIN.parent)
    (desk.checkout / ".git/info/exclude").write_text(".venv\n")

    desk.follow("add-a-choice.md", desk.checkout)

    assert run(desk.checkout, "git", "status", "--short") == ""


@pytest.mark.full  # it makes an environment of its own, which takes minutes
def test_the_template_is_forked_and_followed(desk: Desk) -> None:
    begin = desk.folder / "desk"
    project = desk.project("desk/billing", NEWEST)
    fork = begin / "service-scaffold"
    main = run(desk.checkout, "git", "branch", "--show-current").strip()
    run(desk.checkout, "git", "switch", "--quiet", "--create", "later")
    (desk.checkout / "template/app/ids.py").write_text("LATER = 1\n")
    committed(desk.checkout)
    run(desk.checkout, "git", "tag", "v0.5.0")
    run(desk.checkout, "git", "switch", "--quiet", main)

    desk.follow("fork-the-template.md", begin, fork / ".venv/bin")

    assert (fork / "template/app/ids.py").read_text() == "LATER = 1\n"
    assert subject(project) == "Take updates from our own template"


def test_what_is_answered_once_and_for_good_is_understood(folder: Path) -> None:
    settings = folder / "scaffold"
    settings.mkdir()
    defaults, policy = (b.text for b in blocks(PAGES / "presets.md") if b.language == "yaml")
    (settings / "defaults.yml").write_text(defaults)
    (settings / "policy.yml").write_text(policy)

    taken = plan(folder)
    refused = plan(folder, "--auth=none")

    assert taken["data"]["answers"].items() >= yaml.safe_load(defaults).items()
    assert yaml.safe_load(policy)["auth"]["reason"] in refused["error"]["message"]


def plan(folder: Path, *flags: str) -> dict[str, Any]:
    done = subprocess.run(
        [BIN / "scaffold", "new", "svc", "--defaults", "--dry-run", "--json", *flags],
        cwd=folder,
        env=os.environ | {"XDG_CONFIG_HOME": str(folder)},
        stdout=subprocess.PIPE,
        check=False,
    )
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_what_an_upgrade_says_is_understood(folder: Path) -> None:
    *_, shown = (b.text for b in blocks(PAGES / "release.md") if b.language == "yaml")
    (folder / "upgrades.yml").write_text(shown)

    [entry] = upgrades.read(folder)

    assert entry.version == "0.3.0"
    assert all(entry.lines.values())


def subject(project: Path) -> str:
    """Of the newest commit on any branch."""
    return run(project, "git", "log", "--branches", "-1", "--format=%s").strip()
