"""
Litres and cost of an insertion, worked out by hand.

D-S takes 60 s, S-V 120 s, D-V 150 s; V-W 100 s, S-W 200 s, D-W 80 s. A filling takes
30 s and a second for 10 litres, a visit 40 s and a second for 5: 0.3 s a litre. A
second of driving costs one. The route S, V with 300 litres: filled 60-120, served
240-340, home at 490 s.
"""

from __future__ import annotations

import numpy as np
import pytest

from dispatch.model.scenario import TimeWindow
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.kernel.insert import (
    NEW_STOP,
    NEW_TRIP,
    TOP_UP,
    forget_kept,
    insert_once,
    try_new_trips,
)
from dispatch.solver.kernel.moves import begin, finish
from tests.solver.three_places import (
    LEGS,
    D,
    S,
    V,
    arrays,
    day,
    drive_row,
    tanker,
    times,
)
from tests.solver.tiny import travel, village

W = 3
#: Legs of days with a second village.
FOUR = LEGS | {("V", "W"): 100, ("S", "W"): 200, ("D", "W"): 80}
#: Positions of the villages among the villages.
AT_V, AT_W = 0, 1


def kept(state, k):
    """Return score, truck, entry, source, kind and litres of a candidate."""
    score, route, entry, source, kind, litres = state.kept[k]
    return pytest.approx(float(score)), *map(int, (route, entry, source, kind, litres))


def new_trips(instance, state, want, waiting_price=0.5, split_price=0.0):
    """Consider new trips of truck 0 to V alone, from 100 litres on."""
    forget_kept(state)
    try_new_trips(instance, state, AT_V, 0, 0, want, 100, waiting_price, split_price)


def insert(instance, state, v, want, waiting_price=0.5, split_price=0.0):
    """Bring drinking water to a village by any of the trucks; return the litres."""
    state.gathered[:] = np.arange(state.gathered.size)
    begin(state)
    litres = insert_once(
        instance, state, v, want, 0, state.route.size, waiting_price, split_price
    )
    finish(instance, state)
    return litres


def test_a_first_trip_costs_its_round_and_its_work() -> None:
    """60 + 120 + 150 s, 30 + 40 s of set-ups, 500 litres at 0.3 s, by the litre."""
    instance, state = arrays(day())
    new_trips(instance, state, 500)
    assert kept(state, 0) == ((330 + 70 + 150) / 500, 0, 0, 0, NEW_TRIP, 500)
    assert kept(state, 1)[0] == BIG


def test_a_trip_after_another_costs_its_detour() -> None:
    """Before or after the trip: 240 s more, for V-S-V or D-S-V-S beside D-S."""
    instance, state = arrays(day())
    drive_row(instance, state, 0, [(S, 300), (V, 300)])
    new_trips(instance, state, 500)
    assert kept(state, 0) == ((240 + 70 + 150) / 500, 0, 0, 0, NEW_TRIP, 500)
    assert kept(state, 1) == ((240 + 70 + 150) / 500, 0, 2, 0, NEW_TRIP, 500)


def test_new_waiting_is_charged_in_part() -> None:
    """
    V opens again at 1,000 s, when the second trip's truck waits there.

    It leaves V at 340 s, fills 460-540 and is at V at 660: 340 s of waiting.
    """
    windows = (TimeWindow(0, 300), TimeWindow(1_000, 2_000))
    instance, state = arrays(day(at_village={"windows": windows}))
    drive_row(instance, state, 0, [(S, 300), (V, 300)])
    new_trips(instance, state, 500)
    work = 240 + 70 + 150
    # As a first trip it is at V at 260 s, and the other one had to wait anyway.
    assert kept(state, 0) == (work / 500, 0, 0, 0, NEW_TRIP, 500)
    assert kept(state, 1) == ((work + 0.5 * 340) / 500, 0, 2, 0, NEW_TRIP, 500)


def test_a_load_that_leaves_a_part_to_others_pays_for_it() -> None:
    """
    A shift of 701 s leaves 301 s for water, enough for 1,000 litres at 0.3 s.

    One of 690 s leaves 290 s, which is 966 litres and a rest for another visit.
    """
    instance, state = arrays(day(trucks=[tanker(shift_end_s=701)]))
    new_trips(instance, state, 1_000, split_price=60.0)
    assert kept(state, 0) == (700 / 1_000, 0, 0, 0, NEW_TRIP, 1_000)
    instance, state = arrays(day(trucks=[tanker(shift_end_s=690)]))
    new_trips(instance, state, 1_000, split_price=60.0)
    cost = 330 + 70 + 966 * 0.3 + 60
    assert kept(state, 0) == (cost / 966, 0, 0, 0, NEW_TRIP, 966)


def test_the_smallest_visit_must_fit() -> None:
    """100 litres need 330 + 70 + 30 s."""
    instance, state = arrays(day(trucks=[tanker(shift_end_s=431)]))
    new_trips(instance, state, 500)
    assert kept(state, 0)[-1] == 103
    instance, state = arrays(day(trucks=[tanker(shift_end_s=429)]))
    new_trips(instance, state, 500)
    assert kept(state, 0)[0] == BIG


