"""A road closes under trucks that are on their way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.check.rules import check_plan
from dispatch.model.plan import Route, Stop
from dispatch.model.travel import NO_ROAD
from dispatch.planning.diverting import divert_trips
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from tests.planning.replanning import replan
from tests.solver.tiny import scenario, source, travel, truck, village

PARAMS = SolveParams(iterations=100, workers=1)
LEGS = {
    ("D", "S"): 60,
    ("S", "V"): 300,
    ("S", "W"): 200,
    ("V", "W"): 150,
    ("V", "D"): 300,
    ("W", "D"): 200,
}


def day(**fields):
    scene = scenario(
        [village("V", population=900), village("W", population=900, **fields)],
        [source()],
        [truck(capacity_l=600)],
    )
    return scene, travel(scene, LEGS)


def without(scene, way, *pairs):
    """Return travel in which some ways are closed, in both directions."""
    seconds = way.seconds[0].copy()
    index = {place: k for k, place in enumerate(scene.place_ids)}
    for here, there in pairs:
        seconds[index[here], index[there]] = NO_ROAD
        seconds[index[there], index[here]] = NO_ROAD
    return replace(way, seconds=(seconds,))


def under_way(litres=600):
    """Filled at 60, on the road to V since then, due at 360."""
    return (
        Route(
            "T",
            "D",
            (
                Stop("depart", "D", 0, 0, 0),
                Stop("fill", "S", 60, 60, 60, litres),
                Stop("deliver", "V", 360, 360, 360, litres),
            ),
        ),
    )


def test_nothing_changes_where_no_road_did() -> None:
    scene, way = day()
    assert divert_trips(under_way(), scene, way, 100) == under_way()


def test_the_water_goes_where_it_still_can() -> None:
    """At 100, 40 s on the way: back at S at 140, at W at 340."""
    scene, way = day()
    closed = without(scene, way, ("S", "V"), ("W", "V"))
    (route,) = divert_trips(under_way(), scene, closed, 100)
    last = route.stops[-1]
    assert (last.kind, last.place_id, last.litres) == ("deliver", "W", 600)
    assert last.arrive_s == 340


def test_a_stop_that_is_reached_later_moves() -> None:
    scene, way = day()
    slow = way.seconds[0].copy()
    s, v = scene.place_ids.index("S"), scene.place_ids.index("V")
    slow[s, v] = 700
    (route,) = divert_trips(under_way(), scene, replace(way, seconds=(slow,)), 100)
    assert route.stops[-1].arrive_s == 760
    assert route.stops[-1].place_id == "V"


def test_water_that_nobody_can_take_stays_as_planned() -> None:
    """W has no room: the plan keeps the stop, and the check tells of the road."""
    scene, way = day(storage_l=500)
    closed = without(scene, way, ("S", "V"), ("W", "V"))
    assert divert_trips(under_way(), scene, closed, 100) == under_way()
    small = under_way(500)
    (route,) = divert_trips(small, scene, closed, 100)
    assert route.stops[-1].place_id == "W"


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.integers(60, 3_000))
def test_a_day_goes_on_after_any_closure(seed: int, now_s: int) -> None:
    """What is planned anew keeps the rules; what is past is told apart."""
    rng = np.random.default_rng(seed)
    scene = scenario(
        [village(f"V{k}", population=int(rng.integers(100, 900))) for k in range(4)],
        [source("S", bays=1, fill_rate_l_per_min=2_000), source("R")],
        [truck("T", capacity_l=500), truck("U", capacity_l=900, gross_t=9)],
    )
    places = scene.place_ids
    legs = {
        (a, b): int(rng.integers(60, 500))
        for i, a in enumerate(places)
        for b in places[i + 1 :]
    }
    way = travel(scene, legs)
    plan = solve(scene, way, PARAMS, seed=0).plan
    assert check_plan(scene, way, plan) == []
    pairs = list(legs)
    shut = [pairs[int(k)] for k in rng.choice(len(pairs), 4, replace=False)]
    closed = without(scene, way, *shut)
    found = replan(scene, closed, plan, PARAMS, now_s=now_s)
    assert found.broken.to_come == []
