from pathlib import Path

from tools.combinations import FAILED, NOT_RUN, PASSED, marks, table

REPORT = """<testsuites><testsuite>
<testcase name="test_a_new_project_is_clean[postgresql-none]" />
<testcase name="test_a_new_project_is_clean[sqlite-jwt]"><failure>no</failure></testcase>
<testcase name="test_every_combination_is_migrated[sqlite-jwt]"><error>no</error></testcase>
<testcase name="test_every_combination_is_migrated[postgresql-none]"><skipped /></testcase>
</testsuite></testsuites>"""


def test_a_combination_has_the_marks_that_the_run_gave_it(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)

    rows = [line.strip("| ").split(" | ") for line in table(marks(report)).splitlines()]

    found = {tuple(row[:3]): dict(zip(rows[0][3:], row[3:], strict=True)) for row in rows[2:]}
    assert len(found) == 36
    assert found["fastapi", "postgresql", "none"]["installed"] == PASSED
    assert found["fastapi", "postgresql", "none"]["migrated"] == NOT_RUN
    assert found["fastapi", "sqlite", "jwt"]["installed"] == FAILED
    assert found["fastapi", "sqlite", "jwt"]["migrated"] == FAILED
    assert found["flask", "mysql", "oidc"]["contract"] == NOT_RUN
