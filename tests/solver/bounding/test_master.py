"""
The bound of one truck and one village, worked out by hand.

One truck of 500 litres has 3,600 s, 60 of them to S. A trip of a full tank takes
460 s back to S and 490 s home to D (see test_pricing).
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from dispatch.model.need import BANDS
from dispatch.model.scenario import TimeWindow
from dispatch.solver.bounding.ascent import Limits, TripBound
from dispatch.solver.bounding.classes import uncounted
from dispatch.solver.bounding.master import Master
from dispatch.solver.bounding.prices import Goal, priced_bound
from tests.solver.three_places import HOME, TO_SOURCE, half_loads, tanker

#: 3,540 s from the first filling on: a last trip home, the others back to S.
BY_TIME = 500 * (1 + (3_600 - 60 - 490) / 460)
ROUNDS = Limits(math.inf, 30)


def all_bands(floor_l=()):
    floors = np.zeros(len(BANDS))
    floors[: len(floor_l)] = floor_l
    return Goal(weight=np.ones(len(BANDS)), floor_l=floors)


def solved(data, goal=None):
    """Return the master program of the two full trips, its value and prices."""
    master = Master(data, uncounted(data, 60))
    master.add_trip(TO_SOURCE)
    master.add_trip(HOME)
    master.set_goal(goal or all_bands())
    return master, *master.solve()


def test_a_truck_brings_what_its_seconds_allow() -> None:
    _, value, _ = solved(half_loads())
    assert value == pytest.approx(BY_TIME)


def test_a_trip_is_added_once() -> None:
    master, _, _ = solved(half_loads())
    assert not master.add_trip(TO_SOURCE)
    assert master.trips == [TO_SOURCE, HOME]


@pytest.mark.parametrize(
    ("fields", "litres"),
    [
        ({"people": 800}, 800),
        ({"at_source": {"supply_l": 1_200}}, 1_200),
        ({"at_village": {"storage_l": 700}}, 700),
        ({"at_village": {"max_visits": 3}}, 1_500),
        # 600 s of one bay, 80 s a filling of 500 litres.
        ({"at_source": {"bays": 1, "windows": (TimeWindow(0, 600),)}}, 600 / 80 * 500),
    ],
)
def test_other_limits_bind_before_the_seconds(fields, litres) -> None:
    _, value, _ = solved(half_loads(**fields))
    assert value == pytest.approx(litres)


def test_a_second_is_worth_what_a_trip_brings_in_it() -> None:
    _, _, prices = solved(half_loads())
    assert prices.second == pytest.approx([500 / 460])
    # Home is 30 s further than the source.
    home = prices.place[0][1] - prices.place[0][0]
    assert home == pytest.approx(30 * 500 / 460)


def test_the_prices_of_the_program_prove_its_value() -> None:
    """Weak duality: with all good trips known, bound and value meet."""
    data = half_loads()
    master, value, prices = solved(data)
    bound, _ = priced_bound(data, master.classes, all_bands(), prices)
    assert bound == pytest.approx(value)


def test_a_floor_that_cannot_be_met_costs_its_price() -> None:
    """800 of 1,000 litres that the people must have: 200 are missed, dear or dearer."""
    data = half_loads(at_source={"supply_l": 800})
    band = int(data.need[0].argmax())
    goal = all_bands([0.0] * band + [1_000.0])
    master, value, _ = solved(data, goal)
    assert value == pytest.approx(800 - 6 * 200)
    assert master.raise_floors()
    assert master.solve()[0] == pytest.approx(800 - 18 * 200)
    assert master.raise_floors()
    assert master.solve()[0] == pytest.approx(800 - 50 * 200)
    assert not master.raise_floors()


def test_generated_trips_reach_the_bound() -> None:
    bound = TripBound(half_loads(), units=60).prove(all_bands(), ROUNDS, 10_000.0)
    assert BY_TIME - 1e-6 <= bound <= BY_TIME * 1.001


def test_a_known_bound_is_never_made_worse() -> None:
    trips = TripBound(half_loads(), units=60)
    assert trips.prove(all_bands(), ROUNDS, 3_000.0) == 3_000.0


def test_counted_visits_know_that_a_rest_is_a_visit() -> None:
    """
    600 litres are 1.2 trips of a full tank, 490 + 92 of the truck's 700 s.

    As two visits they take 490 s and 30 + 120 + 40 + 30 + 120 s for 100 litres: of
    these 340 s, 210 are left.
    """
    trucks = [tanker(capacity_l=500, shift_end_s=60 + 700)]
    data = half_loads(people=600, trucks=trucks)
    trips = TripBound(data, units=60)
    plain = trips.prove(all_bands(), ROUNDS, 10_000.0)
    fine = trips.refine(all_bands(), [0, 1], ROUNDS, plain)
    assert plain == pytest.approx(600)
    best = 500 + 100 * 210 / 340
    assert best - 1e-6 <= fine <= best * 1.002
