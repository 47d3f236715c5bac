"""Litres of a visit as shares of the knots beside them."""

from __future__ import annotations

import numpy as np
import pytest

from dispatch.solver.bounding.classes import VisitClasses
from dispatch.solver.bounding.prices import class_lines
from tests.solver.bounding.test_pricing import prices
from tests.solver.three_places import half_loads

#: Knots at 200, 500 and 800 litres; smaller visits are not counted.
CLASSES = VisitClasses(
    small=np.array([199.0]), knot=np.array([[200.0, 500.0, 800.0, np.nan]]), units=60
)


@pytest.mark.parametrize(
    ("litres", "shares"),
    [
        (150, {}),
        (200, {0: 1.0}),
        (260, {0: 0.8, 1: 0.2}),
        (500, {1: 1.0}),
        (800, {2: 1.0}),
    ],
)
def test_a_visit_is_shared_out_to_the_knots_beside_it(litres, shares) -> None:
    """260 litres are four fifths of 200 and one fifth of 500."""
    assert dict(CLASSES.shares(0, litres)) == pytest.approx(shares)


def test_classes_lie_between_knots() -> None:
    assert CLASSES.low.tolist() == [[200, 500, 2]]
    assert CLASSES.high.tolist() == [[500, 800, 1]]
    assert CLASSES.is_counted.tolist() == [True]


def test_prices_at_knots_are_lines_between_them() -> None:
    """260 and 410 at 200 and 500 litres: half a litre each, and 160 besides."""
    visit = np.array([[260.0, 410.0, 410.0, 0.0]])
    slope, bonus = class_lines(CLASSES, prices(half_loads(), visit=visit))
    assert slope[0] == pytest.approx([0.5, 0.0, 0.0])
    assert bonus[0] == pytest.approx([160.0, 410.0, 0.0])
