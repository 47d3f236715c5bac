"""The best plan of a search under way, for who looks on: it changes nothing there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from dispatch.model.outcome import plan_totals, village_outcomes
from dispatch.model.plan import Plan, SolverInfo
from dispatch.solver.build_plan import best_routes
from dispatch.solver.kernel.search import is_better_plan
from dispatch.solver.search import best_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dispatch.model.plan import Route
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import Travel
    from dispatch.solver.kernel.arrays import Instance, State
    from dispatch.solver.search import SearchThread

#: Nobody reads a map more often; copying is cheap, drawing is not.
PACE_S: Final = 3.0


class Drafts:
    """
    Takes the best plan so far out of a search, from time to time, if it is better.

    Parameters
    ----------
    scenario, travel
        What is planned.
    instance
        The same as arrays.
    begun
        Per truck position the route that its stops go on from; None: whole routes.
    seed
        Of the run.
    """

    def __init__(
        self,
        scenario: Scenario,
        travel: Travel,
        instance: Instance,
        begun: Mapping[int, Route] | None,
        seed: int,
    ) -> None:
        self._scenario, self._travel = scenario, travel
        self._instance, self._begun, self._seed = instance, begun, seed
        self._asked: SearchThread | None = None
        self._last: State | None = None
        self._looked = -float("inf")

    def next(self, threads: list[SearchThread]) -> Callable[[], Plan] | None:
        """Return what makes the plan, if there is a better one than last time."""
        if self._asked is None:
            if time.monotonic() - self._looked >= PACE_S:
                self._asked = best_thread(threads)
                self._asked.ask_copy()
            return None
        # The thread copies its best itself, between two steps: nobody reads arrays
        # that are being written.
        copy = self._asked.take_copy()
        if copy is None:
            return None
        self._asked, self._looked = None, time.monotonic()
        if copy.b_served[0] < 0 or not self._is_better(copy):
            return None
        self._last = copy
        return lambda: self._plan(copy)

    def _is_better(self, copy: State) -> bool:
        last = self._last
        return last is None or bool(
            is_better_plan(
                self._instance,
                copy.b_served,
                copy.b_total,
                last.b_served,
                last.b_total,
            )
        )

    def _plan(self, copy: State) -> Plan:
        routes = best_routes(self._scenario, self._instance, copy, self._begun)
        villages = village_outcomes(self._scenario, routes)
        return Plan(
            scenario=self._scenario.name,
            date=self._scenario.date,
            seed=self._seed,
            solver=SolverInfo("draft", "", 0.0, "feasible"),
            routes=routes,
            villages=villages,
            totals=plan_totals(self._scenario, self._travel, routes, villages),
        )
