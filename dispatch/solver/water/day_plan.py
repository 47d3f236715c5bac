"""The plan of all the water: the program built, solved, and read back."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from dispatch.errors import PlanError
from dispatch.solver.water.bounds import bounds_of, goal_results
from dispatch.solver.water.building import build_program
from dispatch.solver.water.case import WaterCase, WaterParams
from dispatch.solver.water.goals import goals_of
from dispatch.solver.water.lexicographic import settle, solve_goals
from dispatch.solver.water.parts import (
    in_two_threads,
    joined_by_pumps,
    num_choices,
    parts_of,
    with_pumps_given_out,
)
from dispatch.solver.water.read_back import plan_of
from dispatch.solver.water.short import shortages_of
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.model.scenario import Scenario
    from dispatch.model.water.plan import WaterPlan
    from dispatch.solver.water.bounds import Proven
    from dispatch.solver.water.lexicographic import Solved
    from dispatch.solver.water.program import ChoiceKey, Program


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
    parts = parts_of(case) if num_choices(case) > params.max_choices else (case,)
    own = _with_own_pumps(case, parts, params)
    limits = _by_size(own, params)
    chosen, proven = _choose(own, limits)
    program = build_program(case)
    goals = goals_of(program, equal_shares=params.equal_shares)
    solved = settle(program, goals, chosen)
    bounds = bounds_of(parts, solved.reached, limits, proven)
    plan = plan_of(program, solved.values, goal_results(solved.reached, bounds))
    if params.reasons:
        plan = replace(plan, shortages=shortages_of(case, plan, parts=own))
    if not params.equal_shares:
        return plan
    by_harvest = plan_water(case, replace(params, equal_shares=False, reasons=False))
    price_kg = plan.lost_kg - by_harvest.lost_kg
    return replace(plan, equal_shares=True, equal_shares_kg=price_kg)


def _with_own_pumps(
    case: WaterCase, parts: tuple[WaterCase, ...], params: WaterParams
) -> tuple[WaterCase, ...]:
    """Return parts that share no pumps: given out where there are many choices."""
    if len(parts) > 1 and num_choices(case) > params.max_together:
        return with_pumps_given_out(case, parts)
    return joined_by_pumps(case, parts)


def _by_size(parts: tuple[WaterCase, ...], params: WaterParams) -> WaterParams:
    """Return limits with fewer nodes where there are many choices."""
    num = sum(num_choices(part) for part in parts)
    share = min(1.0, params.max_together / max(1, num))
    return replace(params, max_nodes=math.ceil(share * params.max_nodes))


def _choose(
    parts: tuple[WaterCase, ...], params: WaterParams
) -> tuple[dict[ChoiceKey, float], Proven]:
    """
    Return what is chosen in every part, and what that proves of the whole.

    Several parts prove nothing of it: another part might have had the pumps.
    """
    chosen: dict[ChoiceKey, float] = {}
    proven: Proven = {}
    for program, solved in in_two_threads(partial(_solve, params), parts):
        for key, choice in program.choice_by_key.items():
            chosen[key] = solved.values[choice]
        if len(parts) == 1:
            proven = {item.goal.name: item.bound for item in solved.reached}
    return chosen, proven


def _solve(params: WaterParams, case: WaterCase) -> tuple[Program, Solved]:
    program = build_program(case)
    goals = goals_of(program, equal_shares=params.equal_shares)
    return program, solve_goals(program, goals, params)
