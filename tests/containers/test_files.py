"""What tools say of the emitted files, and of those that make the engine."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests import BIN
from tests.template.conftest import Render

ENGINE = Path(__file__).parent / "engine"


@pytest.fixture(scope="session", params=["postgresql", "mysql", "sqlite"])
def project(request: pytest.FixtureRequest, render: Render) -> Path:
    return render("myservice", database=request.param, deploy=["compose"])


def test_hadolint_finds_nothing(project: Path) -> None:
    assert complaint("hadolint", project / "Dockerfile") == ""


def test_the_compose_file_is_what_its_schema_says(project: Path) -> None:
    schema = "--builtin-schema=vendor.compose-spec"

    assert complaint("check-jsonschema", schema, "--quiet", project / "compose.yaml") == ""


def test_every_base_image_has_a_version(project: Path) -> None:
    compose = yaml.safe_load((project / "compose.yaml").read_text())
    bases = re.findall(r"^FROM (\S+)", (project / "Dockerfile").read_text(), re.MULTILINE)
    images = [service.get("image") for service in compose["services"].values()]

    for image in {*bases, *images} - {"myservice"}:
        assert re.search(r":\d", image), image


def test_the_grace_period_holds_the_drain_and_the_requests_in_flight(project: Path) -> None:
    [drain] = read_number(r"drain_delay_seconds: .* = ([\d.]+)", project / "app/settings.py")
    [grace] = read_number(r"^GRACE_SECONDS = (\d+)", project / "app/cli.py")
    compose = yaml.safe_load((project / "compose.yaml").read_text())

    stop = float(compose["services"]["app"]["stop_grace_period"].removesuffix("s"))

    assert drain + grace < stop


def test_shellcheck_finds_nothing_in_the_engine() -> None:
    scripts = [ENGINE / "engine", ENGINE / "images.sh", *ENGINE.glob("images/*/*.sh")]

    assert complaint("shellcheck", "--external-sources", *scripts) == ""


@pytest.mark.parametrize("recipe", sorted(ENGINE.glob("images/*")), ids=lambda path: path.name)
def test_hadolint_finds_nothing_in_a_stand_in(recipe: Path) -> None:
    assert complaint("hadolint", recipe / "Dockerfile") == ""


def complaint(tool: str, *arguments: str | Path) -> str:
    command = [BIN / tool, *arguments]
    done = subprocess.run(command, cwd=ENGINE, capture_output=True, text=True, check=False)
    output = done.stdout + done.stderr
    return output or f"exit status {done.returncode}" if done.returncode else ""


def read_number(pattern: str, path: Path) -> list[float]:
    return [float(found) for found in re.findall(pattern, path.read_text(), re.MULTILINE)]
