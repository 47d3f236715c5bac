"""Plans changed by hand: a visit moved, dropped, pinned, or given other litres."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dispatch.check.past import Split, split_violations
from dispatch.check.rules import check_plan
from dispatch.coverage import Coverage, compute_coverage
from dispatch.errors import DispatchError
from dispatch.model.outcome import plan_totals, village_outcomes
from dispatch.model.plan import Plan, Route, SolverInfo, Stop
from dispatch.planning.timing import Task, timed_route
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import Travel

#: Name of the solver in plans that somebody changed by hand.
BY_HAND = "by hand"


@dataclass(frozen=True, slots=True)
class Trip:
    """
    A filling and the visits after it.

    Attributes
    ----------
    earliest_s
        The filling starts no earlier.
    """

    source_id: str
    visits: tuple[Task, ...]
    earliest_s: int = 0

    @property
    def litres(self) -> int:
        """What is filled: all that the visits get."""
        return sum(visit.litres for visit in self.visits)


@dataclass(frozen=True, slots=True)
class VisitAt:
    """A visit of a plan: the truck, its trip and the visit in it, counted from 0."""

    truck_id: str
    trip: int
    visit: int


@dataclass(frozen=True, kw_only=True)
class HandPlan:
    """
    A plan as somebody changes it, step by step.

    Attributes
    ----------
    base
        The plan that was begun with.
    trips
        Trips to come of the trucks that were changed.
    touched
        Villages whose visits were changed: a plan of the rest keeps them.
    """

    base: Plan
    trips: Mapping[str, tuple[Trip, ...]] = field(default_factory=dict)
    touched: tuple[str, ...] = ()

    def trips_of(self, truck_id: str) -> tuple[Trip, ...]:
        """Return the trips of a truck that are to come."""
        if truck_id in self.trips:
            return self.trips[truck_id]
        route = self.base.route_by_truck.get(truck_id)
        return () if route is None else _trips(route, self.base.done.get(truck_id, 0))

    def visit(self, at: VisitAt) -> Task:
        """
        Return a visit.

        Raises
        ------
        DispatchError
            If there is none, or it is done already.
        """
        trips = self.trips_of(at.truck_id)
        if not 0 <= at.trip < len(trips):
            raise DispatchError(say("hand_no_visit"))
        visits = trips[at.trip].visits
        if not 0 <= at.visit < len(visits):
            raise DispatchError(say("hand_no_visit"))
        return visits[at.visit]

    def moved(self, at: VisitAt, to: VisitAt) -> HandPlan:
        """
        Return the plan with a visit moved to another place in the order.

        Parameters
        ----------
        at
            The visit.
        to
            Where it comes to stand, in the order without it; a trip beyond the last
            one is a new one, from the same source.

        Raises
        ------
        DispatchError
            If there is no such visit.
        """
        # Its time was that of another place in the order.
        task = replace(self.visit(at), earliest_s=0)
        source_id = self.trips_of(at.truck_id)[at.trip].source_id
        without = self._with(at, None)
        # The trip that became empty is gone: later ones of its truck move up.
        was_alone = len(self.trips_of(at.truck_id)[at.trip].visits) == 1
        trip = to.trip
        if was_alone and to.truck_id == at.truck_id and at.trip < trip:
            trip -= 1
        trips = list(without.trips_of(to.truck_id))
        if trip >= len(trips):
            trips.append(Trip(source_id, (task,)))
        else:
            visits = list(trips[trip].visits)
            visits.insert(min(to.visit, len(visits)), task)
            trips[trip] = replace(trips[trip], visits=tuple(visits))
        changed = {**without.trips, to.truck_id: tuple(trips)}
        return replace(without, trips=changed, touched=self._touching(task))

    def with_litres(self, at: VisitAt, litres: int) -> HandPlan:
        """
        Return the plan with other litres for a visit; its filling follows.

        Parameters
        ----------
        at
            The visit.
        litres
            What it gets; must be positive.

        Raises
        ------
        DispatchError
            If there is no such visit, or the litres are not positive.
        """
        if litres <= 0:
            raise DispatchError(say("hand_no_litres"))
        task = replace(self.visit(at), litres=litres)
        return replace(self._with(at, task), touched=self._touching(task))

    def pinned(self, at: VisitAt, start_s: int) -> HandPlan:
        """
        Return the plan with a visit that starts no earlier than at a time.

        Parameters
        ----------
        at
            The visit.
        start_s
            Seconds since midnight.

        Raises
        ------
        DispatchError
            If there is no such visit.
        """
        task = replace(self.visit(at), earliest_s=start_s)
        return replace(self._with(at, task), touched=self._touching(task))

    def dropped(self, at: VisitAt) -> HandPlan:
        """
        Return the plan without a visit.

        Raises
        ------
        DispatchError
            If there is no such visit.
        """
        return self._with(at, None)

    def _touching(self, task: Task) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.touched, task.place_id)))

    def _with(self, at: VisitAt, task: Task | None) -> HandPlan:
        """Return the plan with another visit in the place of one, or none."""
        self.visit(at)
        trips = list(self.trips_of(at.truck_id))
        visits = list(trips[at.trip].visits)
        visits[at.visit : at.visit + 1] = [] if task is None else [task]
        trips[at.trip] = replace(trips[at.trip], visits=tuple(visits))
        kept = tuple(trip for trip in trips if trip.visits)
        return replace(self, trips={**self.trips, at.truck_id: kept})


@dataclass(frozen=True, kw_only=True)
class HandResult:
    """
    What a plan changed by hand does.

    Attributes
    ----------
    broken
        Rules that it breaks, by name.
    gained_l, gained_people
        Litres served, and people at the basic standard, more than before; negative:
        fewer.
    longer_s
        Seconds driven more than before.
    """

    plan: Plan
    broken: Split
    figures: Coverage
    gained_l: int
    gained_people: int
    longer_s: int


def hand_result(scenario: Scenario, travel: Travel, hand: HandPlan) -> HandResult:
    """
    Return a plan changed by hand, timed anew, checked and counted.

    Routes that were not touched stay as they are.

    Parameters
    ----------
    scenario, travel
        The day that the plan is for.
    hand
        What was changed.
    """
    plan = _plan(scenario, travel, hand)
    broken = split_violations(scenario, plan, check_plan(scenario, travel, plan))
    before = compute_coverage(scenario, hand.base, travel)
    figures = compute_coverage(scenario, plan, travel)
    return HandResult(
        plan=plan,
        broken=broken,
        figures=figures,
        gained_l=figures.served_l - before.served_l,
        gained_people=_people_at_basic(figures) - _people_at_basic(before),
        longer_s=plan.totals.driving_s - hand.base.totals.driving_s,
    )


def _people_at_basic(figures: Coverage) -> int:
    return int(figures.standards.to_dict("index")["basic"]["people"])


def _plan(scenario: Scenario, travel: Travel, hand: HandPlan) -> Plan:
    base = hand.base
    routes = {route.truck_id: route for route in base.routes}
    for truck_id, trips in hand.trips.items():
        truck = scenario.truck_by_id.get(truck_id)
        if truck is None:
            raise DispatchError(say("report_no_truck", truck=truck_id))
        num_done = base.done.get(truck_id, 0)
        route = routes.get(truck_id)
        done = () if route is None else route.stops[:num_done]
        others = [r for r in routes.values() if r.truck_id != truck_id]
        stops = timed_route(
            scenario,
            travel,
            truck,
            _tasks(trips),
            done=done,
            busy=_fillings(others),
        )
        routes[truck_id] = Route(truck_id, truck.depot_id, stops)
    order = [truck.truck_id for truck in scenario.trucks]
    every = tuple(
        sorted(
            (route for route in routes.values() if route.stops),
            key=lambda route: (
                order.index(route.truck_id) if route.truck_id in order else len(order)
            ),
        )
    )
    causes = {v.village_id: v.causes for v in base.villages}
    villages = tuple(
        # Reasons were found for the shortage as it was: another one has none.
        outcome
        if outcome.shortage_l == base.outcome_by_village[outcome.village_id].shortage_l
        else replace(outcome, reason=None, causes=())
        for outcome in village_outcomes(scenario, every, causes)
    )
    return replace(
        base,
        solver=SolverInfo(BY_HAND, base.solver.version, 0.0, "feasible"),
        routes=every,
        villages=villages,
        totals=plan_totals(scenario, travel, every, villages),
        bound=None,
    )


def _tasks(trips: Sequence[Trip]) -> list[Task]:
    tasks: list[Task] = []
    for trip in trips:
        tasks.append(Task("fill", trip.source_id, trip.litres, trip.earliest_s))
        tasks.extend(trip.visits)
    return tasks


def _fillings(routes: Sequence[Route]) -> dict[str, list[Stop]]:
    fillings: dict[str, list[Stop]] = {}
    for route in routes:
        for stop in route.stops:
            if stop.kind == "fill":
                fillings.setdefault(stop.place_id, []).append(stop)
    return fillings


def _trips(route: Route, num_done: int) -> tuple[Trip, ...]:
    """Return the trips to come; none of their stops moves earlier than it was told."""
    trips: list[Trip] = []
    for stop in route.stops[num_done:]:
        if stop.kind == "fill":
            trips.append(Trip(stop.place_id, (), stop.start_s))
        elif stop.kind == "deliver" and trips:
            visit = Task("deliver", stop.place_id, stop.litres, stop.start_s)
            trips[-1] = replace(trips[-1], visits=(*trips[-1].visits, visit))
    return tuple(trip for trip in trips if trip.visits)
