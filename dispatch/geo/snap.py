"""Places -> the road nodes where they stand, or the nearest ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.geo.distance import haversine_m

if TYPE_CHECKING:
    import numpy.typing as npt

    from dispatch.roads import RoadNetwork
    from dispatch.scenario import Depot, Scenario, Source, Village

#: A place farther from the road than this gets a warning.
NEAR_M: Final = 200.0
#: Farther than this a place has no road.
FAR_M: Final = 2000.0


def places_of(scenario: Scenario) -> tuple[Depot | Source | Village, ...]:
    """Return all depots, then sources, then villages, as in ``place_ids``."""
    return (*scenario.depots, *scenario.sources, *scenario.villages)


def positions_of(
    scenario: Scenario,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return lat and lon of all places, each of shape (P,)."""
    places = places_of(scenario)
    lat = np.array([place.lat for place in places], dtype=np.float64)
    lon = np.array([place.lon for place in places], dtype=np.float64)
    return lat, lon


@dataclass(frozen=True, slots=True)
class Snaps:
    """
    Where places meet the roads.

    Attributes
    ----------
    node_idx
        Shape (P,): position of the node; -1 where no road is within ``FAR_M``.
    gap_m
        Shape (P,): straight metres from the place to its nearest node; 0 where
        a node has the place's id.
    """

    node_idx: npt.NDArray[np.int64]
    gap_m: npt.NDArray[np.float64]


def snap_places(scenario: Scenario, roads: RoadNetwork) -> Snaps:
    """Return the node of every place: the one of equal id, else the nearest."""
    by_id = {node_id: idx for idx, node_id in enumerate(roads.node_ids)}
    node_lat, node_lon = roads.node_lat, roads.node_lon
    lat, lon = positions_of(scenario)
    node_idx = np.empty(len(lat), dtype=np.int64)
    gap_m = np.zeros(len(lat))
    for place_idx, place_id in enumerate(scenario.place_ids):
        if place_id in by_id:
            node_idx[place_idx] = by_id[place_id]
            continue
        # One place at a time: a block of all places by all nodes could be huge.
        gaps = haversine_m(
            lat=lat[place_idx : place_idx + 1],
            lon=lon[place_idx : place_idx + 1],
            to_lat=node_lat,
            to_lon=node_lon,
        )[0]
        nearest = int(np.argmin(gaps))
        gap_m[place_idx] = gaps[nearest]
        node_idx[place_idx] = nearest if gaps[nearest] <= FAR_M else -1
    return Snaps(node_idx, gap_m)
