"""Trucks taken out of service in the middle of a day: what they have done stands."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from dispatch.roads.travel import travel_matrix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.model.plan import Plan, Route
    from dispatch.model.scenario import Scenario, Truck
    from dispatch.model.travel import Travel


def with_driven(
    scenario: Scenario,
    previous: Plan,
    now_s: int,
    *,
    delays_s: Mapping[str, int] | None = None,
) -> tuple[Scenario, Travel]:
    """
    Return the scenario to plan the rest of a day in, and its travel times.

    Trucks out of service that have driven today are in it, for the trip that they
    are on and the way home, and no longer.
    """
    from dispatch.solver.day import split_day

    travel = travel_matrix(scenario)
    resting = [truck for truck in scenario.all_trucks if truck.out_of_service]
    if not resting:
        return scenario, travel
    done, _ = split_day(previous, now_s, delays_s=delays_s or {})
    driven = {route.truck_id: route for route in done if len(route.stops) > 1}
    own = tuple(truck for truck in resting if truck.truck_id in driven)
    if not own:
        return scenario, travel
    left = tuple(item for item in scenario.resting if item.item not in own)
    order = [truck.truck_id for truck in scenario.all_trucks]
    all_of = replace(scenario, trucks=(*scenario.trucks, *own), resting=left)
    ways = travel_matrix(all_of)
    ended = [_ended(truck, driven[truck.truck_id], ways) for truck in own]
    trucks = sorted(
        (*scenario.trucks, *ended), key=lambda truck: order.index(truck.truck_id)
    )
    found = replace(scenario, trucks=tuple(trucks), resting=left)
    return found, travel_matrix(found)


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
