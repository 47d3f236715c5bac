"""Visits of a plan as the people at a place see them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """
    One unloading.

    Attributes
    ----------
    potable
        Whether people may drink this water: truck and source are fit for it.
    """

    truck_id: str
    place_id: str
    start_s: int
    litres: int
    potable: bool


def visits_by_place(plan: Plan, scenario: Scenario) -> dict[str, list[Visit]]:
    """
    Return the visits of every place that has some, by time.

    Parameters
    ----------
    plan
        Its routes may name what the scenario does not know.
    scenario
        Says which water is potable.
    """
    found: dict[str, list[Visit]] = defaultdict(list)
    for route in plan.routes:
        truck = scenario.truck_by_id.get(route.truck_id)
        is_fit = truck is None or truck.potable
        potable = is_fit
        for stop in route.stops:
            if stop.kind == "fill":
                source = scenario.source_by_id.get(stop.place_id)
                potable = is_fit and (source is None or source.potable)
            elif stop.kind == "deliver":
                visit = Visit(
                    truck_id=route.truck_id,
                    place_id=stop.place_id,
                    start_s=stop.start_s,
                    litres=stop.litres,
                    potable=potable,
                )
                found[stop.place_id].append(visit)
    for visits in found.values():
        visits.sort(key=lambda visit: (visit.start_s, visit.truck_id))
    return dict(found)
