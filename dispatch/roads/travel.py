"""Travel times and distances between all places of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dispatch.geo.distance import haversine_m
from dispatch.model.travel import NO_ROAD, LaterTravel, LegTimes, Travel, TravelTable
from dispatch.roads.model import road_model
from dispatch.roads.network.matrix_cache import fastest_paths
from dispatch.roads.snap import positions_of
from dispatch.roads.speeds import ACCESS_KM_H

if TYPE_CHECKING:
    from dispatch.arrays import Floats, Ints
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import TravelMethod
    from dispatch.roads.model import RoadModel
    from dispatch.roads.periods import Span


def travel_matrix(scenario: Scenario) -> Travel:
    """
    Return seconds (rounded up) and metres between all places, per class of trucks.

    The scenario's own table wins over its roads, and both over straight lines.

    Notes
    -----
    Roads: the fastest path over the roads that the truck's laden weight and size
    allow; trucks with the same roads and speeds share a class. The stretch between a
    place and its road counts as a lane, with the detour of ``straight_line``. Where a
    closure begins or ends while trucks work, there are times for before and after.
    """
    if scenario.travel_table is not None:
        return _from_table(scenario, scenario.travel_table)
    model = road_model(scenario)
    if model is not None:
        return _from_roads(scenario, model)
    return _straight_lines(scenario)


def _from_table(scenario: Scenario, table: TravelTable) -> Travel:
    position = table.index
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


def _from_roads(scenario: Scenario, model: RoadModel) -> Travel:
    day = model.periods
    by_span = {span: _in_span(scenario, model, span) for span in day.spans}
    seconds, metres = by_span[0, 0]
    later = None
    if day.switches_s:
        later = LaterTravel(
            switches_s=day.switches_s,
            periods=tuple(by_span[p, p] for p in range(1, day.last + 1)),
            across=tuple(by_span[p, p + 1] for p in range(day.last)),
            throughout=by_span[0, day.last],
        )
    return Travel(
        place_ids=scenario.place_ids,
        seconds=seconds,
        metres=metres,
        class_of_truck=model.class_of_truck,
        method="roads",
        later=later,
    )


def _in_span(scenario: Scenario, model: RoadModel, span: Span) -> LegTimes:
    """Return seconds and metres of every class in some periods of the day."""
    seconds, metres = [], []
    access_m = model.snaps.gap_m * scenario.straight_line.detour
    access_s = access_m * 3.6 / ACCESS_KM_H
    for truck_class in range(model.num_classes):
        exact_s, exact_m = _between_places(scenario, model, truck_class, span)
        seconds.append(_frozen(_up(exact_s + access_s[:, None] + access_s[None, :])))
        metres.append(_frozen(_up(exact_m + access_m[:, None] + access_m[None, :])))
    return LegTimes(tuple(seconds), tuple(metres))


def _between_places(
    scenario: Scenario, model: RoadModel, truck_class: int, span: Span
) -> tuple[Floats, Floats]:
    """
    Return exact seconds and metres on the road between all places, (P, P) each.

    Columns of villages are searched from every place, loaded; columns of sources
    and depots backwards from there, empty.
    """
    position = model.place_position
    num_places = len(position)
    seconds = np.full((num_places, num_places), np.inf)
    metres = np.full((num_places, num_places), np.inf)
    on_road = np.flatnonzero(position >= 0)
    is_village = np.arange(num_places) >= num_places - len(scenario.villages)
    graphs = model.graphs(truck_class, span)
    for graph, columns, is_reversed in (
        (graphs.loaded, on_road[is_village[on_road]], False),
        (graphs.empty_reversed, on_road[~is_village[on_road]], True),
    ):
        if not len(columns):
            continue
        rows, row_of = np.unique(position[on_road], return_inverse=True)
        targets, column_of = np.unique(position[columns], return_inverse=True)
        if is_reversed:
            paths = fastest_paths(graph, model.chains, targets, rows)
            paths_s, paths_m = paths.seconds.T, paths.metres.T
        else:
            paths = fastest_paths(graph, model.chains, rows, targets)
            paths_s, paths_m = paths.seconds, paths.metres
        grid, nodes = np.ix_(on_road, columns), np.ix_(row_of, column_of)
        seconds[grid], metres[grid] = paths_s[nodes], paths_m[nodes]
    return seconds, metres


def _up(exact: Floats) -> Ints:
    """Return whole seconds or metres, rounded up; infinity is ``NO_ROAD``."""
    finite = np.isfinite(exact)
    whole = np.ceil(np.where(finite, exact, 0.0) - 1e-6).astype(np.int64)
    return np.where(finite, whole, NO_ROAD)


def _frozen(matrix: Ints) -> Ints:
    """Return a copy with zeros on its diagonal, safe from later writing."""
    matrix = np.array(matrix, dtype=np.int64, order="C")
    np.fill_diagonal(matrix, 0)
    matrix.setflags(write=False)
    return matrix


def _one_class(
    scenario: Scenario, seconds: Ints, metres: Ints, method: TravelMethod
) -> Travel:
    return Travel(
        place_ids=scenario.place_ids,
        seconds=(_frozen(seconds),),
        metres=(_frozen(metres),),
        class_of_truck={truck.truck_id: 0 for truck in scenario.trucks},
        method=method,
    )
