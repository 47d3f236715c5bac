"""Timetables of queues: CP-SAT moves times, never rules."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.check.rules import check_plan
from dispatch.model.plan import Route, Stop
from dispatch.model.scenario import TimeWindow
from dispatch.solver.build_plan import assign_bays
from dispatch.solver.instance import build_instance
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from dispatch.solver.timetable import has_queues, improve_timetable
from tests.solver.tiny import (
    NO_SETUP,
    ONE_BAND,
    replace,
    scenario,
    source,
    star,
    truck,
    village,
)


@st.composite
def queues(draw):
    """Draw days with few bays for all, with pauses, hours and refilling water."""
    is_refilling = draw(st.booleans())
    pause = draw(st.sampled_from([None, TimeWindow(3_000, 4_200)]))
    scene = scenario(
        [village(f"V{k}", population=2_000) for k in range(3)],
        [
            source(
                bays=draw(st.sampled_from([1, 2, 3])),
                fill_rate_l_per_min=draw(st.sampled_from([60.0, 120.0])),
                windows=draw(st.sampled_from([(), (TimeWindow(600, 7_000),)])),
                stock_l=700 if is_refilling else None,
                inflow_l_per_h=3_000.0 if is_refilling else None,
            )
        ],
        [
            truck(
                f"T{k}",
                capacity_l=draw(st.sampled_from([300, 700])),
                shift_end_s=draw(st.sampled_from([4_000, 6_600, 8_000])),
                break_s=900 if pause else 0,
                break_window=pause,
            )
            for k in range(3)
        ],
        need=ONE_BAND,
        service=NO_SETUP,
    )
    spokes = {"D": 30, "S": 0} | {f"V{k}": draw(st.integers(50, 400)) for k in range(3)}
    return scene, star(scene, spokes)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(queues(), st.integers(0, 3))
def test_a_better_timetable_keeps_every_rule(drawn, seed):
    """Bays, hours, pauses and refilling water hold after times have moved."""
    scene, ways = drawn
    plan = solve(scene, ways, SolveParams(iterations=40, workers=1), seed=seed).plan
    assert check_plan(scene, ways, plan) == []
    instance = build_instance(scene, ways)
    better = improve_timetable(scene, instance, plan.routes, seconds=0.2, seed=seed)
    changed = replace(plan, routes=assign_bays(scene, better))
    assert check_plan(scene, ways, changed) == []
    before = sum(route.stops[-1].end_s for route in plan.routes)
    after = sum(route.stops[-1].end_s for route in better)
    assert after <= before


def test_queues_are_noticed_only_at_limited_sources():
    """A truck that waits for a bay queues; one that waits for opening does not."""
    waiting = Route("T", "D", (Stop("fill", "S", 100, 700, 900, 500, 1),))
    at_once = Route("T", "D", (Stop("fill", "S", 100, 100, 900, 500, 1),))
    one_bay = scenario([village("V")], [source(bays=1)])
    free = scenario([village("V")], [source(windows=(TimeWindow(700, 9_000),))])
    assert has_queues(one_bay, [at_once, waiting])
    assert not has_queues(one_bay, [at_once])
    assert not has_queues(free, [waiting])


def water_there(source, time_s):
    """Return the litres that a spring that is open all day has given by then."""
    return source.stock_l + source.inflow_l_per_h * time_s / 3600


@settings(max_examples=60, deadline=None, derandomize=True)
@given(queues(), st.integers(0, 3))
def test_fillings_under_way_count_in_full(drawn, seed):
    """When a filling ends, the spring has the water of all that have begun."""
    scene, ways = drawn
    spring = replace(
        scene.sources[0], bays=2, windows=(), stock_l=700, inflow_l_per_h=3_000.0
    )
    scene = replace(scene, sources=(spring,))
    params = SolveParams(iterations=20, workers=1)
    routes = solve(scene, ways, params, seed=seed).plan.routes
    instance = build_instance(scene, ways)
    for timed in (
        routes,
        improve_timetable(scene, instance, routes, seconds=1, seed=0),
    ):
        fills = [s for route in timed for s in route.stops if s.kind == "fill"]
        for fill in fills:
            begun = [
                s.litres
                for s in fills
                if s.start_s < fill.end_s or s.end_s <= fill.end_s
            ]
            assert sum(begun) <= water_there(spring, fill.end_s) + 1
