"""The rest of a day planned anew: what is done stays, and every change has a reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dispatch.check.past import is_done
from dispatch.check.rules import check_plan
from dispatch.errors import PlanError
from dispatch.planning.changes import plan_changes
from dispatch.planning.diverting import divert_trips

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dispatch.check.facts import Violation
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import Travel
    from dispatch.planning.changes import Change
    from dispatch.solver.params import Progress, SolveParams, SolveResult


@dataclass(frozen=True, slots=True)
class Replanned:
    """
    A new plan beside the one before.

    Attributes
    ----------
    violations
        Rules that the new part breaks; empty for a plan that may be used.
    past
        Rules that what is done breaks: nobody can change it any more.
    """

    plan: Plan
    changes: Sequence[Change]
    violations: Sequence[Violation]
    past: Sequence[Violation]
    result: SolveResult


def replan_day(
    scenario: Scenario,
    travel: Travel,
    previous: Plan,
    params: SolveParams,
    *,
    now_s: int,
    seed: int = 0,
    delays_s: Mapping[str, int] | None = None,
    locked_villages: frozenset[str] = frozenset(),
    broken_trucks: frozenset[str] = frozenset(),
    change_price_l: int = 0,
    solve: Callable[..., SolveResult] | None = None,
    progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Replanned:
    """
    Return the plan of the rest of a day and what it changes.

    Trips under way keep their water; where their road has closed it is diverted.

    Parameters
    ----------
    scenario, travel
        As they are now.
    now_s
        Seconds since midnight; stops that began earlier stay as they are.
    broken_trucks
        Trucks that drive no more; what is on board is lost. A truck whose shift in
        the scenario has ended while the plan has it on the road counts as one.
    solve
        The solver; None takes ours.

    Raises
    ------
    PlanError
        If no plan was found.
    """
    # OR-Tools and numba take a second to import.
    from dispatch.solver.day import split_day, trucks_out
    from dispatch.solver.run import solve as own_solve

    over = _shifts_that_ended(scenario, previous, now_s) - broken_trucks
    broken_trucks |= over
    done, promised = split_day(
        previous,
        now_s,
        delays_s=delays_s or {},
        locked_villages=locked_villages,
        broken_trucks=broken_trucks,
    )
    out = tuple(
        replace(truck_out, was_said=truck_out.truck_id not in over)
        for truck_out in trucks_out(previous, now_s, broken_trucks)
    )
    done = divert_trips(done, scenario, travel, now_s)
    result = (solve or own_solve)(
        scenario,
        travel,
        params,
        seed=seed,
        progress=progress,
        should_stop=should_stop,
        done=done,
        locked=promised,
        now_s=now_s,
        previous=previous,
        change_price_l=change_price_l,
        delays_s=delays_s or {},
        out=out,
    )
    if result.plan is None:
        raise PlanError(result.message or result.status)
    # The plan remembers what was done, so that whoever reads it can tell.
    kept = {route.truck_id: len(route.stops) for route in done if route.stops}
    plan = replace(result.plan, done=kept)
    result = replace(result, plan=plan)
    found = check_plan(scenario, travel, plan)
    is_past = [is_done(v, done, plan, scenario) for v in found]
    return Replanned(
        plan=plan,
        changes=plan_changes(
            scenario,
            travel,
            previous,
            plan,
            now_s=now_s,
            done=done,
            delays_s=delays_s,
            broken_trucks=broken_trucks,
        ),
        violations=[v for v, past in zip(found, is_past, strict=True) if not past],
        past=[v for v, past in zip(found, is_past, strict=True) if past],
        result=result,
    )


def _shifts_that_ended(
    scenario: Scenario, previous: Plan, now_s: int
) -> frozenset[str]:
    """Return trucks whose shift was cut short under a trip that is under way."""
    trucks = scenario.truck_by_id
    return frozenset(
        route.truck_id
        for route in previous.routes
        if route.stops
        and route.truck_id in trucks
        and trucks[route.truck_id].shift_end_s <= now_s
        and any(
            stop.start_s < route.stops[-1].start_s
            and trucks[route.truck_id].shift_end_s < stop.end_s
            and stop.kind in ("fill", "deliver")
            for stop in route.stops
        )
    )
