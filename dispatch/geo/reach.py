"""Who can drive where at all, without the cost of all travel times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dispatch.errors import Problem
from dispatch.geo.snap import FAR_M, NEAR_M, places_of, snap_places
from dispatch.geo.travel import truck_graphs
from dispatch.messages import say
from dispatch.scenario import NO_ROAD, Scenario, TravelTable

if TYPE_CHECKING:
    import numpy.typing as npt

    from dispatch.roads import RoadNetwork

    Ways = dict[str, npt.NDArray[np.bool_]]


def round_trips(scenario: Scenario) -> Ways:
    """
    Return for every truck, shape (S, V): whether it can carry from source to village.

    That is: depot to source, source to village, and home again.
    """
    if scenario.travel_table is not None:
        return _by_table(scenario, scenario.travel_table)
    if scenario.roads is not None:
        return _by_roads(scenario, scenario.roads)
    shape = (len(scenario.sources), len(scenario.villages))
    everywhere = np.ones(shape, dtype=np.bool_)
    return {truck.truck_id: everywhere for truck in scenario.trucks}


def _blocks(scenario: Scenario) -> tuple[slice, slice]:
    """Return where sources and villages stand among the places."""
    first = len(scenario.depots)
    middle = first + len(scenario.sources)
    return slice(first, middle), slice(middle, middle + len(scenario.villages))


def _by_table(scenario: Scenario, table: TravelTable) -> Ways:
    position = {label: idx for idx, label in enumerate(table.place_ids)}
    order = [position[label] for label in scenario.place_ids]
    known = table.seconds[np.ix_(order, order)] != NO_ROAD
    sources, villages = _blocks(scenario)
    of_depot = {
        depot.depot_id: known[idx, sources][:, None]
        & known[sources, villages]
        & known[villages, idx][None, :]
        for idx, depot in enumerate(scenario.depots)
    }
    return {truck.truck_id: of_depot[truck.depot_id] for truck in scenario.trucks}


def _by_roads(scenario: Scenario, roads: RoadNetwork) -> Ways:
    graphs, class_of_truck = truck_graphs(scenario, roads)
    snaps = snap_places(scenario, roads)
    sources, villages = _blocks(scenario)
    depot_idx = {depot.depot_id: idx for idx, depot in enumerate(scenario.depots)}
    parts = [
        np.where(snaps.node_idx >= 0, graph.components()[snaps.node_idx], -1)
        for graph in graphs
    ]
    ways: Ways = {}
    for truck in scenario.trucks:
        part = parts[class_of_truck[truck.truck_id]]
        home = part[depot_idx[truck.depot_id]]
        at_source = (part[sources] == home) & (home >= 0)
        ways[truck.truck_id] = at_source[:, None] & (part[villages] == home)[None, :]
    return ways


def snap_warnings(scenario: Scenario) -> list[Problem]:
    """Return a warning for every place that stands away from the roads."""
    roads = scenario.roads
    if roads is None or scenario.travel_table is not None:
        return []
    snaps = snap_places(scenario, roads)
    problems = []
    for idx, place in enumerate(places_of(scenario)):
        gap_m = float(snaps.gap_m[idx])
        label = f"{place.name} ({scenario.place_ids[idx]})"
        if snaps.node_idx[idx] < 0:
            said = say(
                "place_without_road",
                place=label,
                gap_km=gap_m / 1000,
                far_km=FAR_M / 1000,
            )
        elif gap_m > NEAR_M:
            said = say("place_off_road", place=label, gap_m=gap_m)
        else:
            continue
        problems.append(Problem("roads", said, severity="warning"))
    return problems
