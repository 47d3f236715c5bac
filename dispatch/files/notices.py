"""What is allowed but looks wrong: warnings on a scenario that can be planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.errors import Problem
from dispatch.geo.distance import haversine_m
from dispatch.geo.reach import round_trips, snap_warnings

if TYPE_CHECKING:
    from dispatch.files.checks import Records
    from dispatch.geo.reach import Ways
    from dispatch.scenario import Depot, Scenario, Source, Truck, Village

#: A county is about 50 km across; farther out a digit is likely wrong.
_FAR_M: Final = 200_000.0


def notice_all(scenario: Scenario, records: Records) -> list[Problem]:
    """Return warnings about villages that nobody can feed and odd figures."""
    return [
        *_notice_potable(records),
        *_notice_far(scenario, records),
        *snap_warnings(scenario),
        *_notice_unfed(scenario, records),
    ]


def _warn(
    records: Records, table: str, position: int, column: str, text: str
) -> Problem:
    if position < len(records.get(table, [])):
        return records[table][position].problem(column, text, warn=True)
    return Problem(table, text, severity="warning")


def _notice_potable(records: Records) -> list[Problem]:
    """Return a warning where nobody said whether water may be drunk."""
    problems = []
    for table in ("sources", "trucks"):
        for record in records.get(table, []):
            if "potable" not in record.values and not record.is_broken:
                message = "is not given: taken as yes; write yes or no (是 or 否)"
                problems.append(record.problem("potable", message, warn=True))
    return problems


def _notice_far(scenario: Scenario, records: Records) -> list[Problem]:
    tables: dict[str, tuple[Village | Source | Depot, ...]] = {
        "villages": scenario.villages,
        "sources": scenario.sources,
        "depots": scenario.depots,
    }
    places = [place for table in tables.values() for place in table]
    middle_lat = np.array([np.median([place.lat for place in places])])
    middle_lon = np.array([np.median([place.lon for place in places])])
    problems = []
    for table, members in tables.items():
        distances = haversine_m(
            lat=np.array([place.lat for place in members], dtype=np.float64),
            lon=np.array([place.lon for place in members], dtype=np.float64),
            to_lat=middle_lat,
            to_lon=middle_lon,
        )[:, 0]
        for position in np.flatnonzero(distances > _FAR_M):
            away_km = distances[position] / 1000
            message = (
                f"the place lies {away_km:.0f} km from the middle of the others; look "
                "at its lat and lon"
            )
            problems.append(_warn(records, table, int(position), "lat", message))
    return problems


def _notice_unfed(scenario: Scenario, records: Records) -> list[Problem]:
    """Return a warning for every village that no truck can bring water to."""
    if not any(
        _can_fill(truck, source)
        for truck in scenario.trucks
        for source in scenario.sources
    ):
        text = "no truck may fill at any source; look at potable and supply_l"
        return [Problem("trucks", text, severity="warning")]
    ways = round_trips(scenario)
    problems = []
    for position, village in enumerate(scenario.villages):
        reason = _why_unfed(scenario, position, ways)
        if reason:
            message = f"nobody can bring water to {village.name}: {reason}"
            problems.append(_warn(records, "villages", position, "village_id", message))
    return problems


def _can_fill(truck: Truck, source: Source) -> bool:
    return truck.may_fill_at(source) and source.supply_l != 0


def _why_unfed(scenario: Scenario, position: int, ways: Ways) -> str:
    """Return what keeps every truck away from a village; empty if one can come."""
    village = scenario.villages[position]
    needs_drinking = village.population > 0 or village.facility_l > 0
    has_entry = has_road = False
    for truck in scenario.trucks:
        if not truck.may_enter(village):
            continue
        has_entry = True
        for way, source in zip(
            ways[truck.truck_id][:, position], scenario.sources, strict=True
        ):
            if not way:
                continue
            has_road = True
            is_drinking = truck.potable and source.potable
            if _can_fill(truck, source) and (is_drinking or not needs_drinking):
                return ""
    if not has_entry:
        return "every truck is too heavy or too wide for its lane"
    if not has_road:
        return "there is no road that a truck may take from any source"
    return "no truck that can come may carry drinking water from a source that has any"
