"""What is allowed but looks wrong: warnings on a scenario that can be planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.errors import Problem
from dispatch.geo.distance import haversine_m

if TYPE_CHECKING:
    from dispatch.files.build import Records
    from dispatch.scenario import Scenario, Source, Truck, Village

#: A county is about 50 km across; farther out a digit is likely wrong.
_FAR_M: Final = 200_000.0


def notice_all(scenario: Scenario, records: Records) -> list[Problem]:
    """Return warnings about villages that nobody can feed and odd figures."""
    return [
        *_notice_potable(records),
        *_notice_far(scenario, records),
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
    tables = {
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
            message = (
                f"the place lies {distances[position] / 1000:.0f} km from the middle of "
                "the others; look at its lat and lon"
            )
            problems.append(_warn(records, table, int(position), "lat", message))
    return problems


def _notice_unfed(scenario: Scenario, records: Records) -> list[Problem]:
    """Return a warning for every village that no truck can bring water to."""
    usable = [
        (truck, sources)
        for truck in scenario.trucks
        if (sources := [s for s in scenario.sources if _can_fill(truck, s)])
    ]
    if not usable:
        text = "no truck may fill at any source; look at potable and supply_l"
        return [Problem("trucks", text, severity="warning")]
    problems = []
    for position, village in enumerate(scenario.villages):
        reason = _why_unfed(village, usable)
        if reason:
            message = f"nobody can bring water to {village.name}: {reason}"
            problems.append(_warn(records, "villages", position, "village_id", message))
    return problems


def _can_fill(truck: Truck, source: Source) -> bool:
    return truck.may_fill_at(source) and source.supply_l != 0


def _why_unfed(village: Village, usable: list[tuple[Truck, list[Source]]]) -> str:
    entering = [
        (truck, sources) for truck, sources in usable if truck.may_enter(village)
    ]
    if not entering:
        return "every truck is too heavy or too wide for its lane"
    if village.population == 0 and village.facility_l == 0:
        return ""
    for truck, sources in entering:
        if truck.potable and any(source.potable for source in sources):
            return ""
    return "no truck that may go there may carry drinking water"
