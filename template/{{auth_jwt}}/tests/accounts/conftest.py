from collections.abc import Callable

import pytest

from app.edge.rates import rates


@pytest.fixture(autouse=True)
def forget_tries() -> Callable[[], None]:
    """This process counts them, for all tests: each begins with none."""
    forget: Callable[[], None] = vars(rates())["_kept"].clear
    forget()
    return forget
