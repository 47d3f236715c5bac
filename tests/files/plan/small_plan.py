"""A plan of the tiny scenario, written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dispatch.files.scenario.read import read_scenario
from dispatch.model.need import BANDS
from dispatch.model.outcome import plan_totals, village_outcomes
from dispatch.model.plan import Bound, Cause, Plan, Route, SolverInfo, Stop
from dispatch.roads.travel import travel_matrix
from dispatch.words.message import say

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import Travel

TINY = Path(__file__).parents[2] / "data" / "tiny"


def small_plan(scenario: Scenario | None = None) -> tuple[Plan, Scenario, Travel]:
    scenario = scenario or read_scenario(TINY)
    travel = travel_matrix(scenario)
    first, second = scenario.villages[:2]
    source = scenario.sources[0].source_id
    truck = scenario.trucks[0]
    depot = truck.depot_id
    stops = (
        Stop("depart", depot, 25200, 25200, 25200),
        Stop("fill", source, 25500, 25500, 26400, 3000, 1),
        Stop("deliver", first.village_id, 27000, 28800, 29400, 2000),
        Stop("deliver", second.village_id, 30000, 30000, 30500, 1000),
        Stop("break", second.village_id, 30500, 41400, 43200),
        Stop("return", depot, 44000, 44000, 44000),
    )
    routes = (Route(truck.truck_id, depot, stops),)
    villages = village_outcomes(
        scenario,
        routes,
        {v.village_id: (Cause("fleet_busy", 1),) for v in scenario.villages},
    )
    totals = plan_totals(scenario, travel, routes, villages)
    plan = Plan(
        scenario=scenario.name,
        date=scenario.date,
        seed=7,
        solver=SolverInfo("by hand", "1", 1.25, "feasible", 3, travel.method),
        routes=routes,
        villages=villages,
        totals=totals,
        bound=Bound("guess", dict.fromkeys(BANDS, 9), 5000, 0.125),
        notes=(
            say("note_as_written", text="写给司机"),
            say("note_load_lost", truck="T1", time="10:30", litres=5, source="S1"),
        ),
    )
    return plan, scenario, travel
