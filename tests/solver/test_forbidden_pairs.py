"""A truck that the office does not let go to a village does not go there."""

import pytest

from dispatch.check.rules import check_plan
from dispatch.planning.variants import list_variants
from dispatch.solver.params import SolveParams
from dispatch.solver.run import solve
from tests.solver.tiny import replace, scenario, star, truck, village

SPOKES = {"D": 0, "S": 20, "V1": 100, "V2": 150}


def scene(*not_to, **fields):
    trucks = [truck("T1", not_to=not_to, **fields), truck("T2", **fields)]
    return scenario(
        [village("V1", population=900), village("V2", population=900)], trucks=trucks
    )


def visits(plan):
    return {
        (route.truck_id, stop.place_id)
        for route in plan.routes
        for stop in route.stops
        if stop.kind == "deliver"
    }


@pytest.mark.parametrize("engine", ["search", "routing"])
def test_no_engine_sends_it_there(engine):
    limit = {"iterations": 300} if engine == "search" else {"seconds": 1.0}
    params = SolveParams(engine=engine, workers=1, **limit)
    for not_to in (("V1",), ("V2",), ("V1", "V2")):
        day = scene(*not_to)
        ways = star(day, SPOKES)
        plan = solve(day, ways, params).plan
        assert check_plan(day, ways, plan) == []
        assert not {("T1", place) for place in not_to} & visits(plan)
        if engine == "search":
            assert sum(v.delivered_l for v in plan.villages) == 1_800


def test_the_check_names_what_goes_there_all_the_same():
    """Rule 9, whatever made the plan: the check does not ask the search."""
    day = scene()
    ways = star(day, SPOKES)
    plan = solve(day, ways, SolveParams(iterations=300, workers=1)).plan
    for truck_id, place_id in visits(plan):
        trucks = tuple(
            replace(each, not_to=(place_id,)) if each.truck_id == truck_id else each
            for each in day.trucks
        )
        broken = check_plan(replace(day, trucks=trucks), ways, plan)
        assert {each.rule for each in broken} == {9}
        assert {(each.truck_id, each.place_id) for each in broken} == {
            (truck_id, place_id)
        }
        assert "规定" in broken[0].line.text("zh")


def test_an_unknown_village_forbids_nothing():
    day, free = scene("nowhere"), scene()
    ways = star(day, SPOKES)
    params = SolveParams(iterations=200, workers=1)
    assert solve(day, ways, params).plan.routes == solve(free, ways, params).plan.routes


def test_a_wider_lane_is_no_help_against_a_rule():
    """The lane is wide enough: widening it would be the wrong advice."""
    day = scenario([village("V", population=5_000)], trucks=[truck(not_to=("V",))])
    ways = star(day, {"D": 0, "S": 20, "V": 100})
    plan = solve(day, ways, SolveParams(iterations=50, workers=1)).plan
    assert [c.reason for c in plan.villages[0].causes] == ["forbidden"]
    assert "lane" not in {v.kind for v in list_variants(day, ways, plan)}
