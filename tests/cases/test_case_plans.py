"""Days from the field on which trucks stood idle or drove home empty."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch import check_plan, read_scenario, solve, travel_matrix
from dispatch.files.plan.plan_json import read_plan
from dispatch.planning.whatif import what_if
from dispatch.solver.params import SolveParams
from dispatch.units import parse_clock_s
from tests.planning.replanning import replan

CASES = Path(__file__).parent
DATA = CASES.parents[1] / "data"
NOW_S = parse_clock_s("10:30")
#: What two searches of the same rest of a day differ by.
NOISE_L = 3_000


def planned(name, *, iterations=300):
    scenario = read_scenario(CASES / name / "scenario")
    travel = travel_matrix(scenario)
    result = solve(scenario, travel, SolveParams(iterations=iterations, workers=1))
    assert check_plan(scenario, travel, result.plan) == []
    return scenario, result.plan


@pytest.mark.parametrize(
    ("name", "least_l"),
    [
        # one bay, 22-minute trips: two trucks keep the bay busy all day
        ("many-short-trips-one-bay", 265_000),
        # a well whose water never binds is as good as one without limits
        ("many-short-trips-refill", 405_000),
        # 100 L an hour from 00:00 on: 1,730 L are there for the last filling
        ("weak-spring-nothing", 1_730),
    ],
)
def test_limited_sources_are_used_to_the_end(name, least_l):
    """The plans by hand that beat the first version are equalled or beaten."""
    _, plan = planned(name)
    assert plan.totals.delivered_l >= least_l


@pytest.mark.parametrize("name", ["many-short-trips-one-bay", "weak-spring-nothing"])
def test_hand_plans_are_valid_and_no_better(name):
    scenario, plan = planned(name)
    travel = travel_matrix(scenario)
    by_hand = read_plan(CASES / name / "hand-plan.json")
    broken = {violation.rule for violation in check_plan(scenario, travel, by_hand)}
    assert broken <= {0}  # nothing but sums that nobody wrote by hand
    by_hand_l = sum(route.delivered_l for route in by_hand.routes)
    assert 0 < by_hand_l <= plan.totals.delivered_l


def replanned(scenario, **options):
    previous = read_plan(CASES / "replan-broken-truck" / "plan.json")
    return replan(
        scenario,
        travel_matrix(scenario),
        previous,
        SolveParams(iterations=4_000),
        now_s=NOW_S,
        **options,
    )


@pytest.fixture(scope="module")
def yonghe():
    return read_scenario(DATA / "yonghe")


@pytest.fixture(scope="module")
def broken_down(yonghe):
    return {
        price: replanned(yonghe, broken_trucks=frozenset({"T3"}), change_price_l=price)
        for price in (0, 200)
    }


@pytest.mark.parametrize("price", [0, 200])
def test_no_price_of_changes_gives_up_survival_water(broken_down, price):
    """At 200 L a change two villages got nothing, while normal water was driven."""
    found = broken_down[price]
    assert not found.broken.to_come
    assert not found.broken.past
    totals = found.plan.totals
    for band in ("facility", "survival_vulnerable", "survival"):
        assert totals.served_l[band] == totals.need_l[band]


def test_a_change_costs_at_most_what_was_asked(broken_down):
    """Plans without a price change more, and gain at most 200 L for each change."""
    free, priced = broken_down[0], broken_down[200]
    changed = [len({c.village_id for c in found.changes}) for found in (free, priced)]
    gain_l = free.plan.totals.delivered_l - priced.plan.totals.delivered_l
    assert changed[1] <= changed[0]
    assert gain_l <= 200 * max(1, changed[0] - changed[1]) + NOISE_L


def test_a_truck_that_breaks_down_delivers_no_more(broken_down):
    """Its filling at 10:25 was under way: what had flowed is drawn, and lost."""
    plan = broken_down[200].plan
    route = next(route for route in plan.routes if route.truck_id == "T3")
    assert all(
        stop.end_s <= NOW_S for stop in route.stops if stop.kind in ("fill", "deliver")
    )
    assert [note.key for note in plan.notes] == ["note_load_lost"]
    assert dict(plan.notes[0].fields)["truck"] == "T3"
    reasons = {c.reason for c in broken_down[200].changes if c.truck_before == "T3"}
    assert reasons == {"truck_out"}


def test_a_shift_cut_short_says_that_the_truck_is_out(yonghe):
    """The table of the case ends the shift of T3 at 10:30, on its way to unload."""
    with (CASES / "replan-broken-truck" / "trucks.csv").open(encoding="utf-8") as file:
        ends = {row["truck_id"]: row["shift_end"] for row in csv.DictReader(file)}
    trucks = tuple(
        replace(truck, shift_end_s=parse_clock_s(ends[truck.truck_id]))
        for truck in yonghe.trucks
    )
    found = replanned(replace(yonghe, trucks=trucks), change_price_l=200)
    assert not found.broken.to_come
    assert [note.key for note in found.plan.notes] == ["note_shift_was_over"]
    route = next(r for r in found.plan.routes if r.truck_id == "T3")
    last = [stop for stop in route.stops if stop.kind == "deliver"][-1]
    assert last.end_s <= NOW_S


@pytest.mark.parametrize(
    ("name", "reason", "litres"),
    [
        ("reason-max-visits", "visit_limit", 12_500),
        ("reason-not-potable", "no_potable_water", 3_500),
        ("reason-slow-pump", "slow_pump", 14_000),
        ("reason-small-truck", "truck_too_small", 350),
    ],
)
def test_a_shortage_has_its_true_reason(name, reason, litres):
    """All were put down to too few trucks, a missing road or the village's hours."""
    _, plan = planned(name)
    causes = [cause for outcome in plan.villages for cause in outcome.causes]
    assert {cause.reason for cause in causes} == {reason}
    assert sum(cause.litres for cause in causes) == litres


@pytest.mark.parametrize("name", ["reason-slow-pump", "reason-small-truck"])
def test_what_cannot_come_is_in_no_bound(name):
    _, plan = planned(name)
    assert plan.bound.total_l == 0
    assert plan.bound.gap == 0.0


def test_a_second_bay_is_credited_with_little():
    """It was credited with what the plan lacked, 165,000 L; 272,272 L is a bound."""
    scenario, plan = planned("many-short-trips-one-bay")
    travel = travel_matrix(scenario)
    found = what_if(scenario, travel, plan, seconds=1.0, iterations=60, workers=1)
    bay = next(e for e in found.effects if e.variant.kind == "bay")
    assert sum(bay.gain_l.values()) <= 10_000
