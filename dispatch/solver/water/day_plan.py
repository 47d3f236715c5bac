"""The plan of all the water: the program built, solved, and read back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ortools.math_opt.python import mathopt

from dispatch.errors import PlanError
from dispatch.solver.water.bounds import bounded
from dispatch.solver.water.case import WaterCase, WaterParams
from dispatch.solver.water.flows import add_canals, add_windows
from dispatch.solver.water.giving import add_fields, add_plants, add_zones
from dispatch.solver.water.goals import goals_of
from dispatch.solver.water.lexicographic import settle, solve_goals
from dispatch.solver.water.lifting import add_pumps
from dispatch.solver.water.program import Program
from dispatch.solver.water.read_back import plan_of
from dispatch.solver.water.storing import add_nodes
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.model.scenario import Scenario
    from dispatch.model.water.plan import WaterPlan


def water_case(
    scenario: Scenario,
    *,
    num_days: int,
    taken_m3: Mapping[tuple[str, int], float] | None = None,
    previous: WaterPlan | None = None,
) -> WaterCase:
    """
    Return what is planned.

    Parameters
    ----------
    scenario
        With tables of the water.
    num_days
        Days to plan, 1 to 14.
    taken_m3
        What trucks fill, by source id and day from 0; None: nothing.
    previous
        Plan that people know already; None: there is none.

    Raises
    ------
    PlanError
        If the scenario has no tables of the water.
    """
    if scenario.water is None:
        raise PlanError(say("no_water_tables"))
    return WaterCase(scenario, scenario.water, num_days, taken_m3 or {}, previous)


def build_program(case: WaterCase) -> Program:
    """Return the program of a case, without a goal."""
    program = Program(case, mathopt.Model())
    add_windows(program)
    add_canals(program)
    add_pumps(program)
    add_plants(program)
    add_zones(program)
    add_fields(program)
    add_nodes(program)
    return program


def plan_water(case: WaterCase, params: WaterParams | None = None) -> WaterPlan:
    """
    Return the plan of all the water that is best goal after goal.

    Parameters
    ----------
    case
        From `water_case`.
    params
        Limits, and the order of goals; None: as usual.
    """
    params = params or WaterParams()
    program = build_program(case)
    goals = goals_of(program, equal_shares=params.equal_shares)
    solved = solve_goals(program, goals, params)
    program = build_program(case)
    goals = goals_of(program, equal_shares=params.equal_shares)
    solved = settle(program, goals, solved)
    bounding = build_program(replace(case, optimistic=True))
    proven = bounded(
        bounding,
        goals_of(bounding, equal_shares=params.equal_shares),
        solved.reached,
        params,
    )
    plan = plan_of(program, solved.values, proven)
    if not params.equal_shares:
        return plan
    by_harvest = plan_water(case, replace(params, equal_shares=False))
    price_kg = plan.lost_kg - by_harvest.lost_kg
    return replace(plan, equal_shares=True, equal_shares_kg=price_kg)
