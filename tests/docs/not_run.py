"""Which blocks of commands are run, and why the others are not. test_blocks.py checks all."""

from pathlib import Path

from tests.docs.pages import Block, name_of

# Done word by word by the tests of this folder.
FOLLOWED = {
    "README.md",
    "docs/tutorial.md",
    *(
        f"docs/how-to/{name}.md"
        for name in (
            "add-a-choice",
            "add-a-resource",
            "deprecate-a-version",
            "fork-the-template",
            "presets",
            "update",
            "update-a-fleet",
        )
    ),
}
# By page and the first thing typed.
NOT_RUN = {
    ("README.md", "scripts/test"): "it began this very run",
    ("CONTRIBUTING.md", "make setup"): "so this very run began",
    ("docs/how-to/add-a-resource.md", 'make migration m="create orders"'): (
        "tests/generated/test_growth.py does it in each framework, and the tutorial does"
    ),
    ("docs/how-to/fork-the-template.md", "pip install git+https://git.example.com/platform"): (
        "nobody has the address of an example"
    ),
    ("docs/how-to/release.md", "make release VERSION=0.2.0"): (
        "tests/tools/test_release.py makes releases of a smaller template"
    ),
    ("docs/how-to/release.md", "git push --follow-tags"): "it publishes",
    ("docs/how-to/use-with-an-agent.md", ".scaffold/bin/pip install 'service-scaffold[mcp]"): (
        "it adds to an environment what this one has already"
    ),
    ("docs/reference/contract-suite.md", ".venv/bin/pytest tests/contract"): (
        "tests/generated runs the suite against services, by these flags"
    ),
    ("docs/reference/contract-suite.md", "RATE_LIMIT=100000/60"): (
        "tests/generated serves with these settings"
    ),
    ("docs/reference/doctor.md", "scaffold doctor"): (
        "tests/tools/test_pictures.py holds it to the command, on a machine with such faults"
    ),
    ("docs/reference/operated.md", "make test-operation"): "it takes half an hour",
}


def is_run(page: Path, block: Block) -> bool:
    """Or written to a file. What stands for itself, such as a line of Python, is only checked."""
    if block.language in ("sh", "console"):
        return name_of(page) in FOLLOWED and reason(page, block) is None
    return block.language == "diff" or block.file is not None


def reason(page: Path, block: Block) -> str | None:
    """Why it is not run, if it is not."""
    return next(
        (
            why
            for (name, begin), why in NOT_RUN.items()
            if name == name_of(page) and block.typed.startswith(begin)
        ),
        None,
    )
