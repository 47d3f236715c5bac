"""Every reason of the closed list, and how the litres of a shortage are shared out."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.model.need import BANDS
from dispatch.model.plan import Reason
from dispatch.model.scenario import NeedStandard, ServiceRules, TimeWindow
from dispatch.model.today import Today
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from tests.solver.test_solve_properties import scenes
from tests.solver.tiny import replace, scenario, source, star, travel, truck, village

PARAMS = SolveParams(iterations=60, workers=1)
SPOKES = {"D": 0, "S": 0, "V": 50}
NIGHT = (TimeWindow(50_000, 51_000),)
LEAST_200 = ServiceRules(fill_setup_s=0, drop_setup_s=0, min_drop_l=200)


def causes(scene, ways=None, village_idx=0):
    plan = solve(scene, ways or star(scene, SPOKES), PARAMS).plan
    outcome = plan.villages[village_idx]
    assert sum(cause.litres for cause in outcome.causes) == outcome.shortage_l > 0
    assert outcome.reason == outcome.causes[0].reason
    return {cause.reason: cause.litres for cause in outcome.causes}


def people(number, **fields):
    return village("V", population=number, **fields)


#: The smallest day that has each reason, and all its litres.
ALONE = {
    "truck_too_big": (
        scenario([people(100, max_gross_t=5)], trucks=[truck(gross_t=12)]),
        100,
    ),
    "forbidden": (scenario([people(100)], trucks=[truck(not_to=("V",))]), 100),
    "no_potable_water": (scenario([people(100)], [source(potable=False)]), 100),
    "truck_too_small": (
        scenario([people(350)], trucks=[truck(capacity_l=150)], service=LEAST_200),
        350,
    ),
    # 1 L/min for 100 min is less than the smallest visit
    "slow_pump": (
        scenario(
            [people(350)],
            [source(fill_rate_l_per_min=1, windows=(TimeWindow(0, 6_000),))],
            service=LEAST_200,
        ),
        350,
    ),
    "too_far": (scenario([people(100)], trucks=[truck(shift_end_s=99)]), 100),
    "tank_full": (scenario([people(900, storage_l=300)]), 600),
    "visit_limit": (scenario([people(900, max_visits=0)]), 900),
    # one load of 1,000 L, and 60 L are left
    "below_smallest_visit": (scenario([people(1_060)], service=LEAST_200), 60),
    "window_closed": (scenario([people(100, windows=NIGHT)]), 100),
    "source_closed": (scenario([people(100)], [source(windows=NIGHT)]), 100),
    "source_dry": (scenario([people(900)], [source(supply_l=400)]), 500),
    # each truck needs the only bay for 1,000 s of its 1,200 s shift
    "bay_queue": (
        scenario(
            [people(2_000)],
            [source(bays=1, fill_rate_l_per_min=60)],
            [truck("T1", shift_end_s=1_200), truck("T2", shift_end_s=1_200)],
        ),
        None,
    ),
    "fleet_busy": (scenario([people(5_000)], trucks=[truck(shift_end_s=250)]), 3_000),
}


@pytest.mark.parametrize("reason", sorted(ALONE))
def test_one_limit_alone(reason):
    scene, litres = ALONE[reason]
    found = causes(scene)
    assert next(iter(found)) == reason
    if litres is not None:
        assert found == {reason: litres}


def test_no_road():
    scene = scenario([people(100)])
    assert causes(scene, travel(scene, {("D", "S"): 0})) == {"no_road": 100}


def test_every_reason_is_told_apart():
    assert {*ALONE, "no_road"} == set(get_args(Reason))


def test_one_bay_more_brings_what_the_queue_costs():
    scene, _ = ALONE["bay_queue"]
    two_bays = replace(scene, sources=(replace(scene.sources[0], bays=2),))
    plan = solve(two_bays, star(two_bays, SPOKES), PARAMS).plan
    assert plan.villages[0].shortage_l == 0


def test_a_shortage_is_shared_out_among_tank_visits_and_trucks():
    """
    Of 9,000 L the tank takes 6,000; four visits of 1,000 L may come, and two fit.

    So 3,000 L the tank, 2,000 L the visits, 2,000 L the trucks.
    """
    scene = scenario(
        [people(9_000, storage_l=6_000, max_visits=4)], trucks=[truck(shift_end_s=250)]
    )
    found = causes(scene)
    assert found == {"tank_full": 3_000, "visit_limit": 2_000, "fleet_busy": 2_000}


def test_trucks_explain_no_more_than_the_sources_have():
    """
    Two villages lack 8,000 L, the well has 2,500 L left: more trucks bring these.

    The truck brings 2,000 of 10,000 L in its shift.
    """
    scene = scenario(
        [village("V", population=5_000), village("U", population=5_000)],
        [source(supply_l=4_500)],
        [truck(shift_end_s=250)],
    )
    plan = solve(scene, star(scene, SPOKES | {"U": 50}), PARAMS).plan
    assert plan.totals.delivered_l == 2_000
    by_reason = litres_by_reason(plan)
    assert by_reason == {"fleet_busy": 2_500, "source_dry": 5_500}
    fleet = tuple(truck(f"T{k}", shift_end_s=250) for k in range(9))
    many = replace(scene, trucks=fleet)
    more = solve(many, star(many, SPOKES | {"U": 50}), PARAMS).plan
    assert more.totals.delivered_l - plan.totals.delivered_l == by_reason["fleet_busy"]


def litres_by_reason(plan):
    litres = {}
    for outcome in plan.villages:
        for cause in outcome.causes:
            litres[cause.reason] = litres.get(cause.reason, 0) + cause.litres
    return litres


def test_people_without_drinking_water_and_animals_without_trucks():
    """Unfit water reaches the cows, as far as the truck comes; people have none."""
    scene = scenario(
        [village("V", population=100, cattle=100)],
        [source(potable=False)],
        [truck(potable=False, capacity_l=1_000, shift_end_s=150)],
        need=NeedStandard(
            survival_l_per_person=1.0,
            basic_l_per_person=1.0,
            normal_l_per_person=1.0,
        ),
    )
    assert causes(scene) == {"fleet_busy": 2_800, "no_potable_water": 100}


def test_a_way_home_that_is_missing_is_no_missing_road():
    """From V the truck goes on to the well: it is reached, and served on the way."""
    scene = scenario(
        [village("V", population=1_000), village("U", population=9_000)],
        trucks=[truck(shift_end_s=1_000)],
    )
    ways = travel(
        scene, {("D", "S"): 0, ("S", "U"): 50, ("U", "D"): 50, ("S", "V"): 50}
    )
    assert "no_road" not in litres_by_reason(solve(scene, ways, PARAMS).plan)


def test_no_shortage_no_reason():
    scene = scenario([people(500)])
    plan = solve(scene, star(scene, SPOKES), PARAMS).plan
    assert plan.villages[0].reason is None
    assert plan.villages[0].causes == ()


def test_the_rest_of_a_day_is_never_too_far():
    """At 3,550 s of 3,600 nobody gets there and back: the fleet had no more time."""
    scene = scenario([people(9_000)])
    plan = solve(scene, star(scene, SPOKES), PARAMS, today=Today(now_s=3550)).plan
    assert litres_by_reason(plan) == {"fleet_busy": 9_000}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(scenes(), st.integers(0, 3))
def test_causes_add_up_on_any_day(day, seed):
    """Every litre that is missing has one reason, and none has two."""
    scene, ways = day
    plan = solve(scene, ways, SolveParams(iterations=20, workers=1), seed=seed).plan
    for outcome in plan.villages:
        assert sum(cause.litres for cause in outcome.causes) == outcome.shortage_l
        assert all(cause.litres > 0 for cause in outcome.causes)
        reasons = [cause.reason for cause in outcome.causes]
        assert len(set(reasons)) == len(reasons)
    assert set(plan.totals.need_l) == set(BANDS)


def test_late_in_the_day_no_road_is_missing() -> None:
    """Where nobody drives any more, roads and pumps were never the reason."""
    scene = scenario(
        [people(2_000), village("W", population=50, storage_l=20)],
        trucks=[truck(shift_end_s=5_000)],
    )
    ways = star(scene, {**SPOKES, "W": 50})
    plan = solve(scene, ways, PARAMS, today=Today(now_s=6_000)).plan
    told = {
        outcome.village_id: {cause.reason: cause.litres for cause in outcome.causes}
        for outcome in plan.villages
    }
    assert told == {
        "V": {"fleet_busy": 2_000},
        "W": {"tank_full": 30, "fleet_busy": 20},
    }
