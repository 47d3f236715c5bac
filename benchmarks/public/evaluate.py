"""
The judge of routes: recomputes cost and every rule from instance and routes alone.

One rule is one function. Nothing here comes from the solver or from its arrays.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.public.model import (
        Drop,
        PublicInstance,
        PublicRoute,
        VehicleGroup,
    )

    Rule = Callable[[PublicInstance, Sequence[PublicRoute]], Iterator[str]]

#: Slack of comparisons between real figures.
TOLERANCE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Verdict:
    """The cost of routes in the family's unit, and every broken rule."""

    cost: float
    faults: tuple[str, ...]

    @property
    def is_feasible(self) -> bool:
        """Whether no rule is broken."""
        return not self.faults


def evaluate(instance: PublicInstance, routes: Sequence[PublicRoute]) -> Verdict:
    """Return the cost of the routes and the rules that they break."""
    unknown = list(check_ids(instance, routes))
    if unknown:
        return Verdict(math.nan, tuple(unknown))
    faults = [fault for rule in RULES for fault in rule(instance, routes)]
    return Verdict(route_cost(instance, routes), tuple(faults))


def route_cost(instance: PublicInstance, routes: Sequence[PublicRoute]) -> float:
    """Return the sum over vehicles of their fixed cost and distance times price."""
    driven = math.fsum(
        instance.groups[route.group].cost_per_distance
        * length(instance, route.group, t)
        for route in routes
        for t in route.trips
    )
    used = [route.group for route in routes if any(route.trips)]
    return driven + math.fsum(instance.groups[group].fixed_cost for group in used)


def length(instance: PublicInstance, group: int, trip: Sequence[Drop]) -> float:
    """Return the distance of a trip from its depot and back."""
    depot = instance.groups[group].depot
    first = len(instance.depots)
    places = [depot, *(first + drop.customer for drop in trip), depot]
    legs = itertools.pairwise(places)
    return math.fsum(float(instance.distance[leg]) for leg in legs)


def check_ids(instance: PublicInstance, routes: Sequence[PublicRoute]) -> Iterator[str]:
    """Every group and customer exists; no quantity is negative (0 is a detour)."""
    for k, route in enumerate(routes, 1):
        if not 0 <= route.group < len(instance.groups):
            yield f"route {k}: no vehicle group {route.group}"
        for drop in itertools.chain(*route.trips):
            if not 0 <= drop.customer < len(instance.customers):
                yield f"route {k}: no customer {drop.customer + 1}"
            if drop.quantity < 0:
                yield f"route {k}: {drop.quantity} for customer {drop.customer + 1}"


def check_demand(
    instance: PublicInstance, routes: Sequence[PublicRoute]
) -> Iterator[str]:
    """Every customer gets its demand, no more and no less."""
    given: Counter[int] = Counter()
    for drop in _drops(routes):
        given[drop.customer] += drop.quantity
    for k, customer in enumerate(instance.customers):
        if given[k] != customer.demand:
            yield f"customer {k + 1} gets {given[k]} of {customer.demand}"


def check_splits(
    instance: PublicInstance, routes: Sequence[PublicRoute]
) -> Iterator[str]:
    """Where demand is whole, one visit serves a customer."""
    if instance.may_split:
        return
    visits = Counter(drop.customer for drop in _drops(routes))
    for k, count in visits.items():
        if count > 1:
            yield f"customer {k + 1} is visited {count} times"


def check_loads(
    instance: PublicInstance, routes: Sequence[PublicRoute]
) -> Iterator[str]:
    """No trip carries more than its vehicle holds."""
    for k, route in enumerate(routes, 1):
        capacity = instance.groups[route.group].capacity
        for trip in route.trips:
            load = sum(drop.quantity for drop in trip)
            if load > capacity:
                yield f"route {k} carries {load}, holds {capacity}"


