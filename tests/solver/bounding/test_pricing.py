"""
What a trip earns and which one earns most, worked out by hand.

D-S takes 60 s, S-V 120 s, D-V 150 s. A filling takes 30 s and a second for 10
litres, a visit 40 s and a second for 5.
"""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from dispatch.model.need import BANDS
from dispatch.solver.bounding.classes import uncounted
from dispatch.solver.bounding.prices import Prices
from dispatch.solver.bounding.pricing import (
    NEVER,
    best_patterns,
    best_starts,
    complete,
    nearest_of,
    trace,
    visit_gains,
)
from dispatch.solver.bounding.trips import find_trips, trip_profit, trip_seconds
from tests.solver.three_places import HOME, TO_SOURCE, half_loads


def prices(data, **given):
    """Return prices that are 0 where none is given."""
    num_villages, num_sources = data.room.size, data.supply.size
    shapes = {
        "visit": (num_villages, 1),
        "supply_l": (num_sources,),
        "bay_s": (num_sources,),
        "floor_l": (len(BANDS),),
        "second": (len(data.kinds),),
    }
    nothing = {
        item.name: np.zeros(shapes.get(item.name, (num_villages,)))
        for item in fields(Prices)
        if item.name != "place"
    }
    place = tuple(np.zeros(kind.ends.size) for kind in data.kinds)
    return replace(Prices(place=place, **nothing), **given)


def test_a_trip_takes_filling_way_visit_and_way_on() -> None:
    """30 + 120 + 40 s and 500 litres at 0.3 s, then 120 s to S or 150 s to D."""
    data = half_loads()
    assert trip_seconds(data, TO_SOURCE) == pytest.approx(340 + 120)
    assert trip_seconds(data, HOME) == pytest.approx(340 + 150)


def test_a_trip_earns_its_litres_less_what_it_uses() -> None:
    """
    A litre earns 1 and costs 0.1 of the source, 0.2 for each 0.1 s at the bay.

    500 * (1 - 0.12), less 30 s of set-up in the bay and 5 for the visit; home is
    worth 2 less than the source.
    """
    data = half_loads()
    paid = prices(
        data,
        small_l=np.array([1.0]),
        supply_l=np.array([0.1]),
        bay_s=np.array([0.2]),
        any_visit=np.array([5.0]),
        place=(np.array([3.0, 1.0]),),
    )
    classes = uncounted(data, 60)
    earned = 440 - 30 * 0.2 - 5
    assert trip_profit(data, classes, paid, TO_SOURCE) == pytest.approx(earned)
    assert trip_profit(data, classes, paid, HOME) == pytest.approx(earned - 2)


def test_the_price_of_seconds_is_the_rate_of_the_best_trip() -> None:
    """A full tank brought and back at the source: 500 in 460 s."""
    data = half_loads()
    paid = prices(data, small_l=np.array([1.0]))
    rates, trips = find_trips(data, uncounted(data, 60), paid)
    assert rates == pytest.approx([500 / 460], rel=1e-5)
    assert [trip._replace(litres=()) for trip in trips] == [
        TO_SOURCE._replace(litres=())
    ]
    assert trips[0].litres == pytest.approx([500])


def test_no_trip_is_found_where_seconds_are_dear() -> None:
    data = half_loads()
    paid = prices(data, small_l=np.array([1.0]), second=np.array([500 / 459]))
    rates, trips = find_trips(data, uncounted(data, 60), paid)
    assert rates == pytest.approx([500 / 459])
    assert trips == []


def test_a_visit_gains_by_whole_units_of_the_tank() -> None:
    """
    350 litres fit, a litre earns 1 and costs 0.2 on the way, a unit is 100 litres.

    All 350 count as three units, rounded in favour of the trip; one litre is less
    than a unit and takes no tank.
    """
    gain, litres = np.empty((1, 5)), np.zeros((1, 5))
    one = np.ones((1, 1))
    small = visit_gains(
        4,
        100.0,
        0.2,
        np.array([350.0]),
        one,
        350 * one,
        one.copy(),
        0 * one,
        gain,
        litres,
    )
    assert small == pytest.approx([0.8])
    assert gain[0, 0] == NEVER
    assert gain[0, 1:] == pytest.approx([80, 160, 280, 280])
    assert litres[0, 1:].tolist() == [100, 200, 350, 350]


