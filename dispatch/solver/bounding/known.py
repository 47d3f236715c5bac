"""Trips of a plan as columns: a bound that starts from them has good prices soon."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dispatch.solver.bounding.trips import Trip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import Ints
    from dispatch.model.plan import Route
    from dispatch.model.scenario import Scenario
    from dispatch.solver.bounding.data import BoundData
    from dispatch.solver.bounding.master import Master


class KnownTrip(NamedTuple):
    """A trip of a plan; all but the litres are positions in the scenario."""

    truck: int
    source: int
    villages: tuple[int, ...]
    litres: tuple[int, ...]
    end: int
    """Place where the next filling is, or the depot."""


def trips_of_routes(scenario: Scenario, routes: Sequence[Route]) -> list[KnownTrip]:
    """
    Return the trips of a plan.

    Parameters
    ----------
    scenario
        The day of the plan.
    routes
        Routes of its trucks.
    """
    place = {place_id: k for k, place_id in enumerate(scenario.place_ids)}
    first_source = len(scenario.depots)
    first_village = first_source + len(scenario.sources)
    truck = {t.truck_id: k for k, t in enumerate(scenario.trucks)}
    trips = []
    for route in routes:
        source = -1
        villages: list[int] = []
        litres: list[int] = []
        for stop in route.stops:
            if stop.kind == "deliver":
                villages.append(place[stop.place_id] - first_village)
                litres.append(stop.litres)
            elif stop.kind in ("fill", "return"):
                end = place[stop.place_id]
                if villages and source >= 0:
                    which = truck[route.truck_id]
                    load = tuple(litres)
                    trips.append(KnownTrip(which, source, tuple(villages), load, end))
                source = end - first_source
                villages, litres = [], []
    return trips


def columns_of(data: BoundData, known: Sequence[KnownTrip]) -> list[Trip]:
    """
    Return trips in the terms of the bound, without those that it has no place for.

    Parameters
    ----------
    data
        The scenario as the bound sees it.
    known
        Trips of a plan.
    """
    kind_of = {int(r): k for k, kind in enumerate(data.kinds) for r in kind.trucks}
    columns = []
    for trip in known:
        k = kind_of.get(trip.truck)
        if k is None:
            continue
        kind = data.kinds[k]
        source = _position(kind.sources, trip.source)
        end = _position(kind.ends, trip.end)
        stops = [_position(kind.villages, village) for village in trip.villages]
        if min(source, end, *stops) < 0 or (kind.room[stops] < trip.litres).any():
            continue
        load = tuple(map(float, trip.litres))
        columns.append(Trip(k, source, tuple(stops), load, end))
    return columns


def _position(among: Ints, value: int) -> int:
    found = np.flatnonzero(among == value)
    return int(found[0]) if found.size else -1


def add_known(master: Master, known: Sequence[Trip]) -> None:
    """
    Add the trips of a plan and what they bring to every village.

    Parameters
    ----------
    master
        The program over trips and sets of visits.
    known
        Trips of a plan, as from `columns_of`.
    """
    data, classes = master.data, master.classes
    at_knot = np.zeros(classes.knot.shape)
    large, small, non_potable = (np.zeros(data.room.size) for _ in range(3))
    for trip in known:
        master.add_trip(trip)
        kind = data.kinds[trip.kind]
        for stop, litres in zip(trip.stops, trip.litres, strict=True):
            village = int(kind.villages[stop])
            shares = classes.shares(village, litres) if kind.is_potable else []
            for knot, part in shares:
                at_knot[village, knot] += part
            amount = large if shares else small if kind.is_potable else non_potable
            amount[village] += litres
    for village in map(int, np.flatnonzero(classes.is_counted)):
        if large[village] or small[village] or non_potable[village]:
            master.add_plan_set(
                village,
                at_knot[village],
                large[village],
                small[village],
                non_potable[village],
            )
