"""Roads that open or close while trucks work."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import changed_at, scenario, source, travel, truck, village

from dispatch.check import check_plan
from dispatch.scenario import NO_ROAD
from dispatch.solver import SolveParams, solve
from dispatch.solver.instance import build_instance
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.legs import leave_at, leg_at

PARAMS = SolveParams(iterations=200, workers=1)


def day(early_s: int, late_s: int, switch_s: int = 1_800):
    """One village, 1,000 l a trip; the way from S to V changes, the others do not."""
    scene = scenario([village("V", population=5_000)], [source()], [truck()])
    way = travel(scene, {("D", "S"): 0, ("S", "V"): early_s, ("V", "D"): 0})
    late = way.seconds[0].copy()
    index = {place: k for k, place in enumerate(scene.place_ids)}
    late[index["S"], index["V"]] = late_s
    late[index["V"], index["S"]] = late_s
    return scene, changed_at(way, switch_s, late)


def delivered(scene, way):
    plan = solve(scene, way, PARAMS, seed=0).plan
    assert check_plan(scene, way, plan) == []
    return plan


def starts(plan):
    return [
        stop.start_s
        for route in plan.routes
        for stop in route.stops
        if stop.kind == "deliver"
    ]


def test_a_truck_waits_for_a_road_that_opens() -> None:
    """No way before 1800 s, 300 s each way after it: at 2100, 2700 and 3300."""
    plan = delivered(*day(NO_ROAD, 300))
    assert starts(plan) == [2_100, 2_700, 3_300]


def test_a_truck_is_through_before_its_road_closes() -> None:
    """300 s each way until 1800 s: visits at 300, 900, 1500; back home at once."""
    plan = delivered(*day(300, NO_ROAD))
    assert starts(plan) == [300, 900, 1_500]


def test_a_leg_across_the_change_takes_what_both_halves_allow() -> None:
    scene, way = day(1_000, 400, switch_s=1_500)
    instance = build_instance(scene, way)
    s, v = scene.place_ids.index("S"), scene.place_ids.index("V")
    assert leg_at(instance, 0, s, v, 500) == 1_000  # there at 1500
    assert leg_at(instance, 0, s, v, 600) == 1_000  # open before and after
    assert leg_at(instance, 0, s, v, 1_200) == 300 + 400  # waits for the change
    assert leg_at(instance, 0, s, v, 1_500) == 400
    leg = way.leg(0, s, v, 1_200, 1.0)
    assert leg is not None
    assert (leg.drive_s, leg.wait_s) == (400, 300)


def test_a_plan_that_ignores_the_closure_is_told() -> None:
    """Planned on the morning's roads, the visits after the closure break rule 2."""
    scene, way = day(300, NO_ROAD)
    blind = travel(scene, {("D", "S"): 0, ("S", "V"): 300, ("V", "D"): 0})
    plan = solve(scene, blind, PARAMS, seed=0).plan
    assert check_plan(scene, blind, plan) == []
    assert {violation.rule for violation in check_plan(scene, way, plan)} >= {2}


ways = st.sampled_from([NO_ROAD, 0, 1, 7, 20, 45])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(ways, ways, st.integers(1, 60), st.integers(0, 120))
def test_the_last_departure_is_the_last_that_is_in_time(
    early: int, late: int, switch: int, arrive: int
) -> None:
    """Against trying every departure; and who leaves later never arrives earlier."""
    scene, way = day(early, late, switch)
    instance = build_instance(scene, way)
    s, v = scene.place_ids.index("S"), scene.place_ids.index("V")
    arrivals = [at + leg_at(instance, 0, s, v, at) for at in range(-60, 121)]
    reached = [min(arrival, BIG) for arrival in arrivals]
    assert np.all(np.diff(reached) >= 0)
    in_time = [
        at
        for at, found in zip(range(-60, 121), arrivals, strict=True)
        if found <= arrive
    ]
    last = leave_at(instance, 0, s, v, arrive)
    if in_time:
        assert last == in_time[-1]
    else:
        assert last < -60
    # The check and the totals know the same legs.
    for at in range(0, 121, 5):
        leg = way.leg(0, s, v, at, 1.0)
        found = leg_at(instance, 0, s, v, at)
        assert found >= BIG if leg is None else found == leg.drive_s + leg.wait_s
