"""Each tool finds the defect that it is there for."""

from pathlib import Path

from tests.workflows.tools import parser, schemas, shellcheck, zizmor


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


def test_an_unknown_key_is_found(spoilt: Path) -> None:
    plant(spoilt, "timeout-minutes:", "timeout:")

    assert "timeout" in schemas(spoilt)


def test_a_careless_command_is_found(spoilt: Path) -> None:
    plant(spoilt, '"$IMAGE"', "$IMAGE")

    assert "SC2086" in shellcheck(spoilt)
