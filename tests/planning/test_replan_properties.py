"""Random small days cut at a random time, with something gone wrong since."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.check.past import is_done
from dispatch.check.rules import check_plan
from dispatch.model.need import BANDS
from dispatch.model.scenario import Depot, NeedStandard, ServiceRules, TimeWindow
from dispatch.model.today import Today
from dispatch.model.travel import Travel
from dispatch.planning.split import split_day
from dispatch.solver.kernel.moves import MAX_MOVED_S
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from dispatch.words.message import say
from tests.solver.tiny import replace, scenario, source, truck, village

PARAMS = SolveParams(iterations=30, workers=1)
maybe = st.none


@st.composite
def windows(draw):
    low = draw(st.integers(0, 15)) * 600
    return (TimeWindow(low, low + draw(st.integers(2, 20)) * 600),)


@st.composite
def days(draw):
    """Draw villages, refilling sources with few bays, and trucks of two depots."""
    villages = [
        village(
            f"V{k}",
            population=draw(st.integers(10, 120)),
            cattle=draw(st.sampled_from([0, 8])),
            storage_l=draw(maybe() | st.integers(500, 4_000)),
            windows=draw(st.just(()) | windows()),
            max_visits=draw(maybe() | st.integers(1, 3)),
        )
        for k in range(draw(st.integers(1, 5)))
    ]
    sources = [
        source(
            f"S{k}",
            supply_l=draw(maybe() | st.integers(1_000, 9_000)),
            fill_rate_l_per_min=draw(st.sampled_from([50.0, 333.0])),
            bays=draw(maybe() | st.integers(1, 2)),
            windows=draw(st.just(()) | windows()),
            stock_l=draw(maybe() | st.integers(0, 2_000)),
            inflow_l_per_h=700.0,
        )
        for k in range(draw(st.integers(1, 2)))
    ]
    sources = [
        s if s.stock_l is not None else replace(s, inflow_l_per_h=None) for s in sources
    ]
    trucks = []
    for k in range(draw(st.integers(1, 4))):
        low_s = draw(st.integers(2, 12)) * 600
        pauses = draw(st.booleans())
        trucks.append(
            truck(
                f"T{k}",
                capacity_l=draw(st.sampled_from([300, 800, 2_500])),
                depot_id=draw(st.sampled_from(["D", "E"])),
                shift_start_s=draw(st.integers(0, 4)) * 600,
                shift_end_s=draw(st.integers(10, 30)) * 600,
                unload_rate_l_per_min=draw(maybe() | st.just(77.0)),
                potable=draw(st.booleans()) or k == 0,
                speed_factor=draw(st.sampled_from([1.0, 0.8, 1.3])),
                break_s=1_500 if pauses else 0,
                break_window=TimeWindow(low_s, low_s + 3_600) if pauses else None,
            )
        )
    base = scenario(villages, sources, need=NeedStandard())
    other = Depot(depot_id="E", name="E", lat=27.2, lon=112.8)
    scene = replace(
        base,
        depots=(*base.depots, other),
        trucks=tuple(trucks),
        service=ServiceRules(
            fill_setup_s=draw(st.sampled_from([0, 300])),
            drop_setup_s=draw(st.sampled_from([0, 300])),
            min_drop_l=draw(st.sampled_from([1, 200])),
        ),
    )
    return scene, draw(st.integers(0, 2**32 - 1))


def ways_of(scene, seed):
    """Return the times of points in a plane, so that no detour saves time."""
    points = np.random.default_rng(seed).integers(0, 900, size=(16, 2))
    points = points[: len(scene.place_ids)]
    apart = points[:, None, :] - points[None, :, :]
    seconds = np.ceil(np.hypot(apart[..., 0], apart[..., 1])).astype(np.int64)
    return Travel(
        place_ids=scene.place_ids,
        seconds=(seconds,),
        metres=(seconds,),
        class_of_truck={t.truck_id: 0 for t in scene.trucks},
        method="table",
    )


def flows(route):
    return [s for s in route.stops if s.kind in ("fill", "deliver")]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(days(), st.data())
def test_a_day_planned_anew_keeps_the_rules_and_its_promises(drawn, data):
    """Whatever went wrong: the past stays, promises stay or are named, rules hold."""
    scene, seed = drawn
    ways = ways_of(scene, seed)
    previous = solve(scene, ways, PARAMS).plan
    now_s = data.draw(st.integers(0, 16_000), label="now_s")
    late = data.draw(
        st.dictionaries(
            st.sampled_from([t.truck_id for t in scene.trucks]),
            st.sampled_from([120, 1_500, 6_000]),
            max_size=2,
        ),
        label="late",
    )
    told = frozenset(
        data.draw(st.sets(st.sampled_from([v.village_id for v in scene.villages])))
    )
    wrong = data.draw(st.sampled_from(["nothing", "shift", "supply", "bays", "pump"]))
    first, only = scene.sources[0], scene.trucks[0]
    if wrong == "shift":
        early_s = max(only.shift_start_s, now_s)
        scene = replace(
            scene,
            trucks=(replace(only, shift_end_s=early_s + 600), *scene.trucks[1:]),
        )
    elif wrong != "nothing":
        less = {"supply": {"supply_l": 900}, "bays": {"bays": 1}}
        changed = less.get(wrong, {"fill_rate_l_per_min": 40.0})
        scene = replace(scene, sources=(replace(first, **changed), *scene.sources[1:]))
    done, locked = split_day(previous, now_s, delays_s=late, locked_villages=told)
    plan = solve(
        scene,
        ways,
        PARAMS,
        today=Today(
            done=done,
            locked=locked,
            now_s=now_s,
            previous=previous,
            delays_s=late,
            change_price_l=data.draw(st.sampled_from([0, 200])),
        ),
    ).plan
    broken = [
        v for v in check_plan(scene, ways, plan) if not is_done(v, done, plan, scene)
    ]
    assert broken == []
    routes = plan.route_by_truck
    kept = {route.truck_id: len(route.stops) for route in done}
    for route in done:
        assert routes[route.truck_id].stops[: len(route.stops)] == route.stops
    for route in plan.routes:
        begun = kept.get(route.truck_id, 0)
        new = [s for s in route.stops[begun:] if s.kind in ("fill", "deliver")]
        assert all(stop.start_s >= now_s for stop in new)
    for route in locked:
        stops = {
            (s.kind, s.place_id, s.start_s, s.end_s, s.litres)
            for s in (flows(routes[route.truck_id]) if route.truck_id in routes else ())
        }
        stays = all(
            (s.kind, s.place_id, s.start_s, s.end_s, s.litres) in stops
            for s in route.stops
        )
        assert stays or say("note_promise_not_kept", truck=route.truck_id) in plan.notes
    for band in BANDS:
        assert plan.totals.served_l[band] <= plan.bound.served_l[band]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(days(), st.integers(0, 16_000))
def test_where_nothing_went_wrong_nothing_changes(drawn, now_s):
    """A huge price: every visit to come has its truck, within half an hour."""
    scene, seed = drawn
    ways = ways_of(scene, seed)
    previous = solve(scene, ways, PARAMS).plan
    done, _ = split_day(previous, now_s)
    plan = solve(
        scene,
        ways,
        PARAMS,
        today=Today(done=done, now_s=now_s, previous=previous, change_price_l=10000000),
    ).plan
    # A pause that is under way may be left standing where no filling follows.
    broken = check_plan(scene, ways, plan)
    assert [v for v in broken if not is_done(v, done, plan, scene)] == []
    assert plan.served_key() >= previous.served_key()
    routes = plan.route_by_truck
    for route in previous.routes:
        for told in flows(route):
            assert told.kind == "fill" or any(
                stop.place_id == told.place_id
                and abs(stop.start_s - told.start_s) <= MAX_MOVED_S
                for stop in flows(routes[route.truck_id])
            )
