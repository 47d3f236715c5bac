"""Travel times and distances between all places of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dispatch.geo.distance import haversine_m
from dispatch.geo.graph import SPEED_KM_H, RoadGraph, build_graph, usable_edges
from dispatch.geo.snap import positions_of, snap_places
from dispatch.scenario import NO_ROAD, Scenario, Travel, TravelTable

if TYPE_CHECKING:
    import numpy.typing as npt

    from dispatch.roads import RoadNetwork
    from dispatch.scenario import TravelMethod

    Matrix = npt.NDArray[np.int64]


def travel_matrix(scenario: Scenario) -> Travel:
    """
    Return seconds (rounded up) and metres between all places, per class of trucks.

    The scenario's own table wins over its roads, and both over straight lines.

    Notes
    -----
    Roads: the fastest way over the roads that the truck's laden weight and width
    allow; trucks with the same roads share a class. The stretch between a place and
    its nearest road node counts as a lane, with the detour of ``straight_line``.
    """
    if scenario.travel_table is not None:
        return _from_table(scenario, scenario.travel_table)
    if scenario.roads is not None:
        return _from_roads(scenario, scenario.roads)
    return _straight_lines(scenario)


def _from_table(scenario: Scenario, table: TravelTable) -> Travel:
    position = {label: idx for idx, label in enumerate(table.place_ids)}
    order = [position[label] for label in scenario.place_ids]
    grid = np.ix_(order, order)
    seconds = table.seconds[grid]
    # Where only times are known no distance is guessed.
    unknown = np.full_like(seconds, NO_ROAD)
    metres = unknown if table.metres is None else table.metres[grid]
    return _one_class(scenario, seconds, metres, "table")


def _straight_lines(scenario: Scenario) -> Travel:
    lat, lon = positions_of(scenario)
    exact_m = haversine_m(lat=lat, lon=lon, to_lat=lat, to_lon=lon)
    exact_m *= scenario.straight_line.detour
    exact_s = exact_m * 3.6 / scenario.straight_line.speed_km_h
    return _one_class(scenario, _up(exact_s), _up(exact_m), "straight_line")


def truck_graphs(
    scenario: Scenario, roads: RoadNetwork
) -> tuple[list[RoadGraph], dict[str, int]]:
    """Return one graph per set of usable roads, and its position for every truck."""
    graphs: list[RoadGraph] = []
    class_of: dict[bytes, int] = {}
    class_of_truck: dict[str, int] = {}
    for truck in scenario.trucks:
        usable = usable_edges(roads, truck)
        key = np.packbits(usable).tobytes()
        if key not in class_of:
            class_of[key] = len(graphs)
            graphs.append(build_graph(roads, usable))
        class_of_truck[truck.truck_id] = class_of[key]
    return graphs, class_of_truck


def _from_roads(scenario: Scenario, roads: RoadNetwork) -> Travel:
    graphs, class_of_truck = truck_graphs(scenario, roads)
    snaps = snap_places(scenario, roads)
    has_road = snaps.node_idx >= 0
    nodes, place_node = np.unique(snaps.node_idx[has_road], return_inverse=True)
    access_m = snaps.gap_m * scenario.straight_line.detour
    access_s = access_m * 3.6 / SPEED_KM_H["lane"]
    seconds: list[Matrix] = []
    metres: list[Matrix] = []
    for graph in graphs:
        node_s, node_m = graph.shortest(nodes)
        for exact, access, matrices in (
            (node_s, access_s, seconds),
            (node_m, access_m, metres),
        ):
            full = np.full((len(has_road), len(has_road)), np.inf)
            full[np.ix_(has_road, has_road)] = exact[np.ix_(place_node, place_node)]
            matrices.append(_frozen(_up(full + access[:, None] + access[None, :])))
    return Travel(
        place_ids=scenario.place_ids,
        seconds=tuple(seconds),
        metres=tuple(metres),
        class_of_truck=class_of_truck,
        method="roads",
    )


def _up(exact: npt.NDArray[np.float64]) -> Matrix:
    """Return whole seconds or metres, rounded up; infinity is ``NO_ROAD``."""
    finite = np.isfinite(exact)
    whole = np.ceil(np.where(finite, exact, 0.0) - 1e-6).astype(np.int64)
    return np.where(finite, whole, NO_ROAD)


def _frozen(matrix: Matrix) -> Matrix:
    """Return a copy with zeros on its diagonal, safe from later writing."""
    matrix = np.array(matrix, dtype=np.int64, order="C")
    np.fill_diagonal(matrix, 0)
    matrix.setflags(write=False)
    return matrix


def _one_class(
    scenario: Scenario, seconds: Matrix, metres: Matrix, method: TravelMethod
) -> Travel:
    return Travel(
        place_ids=scenario.place_ids,
        seconds=(_frozen(seconds),),
        metres=(_frozen(metres),),
        class_of_truck={truck.truck_id: 0 for truck in scenario.trucks},
        method=method,
    )
