from pathlib import Path

from scaffold.choices import guide


def test_the_page_of_questions_is_that_of_copier_yml() -> None:
    page = Path(__file__).parents[2] / "docs/questions.md"

    assert page.read_text() == guide.page()
