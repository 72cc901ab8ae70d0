"""How large the terminal is, now: people change that while they are asked."""

from typing import Any

from prompt_toolkit.application import Application, get_app

ROOMY, BROAD = 18, 60  # lines and columns from which there is space for more than is needed


class Resizing:
    """Terminals break lines anew when they get narrower, and what was drawn moves: start afresh."""

    def __init__(self) -> None:
        self.size: tuple[int, int] | None = None

    def __call__(self, application: "Application[Any]") -> None:
        size = application.output.get_size()
        if self.size not in (None, (size.rows, size.columns)):
            application.renderer.clear()
        self.size = (size.rows, size.columns)


def columns() -> int:
    return get_app().output.get_size().columns


def is_roomy() -> bool:
    size = get_app().output.get_size()
    return size.rows >= ROOMY and size.columns >= BROAD
