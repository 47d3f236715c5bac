"""Days from the field on which trucks stood idle or drove home empty."""

from pathlib import Path

import pytest

from dispatch import check_plan, read_scenario, solve, travel_matrix
from dispatch.files.plan_json import read_plan
from dispatch.solver import SolveParams

CASES = Path(__file__).parent


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
