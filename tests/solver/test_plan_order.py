"""Which of two plans is better when changes cost litres: `is_better_plan`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.need import BANDS
from dispatch.solver.instance import build_instance
from dispatch.solver.kernel.arrays import TOTAL
from dispatch.solver.kernel.search import is_better_plan
from tests.solver.tiny import scenario, star, village

PRICE = 200
SCENE = scenario([village("V", population=10)])
INSTANCE = build_instance(SCENE, star(SCENE, {"D": 0, "S": 0, "V": 9}))._replace(
    change_price=PRICE
)
plans = st.tuples(
    st.tuples(*(st.integers(0, 3).map(lambda n: 150 * n) for _ in BANDS)),
    st.integers(0, 5),  # driving
    st.integers(0, 3),  # changed villages
)


def beats(a, b):
    (served_a, drive_a, changed_a), (served_b, drive_b, changed_b) = a, b
    return is_better_plan(
        INSTANCE,
        np.array(served_a, dtype=np.int64),
        np.array([(drive_a, changed_a)], dtype=TOTAL),
        np.array(served_b, dtype=np.int64),
        np.array([(drive_b, changed_b)], dtype=TOTAL),
    )


@given(plans, plans)
def test_of_two_plans_at_most_one_is_better(a, b):
    assert not (beats(a, b) and beats(b, a))
    assert a == b or beats(a, b) or beats(b, a)


@given(plans, plans)
def test_facilities_and_survival_are_never_weighed_against_changes(a, b):
    if a[0][:3] != b[0][:3]:
        assert beats(a, b) == (a[0][:3] > b[0][:3])


@given(plans, plans)
def test_without_more_changes_the_order_of_bands_alone_decides(a, b):
    if a[2] == b[2] and a[0] != b[0]:
        assert beats(a, b) == (a[0] > b[0])


@pytest.mark.parametrize(
    ("gains", "num_changes", "is_better"),
    [
        # 11 villages more changed, 11,347 L more, 187 of them in the first band
        ([0, 0, 0, 187, 3_000, 4_000, 4_160], 11, True),
        # as many changes for less than 200 L each
        ([0, 0, 0, 187, 1_000, 500, 500], 11, False),
        # all of it in the first band, though less in all
        ([0, 0, 0, 2_200, 0, 0, -2_000], 11, True),
        # more in all, but worse in the first band that differs
        ([0, 0, 0, -1, 0, 0, 9_000], 11, False),
        # survival of one person is worth any number of changes
        ([0, 0, 8, 0, 0, 0, -9_000], 11, True),
        # what was asked is enough; a litre less is not
        ([0, 0, 0, 0, 0, 0, 200], 1, True),
        ([0, 0, 0, 0, 0, 0, 199], 1, False),
    ],
)
def test_changes_are_charged_against_all_water(gains, num_changes, is_better):
    stays = ([5_000] * 7, 0, 0)
    moves = ([5_000 + gain for gain in gains], 0, num_changes)
    assert beats(moves, stays) == is_better
    assert beats(stays, moves) != is_better
