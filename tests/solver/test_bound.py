"""No plan beats the bound: full enumeration, hand-worked cases, radial against new."""

import math

import numpy as np
import pytest

from dispatch.model.need import BANDS
from dispatch.model.scenario import NeedStandard, ServiceRules, TimeWindow
from dispatch.model.travel import Travel
from dispatch.solver import bound
from dispatch.solver.bound import BoundModel
from dispatch.solver.bounding.ascent import Limits
from dispatch.solver.bounding.known import KnownTrip
from dispatch.solver.instance import build_instance
from dispatch.solver.run import band_needs
from tests.solver.oracle import served_by_any_plan
from tests.solver.tiny import NO_SETUP, scenario, source, star, truck, village

STEP = 200
LONG = Limits(deadline=math.inf, rounds=200)
SHORT = Limits(deadline=math.inf, rounds=2)
ALL = range(len(BANDS))

WINDOWS = [
    (),
    (),
    (),
    (TimeWindow(900, 2_700),),
    (TimeWindow(3_000, 5_400),),
    (TimeWindow(0, 600), TimeWindow(2_400, 4_800)),
]


def pick(rng, *options):
    return options[rng.integers(len(options))]


def random_village(rng, k):
    population = int(rng.integers(8, 40))
    return village(
        f"V{k}",
        population=population,
        vulnerable_people=int(rng.integers(0, population)),
        cattle=pick(rng, 0, 0, 5, 12),
        facility_l=pick(rng, 0, 0, 150),
        storage_l=pick(rng, None, None, 150, 520, 900),
        stock_l=pick(rng, 0, 0, 70),
        windows=pick(rng, *WINDOWS),
        max_gross_t=pick(rng, None, None, 8.0),
        max_visits=pick(rng, None, 1, 2),
    )


def random_source(rng, k):
    is_refilling = pick(rng, False, False, True)
    return source(
        f"S{k}",
        supply_l=pick(rng, None, None, 500, 900),
        fill_rate_l_per_min=pick(rng, None, 30.0, 333.0),
        bays=pick(rng, None, 1),
        windows=pick(rng, *WINDOWS),
        potable=k == 0 or pick(rng, True, False),
        stock_l=pick(rng, 200, 650) if is_refilling else None,
        inflow_l_per_h=pick(rng, 0.0, 700.0) if is_refilling else None,
    )


def random_truck(rng, k):
    begin = pick(rng, 0, 600)
    has_break = pick(rng, False, False, True)
    return truck(
        f"T{k}",
        capacity_l=pick(rng, 300, 400, 500, 700),
        shift_start_s=begin,
        shift_end_s=begin + pick(rng, 2_400, 3_600, 5_400),
        unload_rate_l_per_min=pick(rng, None, 40.0, 400.0),
        gross_t=pick(rng, None, 6.0, 12.0),
        potable=pick(rng, True, True, True, False),
        speed_factor=pick(rng, 1.0, 0.8),
        break_s=900 if has_break else 0,
        break_window=TimeWindow(1_200, 2_400) if has_break else None,
    )


def random_scene(rng):
    """Everything that the rules know, on one or two villages, sources and trucks."""
    makers = (random_village, random_source, random_truck)
    scene = scenario(
        *([maker(rng, k) for k in range(pick(rng, 1, 2))] for maker in makers),
        need=NeedStandard(),
        service=ServiceRules(
            fill_setup_s=pick(rng, 0, 120),
            drop_setup_s=pick(rng, 0, 120, 300),
            min_drop_l=STEP,
        ),
    )
    size = len(scene.place_ids)
    seconds = rng.integers(0, 600, size=(size, size))
    seconds[rng.random((size, size)) < pick(rng, 0.0, 0.0, 0.15)] = -1
    np.fill_diagonal(seconds, 0)
    travel = Travel(
        place_ids=scene.place_ids,
        seconds=(seconds,),
        metres=(seconds,),
        class_of_truck={t.truck_id: 0 for t in scene.trucks},
        method="table",
    )
    return scene, travel


def bound_model(scene, travel):
    instance = build_instance(scene, travel)
    return BoundModel(instance, band_needs(instance))


@pytest.mark.parametrize("seed", range(400))
def test_no_enumerated_plan_beats_the_bound(seed):
    """Every band and the total, over the floors of any plan, at any moment."""
    rng = np.random.default_rng(seed)
    scene, travel = random_scene(rng)
    plans = sorted(served_by_any_plan(scene, travel))
    model = bound_model(scene, travel)
    for base in {plans[-1], plans[rng.integers(len(plans))]}:
        for number in ALL:
            floors = base[:number]
            kept = [plan for plan in plans if at_least(plan, floors)]
            for bands in ([number], ALL):
                best = max(sum(plan[band] for band in bands) for plan in kept)
                limits = pick(rng, SHORT, LONG)
                bound = model.least_known_l(bands, floors, limits)
                assert best <= bound + 1e-3
                assert bound <= model.most_l(bands, floors) + 1e-6


