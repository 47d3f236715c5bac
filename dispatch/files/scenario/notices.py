"""What is allowed but looks wrong: warnings on a scenario that can be planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.errors import Problem
from dispatch.files.scenario.datum_notices import notice_datums
from dispatch.files.scenario.odd_figures import notice_figures
from dispatch.files.scenario.place_notices import notice_places
from dispatch.files.scenario.time_notices import notice_times
from dispatch.files.scenario.travel_notices import notice_travel
from dispatch.geo.distance import EARTH_RADIUS_M, haversine_m
from dispatch.roads.reach import (
    limit_warnings,
    round_trips,
    single_trips,
    snap_warnings,
)
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.arrays import Floats
    from dispatch.files.scenario.settings import Settings
    from dispatch.files.tables.checks import Records
    from dispatch.model.scenario import Depot, Scenario, Source, Truck, Village
    from dispatch.roads.reach import Reachable
    from dispatch.words.message import Message

#: Farther from all others a digit is likely wrong: three tenths of a degree.
_FAR_M: Final = 30_000.0
#: Of more places the gaps of all pairs would take gigabytes.
_FEW_PLACES: Final = 1_000
#: Where all places lie apart, it is no wonder that one does.
_FAR_FROM_USUAL: Final = 4.0


def notice_all(
    scenario: Scenario,
    records: Records,
    settings: Settings,
    travel_files: Mapping[str, str],
) -> list[Problem]:
    """
    Return warnings about villages that nobody can feed and odd figures.

    Parameters
    ----------
    scenario
        The day to plan.
    records
        Rows by the name of their table.
    settings
        What the whole day shares.
    travel_files
        File or sheet of ``travel_s`` and ``travel_m``, where they were read.
    """
    return [
        *_notice_potable(records),
        *_notice_far(scenario, records),
        *notice_figures(scenario, records),
        *notice_times(scenario, records),
        *notice_travel(scenario, travel_files),
        *snap_warnings(scenario),
        *limit_warnings(scenario),
        *_notice_unfed(scenario, records),
        *notice_datums(scenario, records, settings),
        *notice_places(scenario, records),
    ]


def _warn(
    records: Records, table: str, position: int, column: str, message: Message
) -> Problem:
    if position < len(records.get(table, [])):
        return records[table][position].problem(column, message, warn=True)
    return Problem(table, message, severity="warning")


def _notice_potable(records: Records) -> list[Problem]:
    """Return a warning where it is not given whether water may be drunk."""
    problems = []
    for table in ("sources", "trucks"):
        for record in records.get(table, []):
            if "potable" not in record.values and not record.is_broken:
                message = say("potable_not_given")
                problems.append(record.problem("potable", message, warn=True))
    return problems


def _notice_far(scenario: Scenario, records: Records) -> list[Problem]:
    """Return a warning for every place that lies by itself, far from all others."""
    places = scenario.places
    counts = {
        "depots": len(scenario.depots),
        "sources": len(scenario.sources),
        "villages": len(scenario.villages),
    }
    owners = [(table, i) for table, count in counts.items() for i in range(count)]
    away_m, middle_m = _isolation(places)
    usual_m = 0.0 if len(places) < 3 else float(np.median(away_m))
    is_far = away_m > max(_FAR_M, _FAR_FROM_USUAL * usual_m)
    # A few that lie far off together may share a wrong digit; more are an area.
    is_off = middle_m > max(_FAR_M, _FAR_FROM_USUAL * float(np.median(middle_m)))
    if 3 * is_off.sum() <= len(places):
        is_far |= is_off
    labels = scenario.labels
    problems = []
    for idx in np.flatnonzero(is_far):
        table, position = owners[idx]
        message = say(
            "place_far_away",
            name=labels[scenario.place_ids[idx]],
            away_km=float(away_m[idx]) / 1000,
            middle_km=float(middle_m[idx]) / 1000,
        )
        problems.append(_warn(records, table, position, "lat", message))
    return problems


def _isolation(
    places: Sequence[Village | Source | Depot],
) -> tuple[Floats, Floats]:
    """Return metres of each place to the nearest other, and to the middle of all."""
    lat = np.array([place.lat for place in places], dtype=np.float64)
    lon = np.array([place.lon for place in places], dtype=np.float64)
    away_m = _nearest_m(lat, lon)
    middle_m = haversine_m(
        lat=lat,
        lon=lon,
        to_lat=np.array([np.median(lat)]),
        to_lon=np.array([np.median(lon)]),
    )[:, 0]
    return away_m, middle_m


def _nearest_m(lat: Floats, lon: Floats) -> Floats:
    """Return metres of each place to the nearest other."""
    if len(lat) <= _FEW_PLACES:
        gap_m = haversine_m(lat=lat, lon=lon, to_lat=lat, to_lon=lon)
        np.fill_diagonal(gap_m, np.inf)
        return np.asarray(gap_m.min(axis=1))
    # Only here: loading it takes longer than reading a small scenario.
    from scipy.spatial import cKDTree

    phi, lam = np.radians(lat), np.radians(lon)
    on_globe = np.stack(
        [np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1
    )
    chord = np.asarray(cKDTree(on_globe).query(on_globe, k=2)[0])[:, 1]
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.clip(chord / 2, 0, 1)))


def _notice_unfed(scenario: Scenario, records: Records) -> list[Problem]:
    """Return a warning for every village that no truck can bring water to."""
    if not any(
        _can_fill(truck, source)
        for truck in scenario.trucks
        for source in scenario.sources
    ):
        return [Problem("trucks", say("no_truck_may_fill"), severity="warning")]
    round_trip, single_trip = round_trips(scenario), single_trips(scenario)
    labels = scenario.labels
    problems = []
    for position, village in enumerate(scenario.villages):
        reason = _why_unfed(scenario, position, round_trip, single_trip)
        if reason is not None:
            name = labels[village.village_id]
            message = say("nobody_can_bring", name=name, reason=reason)
            problems.append(_warn(records, "villages", position, "village_id", message))
    return problems


def _can_fill(truck: Truck, source: Source) -> bool:
    return truck.may_fill_at(source) and source.supply_l != 0


def _why_unfed(
    scenario: Scenario, position: int, round_trip: Reachable, single_trip: Reachable
) -> Message | None:
    """Return what keeps every truck away from a village; None if one can come."""
    village = scenario.villages[position]
    needs_drinking = village.population > 0 or village.facility_l > 0
    reasons = set()
    for truck in scenario.trucks:
        if not truck.fits(village):
            continue
        reasons.add("unfed_no_road")
        if single_trip[truck.truck_id][:, position].any():
            reasons.add("unfed_no_way_home")
        for way, source in zip(
            round_trip[truck.truck_id][:, position], scenario.sources, strict=True
        ):
            if not way:
                continue
            reasons.add("unfed_not_potable")
            is_drinking = truck.potable and source.potable
            if _can_fill(truck, source) and (is_drinking or not needs_drinking):
                return None
    # What is nearest to success is what to mend.
    order = ("unfed_not_potable", "unfed_no_way_home", "unfed_no_road")
    return say(next((key for key in order if key in reasons), "unfed_trucks_too_big"))
