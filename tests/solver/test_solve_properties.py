"""Random small scenarios with everything in them: rules, balance, bound, oracle."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.check.rules import check_plan
from dispatch.model.need import BANDS, can_take_l, need_l
from dispatch.model.scenario import NeedStandard, ServiceRules, TimeWindow
from dispatch.model.travel import Travel
from dispatch.solver.bound import BoundModel
from dispatch.solver.instance import build_instance
from dispatch.solver.params import SolveParams
from dispatch.solver.run import band_needs, solve
from tests.solver.tiny import (
    NO_SETUP,
    ONE_BAND,
    changed_at,
    scenario,
    source,
    truck,
    village,
)

maybe = st.none


@st.composite
def windows(draw):
    cuts = sorted(draw(st.sets(st.integers(0, 30), min_size=2, max_size=4)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return tuple(TimeWindow(low * 1_200, high * 1_200) for low, high in pairs)


@st.composite
def villages(draw, number):
    made = []
    for k in range(number):
        population = draw(st.integers(0, 120))
        made.append(
            village(
                f"V{k}",
                population=population,
                vulnerable_people=draw(st.integers(0, population)),
                cattle=draw(st.integers(0, 12)),
                facility_l=draw(st.sampled_from([0, 0, 350])),
                storage_l=draw(maybe() | st.integers(0, 4_000)),
                stock_l=draw(st.sampled_from([0, 0, 130])),
                windows=draw(st.just(()) | windows()),
                max_gross_t=draw(maybe() | st.sampled_from([4.0, 8.0])),
                max_visits=draw(maybe() | st.integers(1, 3)),
            )
        )
    return made


@st.composite
def sources(draw, number):
    made = []
    for k in range(number):
        is_refilling = draw(st.booleans())
        made.append(
            source(
                f"S{k}",
                supply_l=draw(maybe() | st.integers(0, 9_000)),
                fill_rate_l_per_min=draw(maybe() | st.sampled_from([50.0, 333.0])),
                bays=draw(maybe() | st.integers(1, 2)),
                windows=draw(st.just(()) | windows()),
                potable=draw(st.booleans()) or k == 0,
                stock_l=draw(st.integers(0, 2_000)) if is_refilling else None,
                inflow_l_per_h=draw(st.sampled_from([0.0, 700.0]))
                if is_refilling
                else None,
            )
        )
    return made


@st.composite
def trucks(draw, number):
    made = []
    for k in range(number):
        start_s = draw(st.integers(0, 20)) * 600
        end_s = start_s + draw(st.integers(0, 50)) * 600
        low_s = draw(st.integers(0, 50)) * 600
        has_break = draw(st.booleans())
        made.append(
            truck(
                f"T{k}",
                capacity_l=draw(st.sampled_from([300, 800, 2_500])),
                shift_start_s=start_s,
                shift_end_s=end_s,
                unload_rate_l_per_min=draw(maybe() | st.sampled_from([77.0, 400.0])),
                gross_t=draw(maybe() | st.sampled_from([3.5, 6.0, 12.0])),
                potable=draw(st.booleans()) or k == 0,
                speed_factor=draw(st.sampled_from([1.0, 0.8, 1.3])),
                break_s=1_500 if has_break else 0,
                break_window=TimeWindow(low_s, low_s + 3_600) if has_break else None,
            )
        )
    return made


@st.composite
def scenes(draw):
    scene = scenario(
        draw(villages(draw(st.integers(1, 6)))),
        draw(sources(draw(st.integers(1, 3)))),
        draw(trucks(draw(st.integers(1, 4)))),
        need=NeedStandard(),
        service=ServiceRules(
            fill_setup_s=draw(st.sampled_from([0, 300])),
            drop_setup_s=draw(st.sampled_from([0, 300])),
            min_drop_l=draw(st.sampled_from([0, 1, 200, 500])),
        ),
        equity_steps=draw(st.sampled_from([1, 1, 3])),
    )
    return scene, draw(ways(scene))


@st.composite
def ways(draw, scene):
    """Draw times that need not be symmetric nor keep the triangle inequality."""
    size = len(scene.place_ids)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    seconds = rng.integers(0, 2_400, size=(size, size))
    seconds[rng.random((size, size)) < draw(st.sampled_from([0.0, 0.2]))] = -1
    np.fill_diagonal(seconds, 0)
    travel = Travel(
        place_ids=scene.place_ids,
        seconds=(seconds,),
        metres=(seconds,),
        class_of_truck={t.truck_id: 0 for t in scene.trucks},
        method="table",
    )
    if draw(st.booleans()):
        return travel
    # Roads open and close during the day.
    late = rng.integers(0, 2_400, size=(size, size))
    late[rng.random((size, size)) < draw(st.sampled_from([0.0, 0.3]))] = -1
    np.fill_diagonal(late, 0)
    return changed_at(travel, draw(st.integers(0, 30)) * 1_200, late)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(scenes(), st.integers(0, 5))
def test_any_solved_plan_keeps_the_rules_and_the_bound(drawn, seed):
    """Rules, balance, bound: on windows, bays, access, mixed and refilling water."""
    scene, travel = drawn
    params = SolveParams(iterations=60, workers=1)
    plan = solve(scene, travel, params, seed=seed).plan
    assert check_plan(scene, travel, plan) == []
    for outcome, place in zip(plan.villages, scene.villages, strict=True):
        need = need_l(place, scene.need)
        assert sum(outcome.served_l.values()) + outcome.shortage_l == sum(need.values())
        assert outcome.delivered_l <= can_take_l(place, scene.need)
        assert (outcome.reason is None) == (outcome.shortage_l == 0)
    for band in BANDS:
        served = plan.totals.served_l[band]
        assert served <= plan.bound.served_l[band] <= plan.totals.need_l[band]
    assert 0.0 <= plan.bound.gap <= 1.0


def litres_by_enumeration(scene, travel):  # noqa: C901  # a plain tree search
    """
    Return the most litres of one truck and one source, by trying every route.

    Litres go in steps of the smallest visit, to which all needs, tanks and loads
    are multiples; windows, supply and visit limits are followed step by step.
    """
    step = scene.service.min_drop_l
    index = travel.index
    seconds = travel.seconds[0]
    only, place = scene.trucks[0], scene.sources[0]
    rooms = tuple(can_take_l(v, scene.need) // step for v in scene.villages)
    load_steps = only.capacity_l // step
    supply = 10**6 if place.supply_l is None else place.supply_l // step
    best = 0

    def leg(here, there):
        raw = seconds[index[here], index[there]]
        return None if raw < 0 else -(-int(raw) // 1)

    def unload(here, time_s, left, rooms, supply, visits):
        nonlocal best
        back = leg(here, only.depot_id)
        if left == 0:
            if back is not None and time_s + back <= only.shift_end_s:
                best = max(best, start_sum - sum(rooms))
            fill(here, time_s, rooms, supply, visits)
            return
        for k, target in enumerate(scene.villages):
            way = leg(here, target.village_id)
            if way is None or visits[k] == 0:
                continue
            arrive = time_s + way
            for window in target.windows or (TimeWindow(0, 10**6),):
                if arrive <= window.late_s:
                    begin = max(arrive, window.early_s)
                    break
            else:
                continue
            for steps in range(1, min(left, rooms[k]) + 1):
                flow = -(-steps * step * 60 // only.unload_rate_l_per_min)
                end = begin + scene.service.drop_setup_s + int(flow)
                if end > only.shift_end_s:
                    break
                unload(
                    target.village_id,
                    end,
                    left - steps,
                    (*rooms[:k], rooms[k] - steps, *rooms[k + 1 :]),
                    supply,
                    (*visits[:k], visits[k] - 1, *visits[k + 1 :]),
                )

    def fill(here, time_s, rooms, supply, visits):
        way = leg(here, place.source_id)
        if way is None or not any(rooms):
            return
        for steps in range(1, min(load_steps, supply, sum(rooms)) + 1):
            flow = -(-steps * step * 60 // place.fill_rate_l_per_min)
            end = time_s + way + scene.service.fill_setup_s + int(flow)
            if end > only.shift_end_s:
                break
            unload(place.source_id, end, steps, rooms, supply - steps, visits)

    start_sum = sum(rooms)
    limits = tuple(v.max_visits or 99 for v in scene.villages)
    fill(only.depot_id, only.shift_start_s, rooms, supply, limits)
    return best * step


@st.composite
def tiny_scenes(draw):
    step = 100
    people = st.integers(1, 4).map(lambda k: k * step)
    scene = scenario(
        [
            village(
                f"V{k}",
                population=draw(people),
                windows=draw(st.just(()) | st.just((TimeWindow(400, 1_500),))),
                max_visits=draw(maybe() | st.integers(1, 2)),
            )
            for k in range(draw(st.integers(1, 3)))
        ],
        [
            source(
                fill_rate_l_per_min=draw(st.sampled_from([60.0, 300.0])),
                supply_l=draw(maybe() | st.integers(1, 9).map(lambda k: k * step)),
            )
        ],
        [
            truck(
                capacity_l=draw(st.integers(2, 4)) * step,
                unload_rate_l_per_min=120.0,
                shift_end_s=draw(st.integers(10, 24)) * 100,
            )
        ],
        service=ServiceRules(fill_setup_s=60, drop_setup_s=60, min_drop_l=step),
    )
    return scene, draw(ways_of_a_plane(scene))


@st.composite
def ways_of_a_plane(draw, scene):
    """Draw places in a plane, so that no detour is shorter than the way."""
    points = [
        (draw(st.integers(0, 250)), draw(st.integers(0, 250))) for _ in scene.place_ids
    ]
    seconds = np.array(
        [[int(np.ceil(np.hypot(a - c, b - d))) for c, d in points] for a, b in points]
    )
    return Travel(
        place_ids=scene.place_ids,
        seconds=(seconds,),
        metres=(seconds,),
        class_of_truck={"T": 0},
        method="table",
    )


@settings(max_examples=120, deadline=None, derandomize=True)
@given(tiny_scenes())
def test_no_route_beats_the_bound_and_the_search_finds_the_best(drawn):
    """Full enumeration: greatest litres <= bound, and the search reaches them."""
    scene, travel = drawn
    best = litres_by_enumeration(scene, travel)
    instance = build_instance(scene, travel)
    model = BoundModel(instance, band_needs(instance))
    assert best <= model.most_l(range(len(BANDS)), ()) + 1e-6
    plan = solve(scene, travel, SolveParams(iterations=600, workers=1)).plan
    assert check_plan(scene, travel, plan) == []
    assert sum(plan.totals.served_l.values()) >= best


def test_the_order_of_villages_does_not_matter():
    """Where the optimum is found, every order of rows gives the same litres."""
    base = [village(f"V{k}", population=300 + 150 * k) for k in range(3)]
    found = set()
    for order in itertools.permutations(base):
        scene = scenario(order, need=ONE_BAND, service=NO_SETUP)
        points = {"D": 0, "S": 0, "V0": 120, "V1": 200, "V2": 260}
        size = len(scene.place_ids)
        seconds = np.array(
            [
                [0 if a == b else points[a] + points[b] for b in scene.place_ids]
                for a in scene.place_ids
            ]
        ).reshape(size, size)
        ways_ = Travel(
            place_ids=scene.place_ids,
            seconds=(seconds,),
            metres=(seconds,),
            class_of_truck={"T": 0},
            method="table",
        )
        plan = solve(scene, ways_, SolveParams(iterations=300, workers=1)).plan
        found.add((sum(plan.totals.served_l.values()), plan.totals.driving_s))
    assert len(found) == 1
