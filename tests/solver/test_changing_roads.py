"""Roads that open or close while trucks work."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.check.facts import open_ways
from dispatch.check.rules import check_plan
from dispatch.model.travel import NO_ROAD, LaterTravel, LegTimes
from dispatch.solver.instance import build_instance
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.kernel.legs import leave_at, leg_at
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from tests.solver.tiny import changed_at, scenario, source, travel, truck, village

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


#: Seconds of five roads side by side from S to V.
ROADS_S = (3, 8, 14, 25, 60)


def day_of_periods(switches_s, is_open):
    """Return a day whose roads side by side are open as (period, road) says."""
    scene = scenario([village("V", population=5_000)], [source()], [truck()])
    index = {place: k for k, place in enumerate(scene.place_ids)}

    def ways(first: int, last: int) -> LegTimes:
        free = [
            road_s
            for road_s, states in zip(ROADS_S, zip(*is_open, strict=True), strict=True)
            if all(states[first : last + 1])
        ]
        matrix = travel(scene, {("D", "S"): 0, ("V", "D"): 0}).seconds[0].copy()
        matrix[index["S"], index["V"]] = min(free, default=NO_ROAD)
        return LegTimes((matrix,), (matrix * 9,))

    last = len(switches_s)
    later = LaterTravel(
        switches_s=tuple(switches_s),
        periods=tuple(ways(p, p) for p in range(1, last + 1)),
        across=tuple(ways(p, p + 1) for p in range(last)),
        throughout=ways(0, last),
    )
    first = ways(0, 0)
    way = travel(scene, {("D", "S"): 0, ("V", "D"): 0})
    return scene, replace(way, seconds=first.seconds, metres=first.metres, later=later)


def soonest(switches_s, is_open, depart: int) -> int:
    """Return the first arrival by trying every second and every road, or BIG."""
    best = BIG
    for start in range(depart, 200):
        for road, road_s in enumerate(ROADS_S):
            first = sum(moment <= start for moment in switches_s)
            last = sum(moment < start + road_s for moment in switches_s)
            if all(is_open[p][road] for p in range(first, max(first, last) + 1)):
                best = min(best, start + road_s)
    return best


@st.composite
def days(draw):
    count = draw(st.integers(1, 5))
    moments = st.integers(5, 90)
    switches = sorted(
        draw(st.lists(moments, min_size=count, max_size=count, unique=True))
    )
    states = st.tuples(*[st.booleans()] * len(ROADS_S))
    opened = draw(st.lists(states, min_size=count + 1, max_size=count + 1))
    return switches, opened


@settings(max_examples=150, deadline=None, derandomize=True)
@given(days())
def test_legs_of_a_day_with_many_changes(drawn) -> None:
    """
    Solver, totals and check say the same, and it is a way that is really open.

    Against trying every second and road. A leg over one change at most is the best
    there is; over several it keeps to what is open all day, or waits.
    """
    switches, is_open = drawn
    scene, way = day_of_periods(switches, is_open)
    instance = build_instance(scene, way)
    s, v = scene.place_ids.index("S"), scene.place_ids.index("V")
    arrivals = []
    for depart in range(0, 101, 3):
        leg = way.leg(0, s, v, depart, 1.0)
        found = depart + leg_at(instance, 0, s, v, depart)
        arrivals.append(min(found, BIG))
        checked = [
            seconds + wait_s
            for seconds, _, wait_s in open_ways(way, 0, s, v, depart, 1.0)
            if seconds != NO_ROAD
        ]
        best = soonest(switches, is_open, depart)
        if leg is None:
            assert found >= BIG
            assert checked == []
            continue
        assert found == depart + leg.drive_s + leg.wait_s
        assert min(checked) == leg.drive_s + leg.wait_s
        assert found >= best
        over = [moment for moment in switches if depart <= moment < best]
        if len(over) <= 1:
            assert found == best
    assert np.all(np.diff(arrivals) >= 0)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(days(), st.integers(0, 150))
def test_the_last_departure_on_a_day_with_many_changes(drawn, arrive: int) -> None:
    scene, way = day_of_periods(*drawn)
    instance = build_instance(scene, way)
    s, v = scene.place_ids.index("S"), scene.place_ids.index("V")
    in_time = [
        at for at in range(-60, 151) if at + leg_at(instance, 0, s, v, at) <= arrive
    ]
    last = leave_at(instance, 0, s, v, arrive)
    if in_time:
        assert last == in_time[-1]
    else:
        assert last < -60


def test_a_road_shut_over_noon_is_used_before_and_after() -> None:
    """
    300 s each way, but 1000 from 900 to 2100.

    Back from the second visit at 1900, it waits for 2100 and is there at 2400.
    """
    scene, way = day(300, 1_000, 900)
    assert way.later is not None
    later = way.later
    first = LegTimes(way.seconds, way.metres)
    noon = replace(
        later,
        switches_s=(900, 2_100),
        periods=(later.periods[0], first),
        across=(later.across[0], later.across[0]),
    )
    plan = delivered(scene, replace(way, later=noon))
    assert starts(plan) == [300, 900, 2_400, 3_000, 3_600]


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
