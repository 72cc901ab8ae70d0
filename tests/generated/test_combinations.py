from itertools import combinations

import pytest

from tests.combinations import CHOICES
from tests.generated.combinations import AXES, CHOSEN, EVERY, PAIRWISE


@pytest.mark.parametrize(("one", "other"), [*combinations(AXES, 2)])
def test_any_two_choices_meet_in_ci(one: str, other: str) -> None:
    met = {(EVERY[name][one], EVERY[name][other]) for name in PAIRWISE}

    assert met == {(a, b) for a in CHOICES[one] for b in CHOICES[other]}


@pytest.mark.parametrize("axis", AXES)
def test_every_choice_is_met_by_all_of_ci(axis: str) -> None:
    assert {EVERY[name][axis] for name in CHOSEN} == {*CHOICES[axis]}
