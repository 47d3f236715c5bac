"""The days of the scale benchmark are scenarios that can be planned."""

from benchmarks.scale.synthetic import synthetic_day
from dispatch import SolveParams, check_plan, solve, travel_matrix


def test_a_synthetic_day_repeats_and_can_be_planned():
    """The same size and seed give the same day; its plan keeps all rules."""
    day = synthetic_day(24)
    assert day == synthetic_day(24)
    assert day != synthetic_day(24, seed=1)
    assert len(day.villages) == 24
    assert any(village.windows for village in day.villages)
    travel = travel_matrix(day)
    plan = solve(day, travel, SolveParams(iterations=50, workers=1)).plan
    assert check_plan(day, travel, plan) == []
    assert sum(plan.totals.served_l.values()) > 0