def check_fleet(
    instance: PublicInstance, routes: Sequence[PublicRoute]
) -> Iterator[str]:
    """No more vehicles drive than there are, one trip each where none reloads."""
    counts = Counter(route.group for route in routes)
    for g, count in counts.items():
        limit = instance.groups[g].count
        if limit is not None and count > limit:
            yield f"{count} vehicles of group {g + 1}, there are {limit}"
    for k, route in enumerate(routes, 1):
        if len(route.trips) > 1 and not instance.groups[route.group].may_reload:
            yield f"route {k} has {len(route.trips)} trips, may make one"


def check_stock(
    instance: PublicInstance, routes: Sequence[PublicRoute]
) -> Iterator[str]:
    """No depot gives more than its stock."""
    given: Counter[int] = Counter()
    for route in routes:
        depot = instance.groups[route.group].depot
        given[depot] += sum(drop.quantity for trip in route.trips for drop in trip)
    for d, depot in enumerate(instance.depots):
        if depot.stock is not None and given[d] > depot.stock:
            yield f"depot {d + 1} gives {given[d]}, has {depot.stock}"


def check_access(
    instance: PublicInstance, routes: Sequence[PublicRoute]
) -> Iterator[str]:
    """Only customers that a vehicle may serve are on its route."""
    for k, route in enumerate(routes, 1):
        allowed = instance.groups[route.group].allowed
        for drop in itertools.chain(*route.trips):
            if allowed is not None and drop.customer not in allowed:
                yield f"route {k} must not serve customer {drop.customer + 1}"


def check_travel(
    instance: PublicInstance, routes: Sequence[PublicRoute]
) -> Iterator[str]:
    """All trips of a vehicle together are no longer than its limit."""
    for k, route in enumerate(routes, 1):
        limit = instance.groups[route.group].max_travel
        total = math.fsum(length(instance, route.group, trip) for trip in route.trips)
        if total > limit + TOLERANCE:
            yield f"route {k} is {total:g} long, at most {limit:g}"


def check_times(
    instance: PublicInstance, routes: Sequence[PublicRoute]
) -> Iterator[str]:
    """Windows, releases, the depot's hours and the longest duration are kept."""
    for k, route in enumerate(routes, 1):
        group = instance.groups[route.group]
        depot = instance.depots[group.depot]
        now = depot.early
        for trip in route.trips:
            if not trip:
                continue
            now = max(now, *(instance.customers[d.customer].release for d in trip))
            leave, now, late = _drive(instance, group, trip, now)
            for customer in late:
                yield f"route {k} comes too late to customer {customer + 1}"
            if now > depot.late + TOLERANCE:
                yield f"route {k} is back at {now:g}, the depot closes {depot.late:g}"
            # Only families of one trip limit the duration.
            if now - leave > group.max_duration + TOLERANCE:
                limit = group.max_duration
                yield f"route {k} takes {now - leave:g}, at most {limit:g}"


def _drive(
    instance: PublicInstance, group: VehicleGroup, trip: Sequence[Drop], start: float
) -> tuple[float, float, list[int]]:
    """
    Return latest useful departure, earliest return, customers reached too late.

    The departure moves back by the least of the waiting that it would save and
    the room before the latest starts (Savelsbergh 1992, forward time slack).
    """
    first = len(instance.depots)
    here, now, waited = group.depot, start, 0.0
    slack, late = math.inf, []
    for drop in trip:
        customer = instance.customers[drop.customer]
        place = first + drop.customer
        arrive = now + float(instance.distance[here, place]) / group.speed
        waited += max(0.0, customer.early - arrive)
        begin = max(arrive, customer.early)
        slack = min(slack, waited + customer.late - begin)
        if begin > customer.late + TOLERANCE:
            late.append(drop.customer)
        now = begin + customer.service
        here = place
    back = now + float(instance.distance[here, group.depot]) / group.speed
    return start + max(0.0, min(waited, slack)), back, late


def _drops(routes: Sequence[PublicRoute]) -> Iterator[Drop]:
    for route in routes:
        yield from itertools.chain(*route.trips)


#: Every rule, in the order in which faults are listed.
RULES: Final[tuple[Rule, ...]] = (
    check_demand,
    check_splits,
    check_loads,
    check_fleet,
    check_stock,
    check_access,
    check_travel,
    check_times,
)
