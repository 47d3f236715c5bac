"""Places -> the points of usable roads where trucks leave them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from dispatch.geo.distance import haversine_m
from dispatch.geo.nearby import nearest_edges
from dispatch.geo.truck_class import may_drive, profile_of
from dispatch.roads import CLOSED

if TYPE_CHECKING:
    import numpy.typing as npt

    from dispatch.geo.speeds import RoadSpeeds
    from dispatch.roads import RoadNetwork
    from dispatch.scenario import Depot, Scenario, Source, Village

#: A place farther from the road than this gets a warning.
NEAR_M: Final = 200.0
#: Farther than this a place has no road.
FAR_M: Final = 2000.0
#: Roads without a link to the others count as an island below this share of them.
_ISLAND_SHARE: Final = 0.05
#: A place stands on an island only if the other roads are so much farther away.
_ISLAND_GAIN_M: Final = 200.0


def places_of(scenario: Scenario) -> tuple[Depot | Source | Village, ...]:
    """Return all depots, then sources, then villages, as in ``place_ids``."""
    return (*scenario.depots, *scenario.sources, *scenario.villages)


def positions_of(
    scenario: Scenario,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """
    Return lat and lon of where trucks stop for every place, each of shape (P,).

    A village that names a transfer point is served there.
    """
    points = [
        *((depot.lat, depot.lon) for depot in scenario.depots),
        *((source.lat, source.lon) for source in scenario.sources),
        *(village.stop_at for village in scenario.villages),
    ]
    lat, lon = np.array(points, dtype=np.float64).reshape(-1, 2).T
    return lat, lon


@dataclass(frozen=True, slots=True)
class Snaps:
    """
    Where places meet the roads.

    Attributes
    ----------
    edge_idx, share
        Shape (P,): edge and how far along it, 0 to 1; -1 where the place is a node
        or no road is within ``FAR_M``.
    node_idx
        Shape (P,): the node of the place's id; -1 where there is none.
    gap_m
        Shape (P,): straight metres from the place to the road; 0 at a node.
    """

    edge_idx: npt.NDArray[np.int64]
    share: npt.NDArray[np.float64]
    node_idx: npt.NDArray[np.int64]
    gap_m: npt.NDArray[np.float64]

    @property
    def has_road(self) -> npt.NDArray[np.bool_]:
        """Shape (P,): whether any road is near enough."""
        return (self.edge_idx >= 0) | (self.node_idx >= 0)


def snap_places(scenario: Scenario, roads: RoadNetwork, speeds: RoadSpeeds) -> Snaps:
    """
    Return the node of equal id of every place, else the nearest point of a road.

    A node of equal id counts within ``FAR_M``.

    Notes
    -----
    Only roads that some truck of the scenario may use count, and a fragment without
    a link to the other roads only where it is much nearer. Closures do not count: a
    place does not move when its road is closed.
    """
    lat, lon = positions_of(scenario)
    by_id = {label: idx for idx, label in enumerate(roads.node_ids)}
    node_idx = np.array(
        [by_id.get(label, -1) for label in scenario.place_ids], dtype=np.int64
    )
    edge_idx = np.full(len(lat), -1, dtype=np.int64)
    share, gap_m = np.zeros(len(lat)), np.zeros(len(lat))
    for idx in np.flatnonzero(node_idx >= 0).tolist():
        # A node of an extract may have the number of a village by chance.
        node = node_idx[idx : idx + 1]
        away_m = haversine_m(
            lat=lat[idx : idx + 1],
            lon=lon[idx : idx + 1],
            to_lat=roads.node_lat[node],
            to_lon=roads.node_lon[node],
        )
        if away_m[0, 0] > FAR_M:
            node_idx[idx] = -1
    free = np.flatnonzero(node_idx < 0)
    if not len(free):
        return Snaps(edge_idx, share, node_idx, gap_m)
    usable = _usable_by_any(scenario, roads, speeds)
    main = usable & ~_islands(roads, usable)
    found = nearest_edges(roads, main, lat[free], lon[free])
    other = nearest_edges(roads, usable, lat[free], lon[free])
    is_island = found[2] > other[2] + _ISLAND_GAIN_M
    edge, part, gap = (
        np.where(is_island, near, far) for far, near in zip(found, other, strict=True)
    )
    is_near = gap <= FAR_M
    edge_idx[free] = np.where(is_near, edge, -1)
    share[free], gap_m[free] = part, gap
    return Snaps(edge_idx, share, node_idx, gap_m)


def _usable_by_any(
    scenario: Scenario, roads: RoadNetwork, speeds: RoadSpeeds
) -> npt.NDArray[np.bool_]:
    usable = np.zeros(roads.num_edges, dtype=np.bool_)
    for profile in {profile_of(truck) for truck in scenario.trucks}:
        usable |= may_drive(profile, roads, speeds)
    # Barriers have no length: nobody stops there.
    return (usable if scenario.trucks else roads.access != CLOSED) & (
        roads.length_m > 0
    )


def _islands(
    roads: RoadNetwork, usable: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Return which edges belong to a small fragment of the network."""
    links = coo_array(
        (np.ones(int(usable.sum())), (roads.start[usable], roads.end[usable])),
        shape=(roads.num_nodes, roads.num_nodes),
    )
    labels = connected_components(links, directed=False)[1][roads.start]
    sizes = np.bincount(labels[usable], weights=roads.length_m[usable])
    largest = sizes.max() if len(sizes) else 0.0
    sizes = np.pad(sizes, (0, max(0, int(labels.max(initial=0)) + 1 - len(sizes))))
    small: npt.NDArray[np.bool_] = sizes[labels] < _ISLAND_SHARE * largest
    return small
