"""A day planned, checked and counted: what the terminal and the pages call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dispatch.check.past import split_violations
from dispatch.check.rules import check_plan
from dispatch.coverage import compute_coverage
from dispatch.errors import PlanError
from dispatch.planning.changes import plan_changes
from dispatch.planning.piped import piped_l_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dispatch.check.past import Split
    from dispatch.coverage import Coverage
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.model.today import Today
    from dispatch.model.travel import Travel
    from dispatch.planning.changes import Change
    from dispatch.planning.day import Day
    from dispatch.solver.params import Progress, SolveParams, SolveResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """
    A plan with all that is found out about it, once.

    Attributes
    ----------
    broken
        Rules that the plan breaks; it may be used if none of them is ``to_come``.
    figures
        What people get.
    changes
        What differs from the plan that was announced; empty for a whole day.
    """

    scenario: Scenario
    travel: Travel
    plan: Plan
    result: SolveResult
    broken: Split
    figures: Coverage
    changes: Sequence[Change] = ()


def plan_day(
    day: Day,
    params: SolveParams | None = None,
    *,
    seed: int = 0,
    today: Today | None = None,
    solve: Callable[..., SolveResult] | None = None,
    progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Planned:
    """
    Return the plan of a day, or of its rest, checked and counted.

    Parameters
    ----------
    day
        From `prepare_day`.
    params
        Limits of the search; None: until nothing more is gained.
    seed
        Equal seeds and iterations give equal plans.
    today
        From `today_of`, where the day is under way; None: the whole day.
    solve
        The solver; None takes ours.
    progress
        Called from time to time with where the search stands.
    should_stop
        Asked from time to time; the best plan so far is taken when it says so.

    Raises
    ------
    PlanError
        If no plan was found.
    """
    if solve is None:
        from dispatch.solver.run import solve as own_solve  # numba takes a second

        solve = own_solve
    scenario, travel = day.scenario, day.travel
    result = solve(
        scenario,
        travel,
        params,
        seed=seed,
        today=today,
        progress=_with_done(progress, today),
        should_stop=should_stop,
    )
    if result.plan is None:
        raise PlanError(result.message or result.status)
    plan = replace(result.plan, piped_l=piped_l_of(scenario))
    if today is not None:
        # The plan remembers what was done, so that whoever reads it can tell.
        plan = replace(plan, done=_done(today))
    violations = check_plan(scenario, travel, plan)
    return Planned(
        scenario=scenario,
        travel=travel,
        plan=plan,
        result=replace(result, plan=plan),
        broken=split_violations(scenario, plan, violations),
        figures=compute_coverage(scenario, plan, travel),
        changes=(
            plan_changes(scenario, travel, today, plan)
            if today is not None and today.previous is not None
            else ()
        ),
    )


def _done(today: Today) -> dict[str, int]:
    return {route.truck_id: len(route.stops) for route in today.done if route.stops}


def _with_done(
    progress: Callable[[Progress], None] | None, today: Today | None
) -> Callable[[Progress], None] | None:
    """Let drafts of the rest of a day remember what was done, too."""
    if progress is None or today is None:
        return progress
    tell, done = progress, _done(today)

    def report(found: Progress) -> None:
        make = found.draft
        if make is not None:
            found = replace(found, draft=lambda: replace(make(), done=done))
        tell(found)

    return report