def test_no_enumerated_plan_beats_whole_trips():
    """Of the first band that is short and of all together, over any plan's floors."""
    num_looked_at = 0
    for seed in range(2_000, 2_060):
        rng = np.random.default_rng(seed)
        scene, travel = random_scene(rng)
        plans = sorted(served_by_any_plan(scene, travel))
        model = bound_model(scene, travel)
        base = plans[rng.integers(len(plans))]
        for number in ALL:
            floors = base[:number]
            for bands in ([number], ALL):
                served = sum(base[band] for band in bands)
                whole = model.whole(bands, floors, served, seconds=1_000)
                if whole is None:
                    continue
                num_looked_at += 1
                best = max(
                    sum(plan[band] for band in bands)
                    for plan in plans
                    if at_least(plan, floors)
                )
                assert best <= max(served, whole.most_l)
    assert num_looked_at > 100


def at_least(plan, floors):
    pairs = zip(plan, floors, strict=False)
    return all(served >= floor for served, floor in pairs)


@pytest.mark.parametrize("seed", range(1_000, 1_100))
def test_the_written_bound_holds_for_all_plans_as_good(seed):
    """The total counts on the litres of the contested band, and may; hints may lie."""
    known = [KnownTrip(0, 0, (0,), (STEP,), 0), KnownTrip(0, 0, (0, 0), (1, 10**6), 0)]
    scene, travel = random_scene(np.random.default_rng(seed))
    plans = sorted(served_by_any_plan(scene, travel))
    model = bound_model(scene, travel)
    for plan in {plans[0], plans[len(plans) // 2], plans[-1]}:
        bound = model.bound(plan, seconds=math.inf, rounds=20, known=known)
        for other in plans:
            if other < plan:
                continue
            assert sum(other) <= bound.total_l
            first = next((k for k in ALL if other[k] != plan[k]), None)
            if first is not None:
                assert other[first] <= bound.served_l[BANDS[first]]


def test_the_total_counts_on_no_band_below_the_contested_one():
    """
    A plan that serves more of the contested band may serve none of the next.

    The shift holds two trips of 2,000 l to the clinic V, or one to W, which takes
    500 l of the next band. Going to W first is worse, though it is no floor: the
    best plan serves 4,000 l, all at V.
    """
    scene = scenario(
        [
            village("V", facility_l=4_000),
            village("W", population=500, vulnerable_people=500),
        ],
        trucks=[truck(capacity_l=2_000, shift_end_s=4_000)],
    )
    model = bound_model(scene, star(scene, {"D": 0, "S": 0, "V": 1_000, "W": 2_000}))
    bound = model.bound((0, 500, 0, 0, 0, 0, 0), seconds=math.inf, rounds=50)
    assert bound.served_l["facility"] == 4_000
    assert bound.total_l == 4_000


def hand_scene(population, **fields):
    """One village of 1 l a head, 1,000 s off; a tank of 1,000 l; no set-ups."""
    scene = scenario([village("V", population=population)], **fields)
    return scene, star(scene, {"D": 0, "S": 0, "V": 1_000})


def test_two_stops_cost_a_detour():
    """
    Two places of 500 l, each 1,000 s from the source on opposite sides.

    To serve both, a tank drives 1,000 + 2,000 + 1,000 s, to serve one 2,000 s, so a
    litre costs 4 s either way; a shift of 3,600 s brings 900 l and not, as if the
    places were one, 1,800 l.
    """
    scene = scenario([village(f"V{k}", population=500) for k in range(2)])
    travel = star(scene, {"D": 0, "S": 0, "V0": 1_000, "V1": 1_000})
    model = bound_model(scene, travel)
    assert model.most_l(ALL, ()) == pytest.approx(1_000)
    assert model.least_known_l(ALL, (), LONG) == pytest.approx(900, rel=0.02)


def two_visits_for_1200_l():
    """Return a village that takes two tanks, another one, and six trips' time."""
    survival = NeedStandard(
        survival_l_per_person=1.0, basic_l_per_person=1.0, normal_l_per_person=50.0
    )
    scene = scenario(
        [
            village("V", facility_l=1_200),
            village("W", population=1_000),
        ],
        trucks=[truck(shift_end_s=12_000)],
        need=survival,
        service=NO_SETUP,
    )
    travel = star(scene, {"D": 0, "S": 0, "V": 1_000, "W": 1_000})
    return bound_model(scene, travel)


def test_a_village_must_be_visited_in_whole():
    """
    A village that needs 1,200 l takes two tanks, so others get less.

    V needs 1,200 l of the first band, W can take any. Both are 1,000 s off, V to the
    left, W to the right; the shift of 12,000 s holds six trips of 1,000 l. Litre by
    litre V takes 1.2 trips, W 4.8. But two whole visits to V bring at most 1,200 l,
    or a trip to both takes 4,000 s: four trips to W remain, or three with a visit of
    800 l on the way. So 5,200 l, not 6,000 l.
    """
    model = two_visits_for_1200_l()
    floors = (1_200,)
    assert model.most_l(ALL, floors) == pytest.approx(6_000)
    assert model.least_known_l(ALL, floors, LONG) == pytest.approx(5_200, rel=0.03)


def test_whole_trips_are_counted_exactly():
    """The 5,200 litres of the day above, to the tolerance of the program."""
    whole = two_visits_for_1200_l().whole(ALL, (1_200,), 4_000, seconds=1_000)
    assert whole.most_l == pytest.approx(5_200, abs=0.5)


def test_visits_of_whole_trips_begin_in_windows():
    """
    In 4,500 s a truck begins three visits, 2,000 s apart, where others begin eight.

    The first is 1,000 s off, so from 500 s on the window is 4,500 s long and the day
    17,500 s; the tank of 1,000 litres is filled and emptied at once.
    """
    windows = (TimeWindow(500, 5_000),)
    scene = scenario(
        [village("V", population=50_000, windows=windows)],
        trucks=[truck(shift_end_s=17_500)],
        service=NO_SETUP,
    )
    model = bound_model(scene, star(scene, {"D": 0, "S": 0, "V": 1_000}))
    assert model.least_known_l(ALL, (), LONG) == pytest.approx(8_750, rel=5e-3)
    whole = model.whole(ALL, (), 2_000, seconds=1_000)
    assert whole.most_l == pytest.approx(3_000, abs=0.5)


def test_what_whole_trips_prove_is_written():
    """The band with its floors, and a plan that serves all of that has no gap."""
    model = two_visits_for_1200_l()
    served = (1_200, 0, 1_000, 0, 0, 0, 3_000)
    assert model.bound(served, seconds=60.0, rounds=60).total_l > 5_202
    model.whole([6], served[:6], 3_000, seconds=1_000)
    bound = model.bound(served, seconds=60.0, rounds=60)
    assert (bound.served_l["normal"], bound.total_l) == (3_000, 5_200)
    assert bound.gap == 0.0
    assert bound.method == "column generation, whole trips"


def test_a_large_day_counts_visits_if_it_has_time(monkeypatch):
    """Of many villages visits are counted in a long run only."""
    monkeypatch.setattr(bound, "MAX_COUNTED", 1)
    served = (1_200, 0, 1_000, 0, 0, 0, 2_900)
    total_l = [
        two_visits_for_1200_l().bound(served, seconds=seconds, rounds=60).total_l
        for seconds in (math.inf, 60.0)
    ]
    assert total_l[0] == pytest.approx(6_000, abs=2)
    assert 5_100 <= total_l[1] < 5_400


def test_a_depot_far_from_water_costs_its_way_both_ends():
    """The last trip ends at the depot: 500 s more than back at the source."""
    scene = scenario(
        [village("V", population=50_000)],
        trucks=[truck(shift_end_s=1_000 + 4 * 2_000)],
    )
    travel = star(scene, {"D": 500, "S": 0, "V": 1_000})
    model = bound_model(scene, travel)
    assert model.least_known_l(ALL, (), LONG) == pytest.approx(4_000, rel=5e-3)


def test_a_plan_with_all_that_can_be_had_has_no_gap():
    scene, travel = hand_scene(400)
    bound = bound_model(scene, travel).bound((0, 0, 400, 0, 0, 0, 0))
    assert bound.total_l == 400
    assert bound.gap == 0.0


def test_without_time_the_radial_bound_is_left():
    scene, travel = hand_scene(50_000)
    model = bound_model(scene, travel)
    served = (0, 0, 1_000, 0, 0, 0, 0)
    bound = model.bound(served, seconds=0.0)
    assert bound.total_l == math.floor(
        model.most_l(ALL, served[:3]) * (1 + 1e-7) + 0.01
    )
    assert bound.method == "radial LP"
