"""Each tool finds the defect that it is there for."""

from pathlib import Path

import pytest

from tests.workflows.tools import actionlint, parser, schemas, shellcheck, zizmor


def plant(project: Path, old: str, new: str, name: str = "release.yml") -> None:
    path = project / ".github/workflows" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_floating_tag_is_found(spoilt: Path) -> None:
    plant(spoilt, "checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "checkout@v7")

    assert "unpinned-uses" in zizmor(spoilt)


def test_an_answer_of_the_outside_in_a_command_is_found(spoilt: Path) -> None:
    plant(spoilt, "run: make setup", "run: make setup ${{ github.head_ref }}", "ci.yml")

    assert "template-injection" in zizmor(spoilt)


def test_an_unknown_context_is_found(spoilt: Path, parser_folder: Path) -> None:
    plant(spoilt, "needs.image.outputs", "need.image.outputs")

    assert "Unrecognized named-value: 'need'" in parser(spoilt, parser_folder)


def test_a_missing_job_is_found(spoilt: Path, parser_folder: Path) -> None:
    plant(spoilt, "needs: [image, staging]", "needs: [image, rehearsal]")

    assert "rehearsal" in parser(spoilt, parser_folder)


@pytest.mark.parametrize(
    "wrong", ["$/.github/workflows/check.yml", "./.github/ci.yml", "$.github/workflows/ci.yml"]
)
def test_a_workflow_that_is_not_there_is_found(
    spoilt: Path, parser_folder: Path, wrong: str
) -> None:
    plant(spoilt, "uses: $/.github/workflows/ci.yml", f"uses: {wrong}")

    assert "Unable to find reusable workflow" in parser(spoilt, parser_folder)


def test_an_input_that_the_called_workflow_lacks_is_found(
    spoilt: Path, parser_folder: Path
) -> None:
    plant(
        spoilt,
        "uses: $/.github/workflows/ci.yml",
        "uses: $/.github/workflows/ci.yml\n    with: {fast: true}",
    )

    assert "fast" in parser(spoilt, parser_folder)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("steps.push.outputs.digest", "steps.pushed.outputs.digest", 'property "pushed"'),
        ("runs-on: ubuntu-24.04", "runs-on: ubuntu-42.04", 'label "ubuntu-42.04" is unknown'),
    ],
)
def test_actionlint_finds_what_the_parser_lets_through(
    spoilt: Path, parser_folder: Path, old: str, new: str, found: str
) -> None:
    plant(spoilt, old, new)

    assert parser(spoilt, parser_folder) == ""
    assert found in actionlint(spoilt, parser_folder)


def test_a_guess_of_dependabot_is_found(spoilt: Path) -> None:
    plant(spoilt, "package-ecosystem: uv", "package-ecosystem: python", "../dependabot.yml")

    assert "python" in schemas(spoilt)


def test_an_update_without_a_pause_is_found(spoilt: Path) -> None:
    plant(spoilt, "    cooldown:", "    # cooldown:", "../dependabot.yml")

    assert "dependabot-cooldown" in zizmor(spoilt)


def test_rights_for_every_job_are_found(spoilt: Path) -> None:
    plant(spoilt, "permissions: {}", "permissions: write-all", "ci.yml")

    assert "excessive-permissions" in zizmor(spoilt)


def test_a_strangers_code_with_our_rights_is_found(spoilt: Path) -> None:
    plant(spoilt, "  pull_request:", "  pull_request_target:", "ci.yml")

    assert "dangerous-triggers" in zizmor(spoilt)


def test_an_unknown_key_is_found(spoilt: Path) -> None:
    plant(spoilt, "timeout-minutes:", "timeout:")

    assert "timeout" in schemas(spoilt)


def test_a_careless_command_is_found(spoilt: Path) -> None:
    plant(spoilt, '"$IMAGE"', "$IMAGE")

    assert "SC2086" in shellcheck(spoilt)
