"""Travel times and distances between all places of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dispatch.geo.distance import haversine_m
from dispatch.scenario import NO_ROAD, Scenario, Travel, TravelTable

if TYPE_CHECKING:
    import numpy.typing as npt

    from dispatch.scenario import TravelMethod


def travel_matrix(scenario: Scenario) -> Travel:
    """
    Return seconds (rounded up) and metres between all places, per class of trucks.

    The scenario's own table wins over its roads, and both over straight lines.
    """
    if scenario.travel_table is not None:
        return _from_table(scenario, scenario.travel_table)
    return _straight_lines(scenario)


def _from_table(scenario: Scenario, table: TravelTable) -> Travel:
    position = {label: idx for idx, label in enumerate(table.place_ids)}
    order = [position[label] for label in scenario.place_ids]
    grid = np.ix_(order, order)
    seconds = _frozen(table.seconds[grid].astype(np.int64))
    # Where only times are known no distance is guessed.
    metres = (
        np.full_like(seconds, NO_ROAD) if table.metres is None else table.metres[grid]
    )
    return _one_class(scenario, seconds, _frozen(metres.astype(np.int64)), "table")


def _straight_lines(scenario: Scenario) -> Travel:
    places = (*scenario.depots, *scenario.sources, *scenario.villages)
    lat = np.array([place.lat for place in places], dtype=np.float64)
    lon = np.array([place.lon for place in places], dtype=np.float64)
    exact_m = haversine_m(lat=lat, lon=lon, to_lat=lat, to_lon=lon)
    exact_m *= scenario.straight_line.detour
    seconds = np.ceil(exact_m * 3.6 / scenario.straight_line.speed_km_h - 1e-6)
    metres = np.ceil(exact_m - 1e-6)
    return _one_class(
        scenario,
        _frozen(seconds.astype(np.int64)),
        _frozen(metres.astype(np.int64)),
        "straight_line",
    )


def _frozen(matrix: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the matrix with zeros on its diagonal, safe from later writing."""
    matrix = np.ascontiguousarray(matrix)
    np.fill_diagonal(matrix, 0)
    matrix.setflags(write=False)
    return matrix


def _one_class(
    scenario: Scenario,
    seconds: npt.NDArray[np.int64],
    metres: npt.NDArray[np.int64],
    method: TravelMethod,
) -> Travel:
    return Travel(
        place_ids=scenario.place_ids,
        seconds=(seconds,),
        metres=(metres,),
        class_of_truck={truck.truck_id: 0 for truck in scenario.trucks},
        method=method,
    )