def table():
    """
    Two villages 10 s apart, two units of tank, a price of 1 a second.

    A unit gains 40 in the first and 35 in the second village, two units 45 and 60.
    A visit costs 5, and the way on 20 from the first, 30 from the second.
    """
    apart = np.array([[0.0, 10.0], [10.0, 0.0]])
    near = np.array([[0, 1], [1, 0]])
    gain = np.array([[NEVER, 40, 45], [NEVER, 35, 60]])
    return complete(1.0, apart, near, gain, np.full(2, 5.0), np.array([-20.0, -30.0]))


def test_a_trip_divides_its_tank_between_villages() -> None:
    """
    With one unit left: 40 - 5 - 20 = 15 and 35 - 5 - 30 = 0.

    With two, the second village first: 35 - 5 - 10 and 15 from the first one on.
    The first one first: 40 - 5 - 10 and 0, better than 45 - 5 - 20.
    """
    arrive, _, unload, then, follow = table()
    assert arrive[0, :, 1] == pytest.approx([15, 0])
    assert arrive[0, :, 2] == pytest.approx([25, 35])
    stops, units = np.zeros(4, np.int64), np.zeros(4, np.int64)
    count = trace(1, 2, unload, then, follow, stops, units)
    assert stops[:count].tolist() == [1, 0]
    assert units[:count].tolist() == [1, 1]


def test_a_start_pays_its_way_and_its_dearer_water() -> None:
    """
    The first source is 8 and 1 s away, the second one next door but dearer.

    Its water costs 0.3 more a litre, so 30 a unit: one unit pays at the first
    village with 15 - 30 as with 25 - 60 not, and is the lesser loss.
    """
    arrive = table()[0]
    worth, load = best_starts(
        1.0,
        100.0,
        np.zeros(2),
        np.array([[8.0, 1.0], [0.0, 0.0]]),
        np.array([0.0, 0.3]),
        arrive[0],
    )
    assert worth == pytest.approx(np.array([[17, 34], [-15, -25]]))
    assert load.tolist() == [[2, 2], [1, 2]]


def test_some_villages_are_numbered_anew() -> None:
    apart = np.array([[0.0, 5.0, 3.0], [5.0, 0.0, 4.0], [3.0, 4.0, 0.0]])
    near = np.argsort(apart, axis=1)
    some_near, some_ways = nearest_of(near, apart, np.array([0, 2]))
    assert some_near.tolist() == [[0, 1], [1, 0]]
    assert some_ways.tolist() == [[0, 3], [3, 0]]


@pytest.mark.parametrize(
    ("most_visits", "room", "worth", "visits", "litres"),
    [
        (10, 500.0, 410.0, 2, 500.0),  # 500 * 0.9 less two visits
        (1, 500.0, 250.0, 1, 300.0),  # a tank less one visit
        (10, 300.0, 250.0, 1, 300.0),
        (10, 310.0, 250.0, 1, 300.0),  # ten litres more are not worth a visit
    ],
)
def test_the_best_set_of_visits_pays_its_visits(
    most_visits: int, room: float, worth: float, visits: int, litres: float
) -> None:
    """A litre is worth 1 and costs 0.1, a visit of up to 300 litres costs 20."""
    at_knot, brought = np.zeros((1, 2)), np.zeros(1)
    found = best_patterns(
        np.ones((1, 1)),
        np.full((1, 1), 500.0),
        np.array([room]),
        np.array([most_visits]),
        np.ones((1, 1)),
        np.full((1, 1), 300.0),
        np.full((1, 1), 0.1),
        np.full((1, 1), 20.0),
        1_000,
        at_knot,
        brought,
    )
    assert found == pytest.approx([worth])
    assert (at_knot.sum(), brought[0]) == pytest.approx((visits, litres))
    assert at_knot[0] @ [1, 300] == pytest.approx(litres)