@pytest.mark.parametrize(
    ("capacity_l", "supply_l", "shift_end_s", "litres"),
    [
        (1_000, None, 3_600, 200),  # all that is wanted
        (400, None, 3_600, 100),  # the tank is full
        (1_000, 350, 3_600, 50),  # the source is dry
        (1_000, None, 520, 99),  # 30 s until the shift ends: 0.1 + 0.2 is over 0.3
    ],
)
def test_a_stop_is_topped_up_as_tank_source_and_time_allow(
    capacity_l: int, supply_l: int | None, shift_end_s: int, litres: int
) -> None:
    scene = day(
        at_village={"max_visits": 1},
        at_source={"supply_l": supply_l},
        trucks=[tanker(capacity_l=capacity_l, shift_end_s=shift_end_s)],
    )
    instance, state = arrays(scene)
    drive_row(instance, state, 0, [(S, 300), (V, 300)])
    assert insert(instance, state, AT_V, 200) == litres
    assert kept(state, 0) == (0.3, 0, 1, -1, TOP_UP, litres)
    assert state.entry["litres"][0, :2].tolist() == [300 + litres] * 2
    assert state.village["potable"][AT_V] == 300 + litres
    assert state.village["visits"][AT_V] == 1
    assert state.drawn[0] == 300 + litres


def two_villages(**fields):
    """V and W, and a truck that brings 300 litres to V."""
    first = day(**fields)
    windows = fields.get("at_village", {}).get("windows", ())
    both = (
        village("V", population=1_000),
        village("W", population=1_000, windows=windows),
    )
    scene = first.__class__(
        **{name: getattr(first, name) for name in first.__dataclass_fields__}
        | {"villages": both}
    )
    instance, state = arrays(scene, travel(scene, FOUR))
    drive_row(instance, state, 0, [(S, 300), (V, 300)])
    return instance, state


def test_a_stop_on_the_way_home_costs_its_detour() -> None:
    """
    V-W-D is 30 s more than V-D, and 200 litres take 40 + 60 s.

    Before V it would be 180 s more, as a trip of its own after V 250 s and 30 s.
    """
    instance, state = two_villages()
    assert insert(instance, state, AT_W, 200) == 200
    assert kept(state, 0) == (130 / 200, 0, 2, -1, NEW_STOP, 200)
    assert kept(state, 1) == (280 / 200, 0, 1, -1, NEW_STOP, 200)
    assert kept(state, 2)[0] == (250 + 30 + 100) / 200
    assert kept(state, 2)[1:] == (0, 2, 0, NEW_TRIP, 200)
    # 500 l are filled 60-140; V 260-360, W 460-540, home at 620 s.
    assert state.entry["node"][0, :3].tolist() == [S, V, W]
    assert state.entry["litres"][0, :3].tolist() == [500, 300, 200]
    assert times(state, 0) == [(60, 60, 140), (260, 260, 360), (460, 460, 540)]
    assert state.route["back"][0] == 620
    assert state.route["drive"][0] == 60 + 120 + 100 + 80
    assert state.total["drive"][0] == 360
    assert state.visitor[AT_W, 0] == 0


def test_waiting_at_a_stop_is_charged_in_part() -> None:
    """At W at 440 s, which opens at 600 s: 160 s at half a price."""
    instance, state = two_villages(at_village={"windows": (TimeWindow(600, 3_000),)})
    assert insert(instance, state, AT_W, 200) == 200
    assert kept(state, 0) == ((130 + 80) / 200, 0, 2, -1, NEW_STOP, 200)
    assert times(state, 0)[2] == (460, 600, 680)


def test_a_visit_brings_the_smallest_amount_or_more() -> None:
    """10 litres are wanted, 100 is the smallest visit."""
    instance, state = two_villages()
    assert insert(instance, state, AT_W, 10) == 100


def test_no_truck_comes_where_it_may_not() -> None:
    scene = day(at_village={"max_gross_t": 5.0}, trucks=[tanker(gross_t=9.0)])
    instance, state = arrays(scene)
    assert insert(instance, state, AT_V, 500) == 0
    assert kept(state, 0)[0] == BIG


def test_the_nearer_of_two_trucks_brings_the_water() -> None:
    """Truck B starts at a depot next to S: the same day with 50 s less on the way."""
    instance, state = arrays(day(trucks=[tanker("A"), tanker("B")]))
    instance.truck["start"][1] = S
    instance.truck["drive_price"][0] = 2
    assert insert(instance, state, AT_V, 500) == 500
    # A: 2 * 330 s; B: 0 + 120 + 150 s, as what it saves from S home is 60 s.
    assert kept(state, 0) == ((120 + 150 - 60 + 70 + 150) / 500, 1, 0, 0, NEW_TRIP, 500)
    assert kept(state, 1) == ((660 + 70 + 150) / 500, 0, 0, 0, NEW_TRIP, 500)
    assert state.route["length"].tolist() == [0, 2]
    assert instance.truck["depot"][1] == D
