"""Writes the diagrams of docs/explanation.

.venv/bin/python -m tools.diagrams        # `make reference`; a test fails when one is out of date
"""

from pathlib import Path

from tools.diagrams.drawing import draw
from tools.diagrams.sequences import NEW, REQUEST, UPDATE

FOLDER = Path(__file__).parents[2] / "docs/explanation"
DIAGRAMS = {"a-request.svg": REQUEST, "new.svg": NEW, "update.svg": UPDATE}


def main() -> None:
    for name, sequence in DIAGRAMS.items():
        (FOLDER / name).write_text(draw(sequence))


if __name__ == "__main__":
    main()
