"""Writes the pages of docs/reference that are made of what they describe.

.venv/bin/python -m tools.reference       # `make reference`; a test fails when one is out of date
"""

from pathlib import Path

from tools.reference import commands, questions, settings

FOLDER = Path(__file__).parents[2] / "docs/reference"
PAGES = {
    "questions.md": questions.page,
    "commands.md": commands.page,
    "settings.md": settings.page,
}


def main() -> None:
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page())


if __name__ == "__main__":
    main()
