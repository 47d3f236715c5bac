"""Trucks that the office does not let go to a village: rules of a day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dispatch.errors import DispatchError
from dispatch.model.scenario import Truck
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.model.plan import Plan, Stop
    from dispatch.model.scenario import Scenario


class Pair(NamedTuple):
    """A truck and a village where it is not to go."""

    truck_id: str
    village_id: str


def pairs_of(scenario: Scenario) -> list[Pair]:
    """Return all pairs of a day, in the order of its tables; rows that rest too."""
    villages = {village.village_id for village in scenario.all_villages}
    return [
        Pair(truck.truck_id, village_id)
        for truck in scenario.all_trucks
        for village_id in truck.not_to
        if village_id in villages
    ]


def with_pair(scenario: Scenario, pair: Pair) -> Scenario:
    """
    Return a day on which a truck does not go to a village.

    Parameters
    ----------
    scenario
        The day.
    pair
        Truck and village.

    Raises
    ------
    DispatchError
        If the day has no such truck or village.
    """
    if pair.village_id not in {each.village_id for each in scenario.all_villages}:
        raise DispatchError(say("run_no_village", village=pair.village_id))
    return _changed(scenario, pair, is_forbidden=True)


def without_pair(scenario: Scenario, pair: Pair) -> Scenario:
    """
    Return a day on which a truck may go to a village again.

    Parameters
    ----------
    scenario
        The day.
    pair
        Truck and village.

    Raises
    ------
    DispatchError
        If the day has no such truck.
    """
    return _changed(scenario, pair, is_forbidden=False)


def _changed(scenario: Scenario, pair: Pair, *, is_forbidden: bool) -> Scenario:
    if pair.truck_id not in {truck.truck_id for truck in scenario.all_trucks}:
        raise DispatchError(say("report_no_truck", truck=pair.truck_id))

    def changed(truck: Truck) -> Truck:
        if truck.truck_id != pair.truck_id:
            return truck
        kept = tuple(each for each in truck.not_to if each != pair.village_id)
        more = (pair.village_id,) if is_forbidden else ()
        return replace(truck, not_to=(*kept, *more))

    resting = tuple(
        each._replace(item=changed(each.item)) if isinstance(each.item, Truck) else each
        for each in scenario.resting
    )
    trucks = tuple(changed(truck) for truck in scenario.trucks)
    return replace(scenario, trucks=trucks, resting=resting)


def under_pairs_of(scenario: Scenario, day: Scenario) -> Scenario:
    """
    Return what a plan was made from, under the pairs that hold now.

    Parameters
    ----------
    scenario
        What the plan was made from.
    day
        The day as it is now.
    """
    now = {truck.truck_id: truck.not_to for truck in day.all_trucks}
    trucks = tuple(
        replace(truck, not_to=now.get(truck.truck_id, truck.not_to))
        for truck in scenario.trucks
    )
    return scenario if trucks == scenario.trucks else replace(scenario, trucks=trucks)


def visits_against(plan: Plan, day: Scenario) -> Iterator[tuple[Pair, Stop]]:
    """
    Return the visits to come of a plan that the pairs of the day do not allow.

    Parameters
    ----------
    plan
        A plan of the day.
    day
        The day as it is now.
    """
    pairs = set(pairs_of(day))
    for route in plan.routes:
        for stop in route.stops[plan.done.get(route.truck_id, 0) :]:
            pair = Pair(route.truck_id, stop.place_id)
            if stop.kind == "deliver" and pair in pairs:
                yield pair, stop
