"""The rest of a day planned anew, from a plan and what the office says of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dispatch.planning.day import Day
from dispatch.planning.plan_day import plan_day
from dispatch.planning.today import today_of

if TYPE_CHECKING:
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import Travel
    from dispatch.planning.plan_day import Planned
    from dispatch.solver.params import SolveParams


def replan(
    scenario: Scenario,
    travel: Travel,
    previous: Plan,
    params: SolveParams,
    **said: Any,
) -> Planned:
    """Return the new plan; ``said`` is what `today_of` takes."""
    day = Day(scenario, travel)
    return plan_day(day, params, today=today_of(day, previous, **said))
