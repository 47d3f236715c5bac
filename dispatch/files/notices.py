"""What is allowed but looks wrong: warnings on a scenario that can be planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.errors import Problem
from dispatch.files.datum_notices import notice_datums
from dispatch.files.place_notices import notice_places
from dispatch.geo.distance import haversine_m
from dispatch.geo.reach import limit_warnings, round_trips, snap_warnings
from dispatch.messages import say
from dispatch.places import place_labels

if TYPE_CHECKING:
    from dispatch.files.checks import Records
    from dispatch.files.settings import Settings
    from dispatch.geo.reach import Ways
    from dispatch.messages import Message
    from dispatch.scenario import Depot, Scenario, Source, Truck, Village

#: A county is about 50 km across; farther out a digit is likely wrong.
_FAR_M: Final = 200_000.0


def notice_all(
    scenario: Scenario, records: Records, settings: Settings
) -> list[Problem]:
    """Return warnings about villages that nobody can feed and odd figures."""
    return [
        *_notice_potable(records),
        *_notice_far(scenario, records),
        *snap_warnings(scenario),
        *limit_warnings(scenario),
        *_notice_unfed(scenario, records),
        *notice_datums(scenario, records, settings),
        *notice_places(scenario, records),
    ]


def _warn(
    records: Records, table: str, position: int, column: str, said: Message
) -> Problem:
    if position < len(records.get(table, [])):
        return records[table][position].problem(column, said, warn=True)
    return Problem(table, said, severity="warning")


def _notice_potable(records: Records) -> list[Problem]:
    """Return a warning where nobody said whether water may be drunk."""
    problems = []
    for table in ("sources", "trucks"):
        for record in records.get(table, []):
            if "potable" not in record.values and not record.is_broken:
                said = say("potable_not_given")
                problems.append(record.problem("potable", said, warn=True))
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
            said = say("place_far_away", away_km=float(distances[position]) / 1000)
            problems.append(_warn(records, table, int(position), "lat", said))
    return problems


def _notice_unfed(scenario: Scenario, records: Records) -> list[Problem]:
    """Return a warning for every village that no truck can bring water to."""
    if not any(
        _can_fill(truck, source)
        for truck in scenario.trucks
        for source in scenario.sources
    ):
        return [Problem("trucks", say("no_truck_may_fill"), severity="warning")]
    ways = round_trips(scenario)
    labels = place_labels(scenario)
    problems = []
    for position, village in enumerate(scenario.villages):
        reason = _why_unfed(scenario, position, ways)
        if reason is not None:
            name = labels[village.village_id]
            said = say("nobody_can_bring", name=name, reason=reason)
            problems.append(_warn(records, "villages", position, "village_id", said))
    return problems


def _can_fill(truck: Truck, source: Source) -> bool:
    return truck.may_fill_at(source) and source.supply_l != 0


def _why_unfed(scenario: Scenario, position: int, ways: Ways) -> Message | None:
    """Return what keeps every truck away from a village; None if one can come."""
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
                return None
    if not has_entry:
        return say("unfed_trucks_too_big")
    if not has_road:
        return say("unfed_no_road")
    return say("unfed_not_potable")
