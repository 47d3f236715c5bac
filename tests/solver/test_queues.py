"""Where trucks queue, no trip leaves a gap at the bay that no filling fits into."""

import pytest

from dispatch.check.rules import check_plan
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from tests.solver.tiny import scenario, source, star, truck, village


@pytest.mark.parametrize(
    ("num_trucks", "leg_s"), [(3, 50), (4, 50), (8, 50), (4, 70), (8, 70)]
)
def test_one_bay_is_busy_all_day(num_trucks, leg_s):
    """
    A filling takes 60 s; whoever is to be home by 3,600 s leaves the bay a way earlier.

    So 58 or 57 fillings fit, and three trucks on trips of 160 s, four on trips of 200 s
    can make them all. Planned one after the other, the first leaves gaps of 40 or 20 s.
    """
    scene = scenario(
        [village("V", population=99_000)],
        [source(bays=1, fill_rate_l_per_min=1_000)],
        [truck(f"T{k}") for k in range(num_trucks)],
    )
    way = star(scene, {"D": 0, "S": 0, "V": leg_s})
    plan = solve(scene, way, SolveParams(iterations=50, workers=1)).plan
    assert check_plan(scene, way, plan) == []
    possible = (3_600 - leg_s * 2) // 60
    assert plan.totals.delivered_l >= 1_000 * (possible - 1)
