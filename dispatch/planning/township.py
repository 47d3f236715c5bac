"""A whole township: trucks and all the water, one after the other, in one balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from dispatch.planning.day import prepare_day
from dispatch.planning.piped import (
    after_trucks,
    before_trucks,
    has_pipes,
    truck_fills_m3,
    with_piped_l,
)
from dispatch.planning.plan_day import plan_day
from dispatch.planning.whole_water import plan_whole_water
from dispatch.solver.params import SolveParams

if TYPE_CHECKING:
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.dispatch import WaterDispatch
    from dispatch.model.water.turns import TurnOrder
    from dispatch.planning.plan_day import Planned
    from dispatch.planning.whole_water import WholeWater
    from dispatch.solver.water.case import WaterParams

#: Iterations of one thread, not seconds: the same tables give the same plan.
TRUCK_PARAMS: Final = SolveParams(iterations=1_000, workers=1)


class Township(NamedTuple):
    """
    All that is dispatched in a township.

    Attributes
    ----------
    trucks
        None where no truck drives, or where their plan was given.
    scenario
        As trucks were planned with: with what taps give.
    plan
        Of the trucks, planned or given; None: no truck drives.
    """

    water: WholeWater
    trucks: Planned | None
    scenario: Scenario
    plan: Plan | None

    def taken_m3(self, num_days: int) -> dict[tuple[str, int], float]:
        """Return what trucks fill, by source and day from 0."""
        return {} if self.plan is None else truck_fills_m3(self.plan, num_days)


def plan_township(
    scenario: Scenario,
    *,
    num_days: int,
    params: WaterParams | None = None,
    given: Plan | None = None,
    truck_params: SolveParams = TRUCK_PARAMS,
    previous: WaterDispatch | None = None,
    turn_order: TurnOrder = "far_first",
) -> Township:
    """
    Return the plan of all the water, and of the trucks that fill from it.

    Parameters
    ----------
    scenario
        With tables of the water.
    num_days
        Days of the water, 1 to 14; trucks are planned for the first.
    params
        Limits of the days and the order of goals; None: as usual.
    given
        Plan of the trucks that is made already; None: they are planned too.
    truck_params
        Limits of their search.
    previous
        Dispatch that people know already; None: there is none.
    turn_order
        Of the turns on canals.

    Raises
    ------
    PlanError
        If the scenario has no tables of the water.
    """
    trucks, day, plan = None, scenario, given
    if given is not None:
        day = with_piped_l(scenario, given.piped_l)
    elif scenario.trucks and scenario.villages:
        trucks, day = _trucks(scenario, truck_params)
        plan = trucks.plan
    water = plan_whole_water(
        scenario,
        num_days=num_days,
        params=params,
        taken_m3=None if plan is None else truck_fills_m3(plan, num_days),
        previous=previous,
        trucks=plan,
        turn_order=turn_order,
    )
    return Township(water, trucks, day, plan)


def _trucks(scenario: Scenario, params: SolveParams) -> tuple[Planned, Scenario]:
    if not has_pipes(scenario):
        return plan_day(prepare_day(scenario), params), scenario
    before = before_trucks(scenario)
    planned = plan_day(prepare_day(before.scenario), params)
    again = after_trucks(scenario, before, planned.plan)
    if again is None:
        return planned, before.scenario
    return plan_day(prepare_day(again.scenario), params), again.scenario
