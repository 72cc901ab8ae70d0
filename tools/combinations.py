"""Writes docs/reference/combinations.md: what the last full run has seen of each combination.

.venv/bin/python -m tools.combinations REPORT.xml       # as `make test-all` does
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from tests.generated.combinations import EVERY

PAGE = Path(__file__).parents[1] / "docs/reference/combinations.md"
# What a mark stands for, and the test that makes it.
MARKS = {
    "generated": "test_a_new_project_is_what_was_asked_for",
    "installed": "test_a_new_project_is_clean",
    "own tests": "test_the_tests_of_a_new_project_pass",
    "contract": "test_every_combination_keeps_the_contract",
    "database down": "test_every_combination_starts_without_its_database",
    "migrated": "test_every_combination_is_migrated",
}
ABOUT = """\
# Combinations

Every framework on every database with every way to know who calls, as the tests found them on
{day}. `make test-all` runs all of them and writes this page. ✓ passed, ✗ failed, - not run.

- **generated**, **installed**: by the commands that `scaffold new` prints; `make check` is clean.
- **own tests**: `make test`, those that the project receives.
- **contract**: [the suite](contract-suite.md), over HTTP.
- **database down**: it starts without one, says so, and serves once it is there.
- **migrated**: from nothing, and again; models and migrations agree.

"""
PASSED, FAILED, NOT_RUN = "✓", "✗", "-"
Seen = dict[tuple[str, str], str]  # (test, combination) → mark


def main() -> None:
    seen = marks(*map(Path, sys.argv[1:]))
    PAGE.write_text(ABOUT.format(day=datetime.now(UTC).date()) + table(seen))
    missing = [case for case in cases() if seen.get(case) != PASSED]
    sys.exit(f"not passed: {missing}" if missing else 0)


def cases() -> list[tuple[str, str]]:
    return [(test, combination) for combination in EVERY for test in MARKS.values()]


def marks(*reports: Path) -> Seen:
    """By pytest's JUnit XML: of one run, or of the parts of one. What was skipped was not run."""
    found: Seen = {}
    for report in reports:
        for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314  # our own run wrote it
            test, _, combination = case.get("name", "").rstrip("]").partition("[")
            outcomes = {each.tag for each in case}
            mark = FAILED if outcomes & {"failure", "error"} else PASSED
            found[test, combination] = NOT_RUN if "skipped" in outcomes else mark
    return found


def table(seen: Seen) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in _rows(seen))


def _rows(seen: Seen) -> Iterator[list[str]]:
    titles = ["framework", "database", "auth", *MARKS]
    yield titles
    yield ["---"] * len(titles)
    for combination, answers in EVERY.items():
        found = [seen.get((test, combination), NOT_RUN) for test in MARKS.values()]
        yield [*answers.values(), *found]


if __name__ == "__main__":
    main()
