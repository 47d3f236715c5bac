"""A day made ready for planning: its trucks, its travel times, what to notice."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dispatch.planning.split import split_day
from dispatch.roads.reach import reach_notes
from dispatch.roads.travel import travel_matrix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.model.plan import Plan, Route
    from dispatch.model.scenario import Scenario, Truck
    from dispatch.model.travel import Travel
    from dispatch.words.message import Message


@dataclass(frozen=True, slots=True)
class Day:
    """
    A scenario with its travel times.

    Attributes
    ----------
    notices
        Which trucks reach fewer villages than others.
    """

    scenario: Scenario
    travel: Travel
    notices: Sequence[Message] = ()


def prepare_day(
    scenario: Scenario,
    *,
    previous: Plan | None = None,
    now_s: int = 0,
    delays_s: Mapping[str, int] | None = None,
) -> Day:
    """
    Return a scenario with its travel times, ready for planning.

    Parameters
    ----------
    scenario
        As the office has it now.
    previous
        The plan under way, where the rest of a day is planned: trucks out of service
        that have driven today are in the day for the trip that they are on and the
        way home, and no longer.
    now_s
        Seconds since midnight; used with ``previous`` alone.
    delays_s
        Seconds that each truck is behind ``previous``.
    """
    notices = reach_notes(scenario)
    travel = travel_matrix(scenario)
    resting = [truck for truck in scenario.all_trucks if truck.out_of_service]
    if previous is None or not resting:
        return Day(scenario, travel, notices)
    done, _ = split_day(previous, now_s, delays_s=delays_s or {})
    routes = {route.truck_id: route for route in done if len(route.stops) > 1}
    driven = tuple(truck for truck in resting if truck.truck_id in routes)
    if not driven:
        return Day(scenario, travel, notices)
    left = tuple(item for item in scenario.resting if item.item not in driven)
    order = [truck.truck_id for truck in scenario.all_trucks]
    all_of = replace(scenario, trucks=(*scenario.trucks, *driven), resting=left)
    travel = travel_matrix(all_of)
    ended = [_ended(truck, routes[truck.truck_id], travel) for truck in driven]
    trucks = sorted(
        (*scenario.trucks, *ended), key=lambda truck: order.index(truck.truck_id)
    )
    scenario = replace(scenario, trucks=tuple(trucks), resting=left)
    return Day(scenario, travel_matrix(scenario), notices)


def _ended(truck: Truck, route: Route, travel: Travel) -> Truck:
    """Return a truck whose shift is over when it is home from what it has begun."""
    last = route.stops[-1]
    index = travel.index
    leg = travel.leg(
        travel.class_of_truck[truck.truck_id],
        index[last.place_id],
        index[truck.depot_id],
        last.end_s,
        truck.speed_factor,
    )
    home_s = truck.shift_end_s
    if leg is not None:
        home_s = last.end_s + math.ceil(leg.wait_s + leg.drive_s - 1e-9)
    return replace(
        truck,
        shift_end_s=max(truck.shift_start_s, min(truck.shift_end_s, home_s)),
        out_of_service=False,
    )
