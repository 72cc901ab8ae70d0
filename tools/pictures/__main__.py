"""Writes the pictures of docs/pictures.

.venv/bin/python -m tools.pictures        # `make pictures`; a test fails when one is out of date
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.pictures.scenes import SCENES, Picture

FOLDER = Path(__file__).parents[2] / "docs/pictures"


def main() -> None:
    for scene in SCENES:
        for name, picture in played(scene):
            (FOLDER / name).write_text(picture)


def played(scene: Callable[[Path], Iterator[Picture]]) -> list[Picture]:
    with TemporaryDirectory(prefix="scaffold-") as desk:
        return [*scene(Path(desk))]


if __name__ == "__main__":
    main()
