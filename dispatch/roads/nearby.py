"""Roads as lines on a plane, to find what is near a point or under a drawing."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely

from dispatch.geo.distance import EARTH_RADIUS_M

if TYPE_CHECKING:
    import numpy.typing as npt

    from dispatch.arrays import Floats, Ints, Mask
    from dispatch.model.roads import RoadNetwork


class RoadLines:
    """
    The edges of a network as lines in metres.

    Notes
    -----
    An equirectangular plane through the middle of the network: within a county
    lengths are true to about 0.1 %, which only serves to choose and cut edges; all
    lengths that count come from ``RoadNetwork.length_m``.
    """

    def __init__(self, roads: RoadNetwork) -> None:
        self._lat_0 = float(np.mean(roads.node_lat)) if roads.num_nodes else 0.0
        self._lon_0 = float(np.mean(roads.node_lon)) if roads.num_nodes else 0.0
        sizes = np.diff(roads.shape_at) + 2
        edge_of = np.repeat(np.arange(roads.num_edges), sizes)
        first = np.cumsum(sizes) - sizes
        lat, lon = np.empty(len(edge_of)), np.empty(len(edge_of))
        is_end = np.zeros(len(edge_of), dtype=np.bool_)
        is_end[first] = is_end[first + sizes - 1] = True
        for column, node, inner in (
            (lat, roads.node_lat, roads.shape_lat),
            (lon, roads.node_lon, roads.shape_lon),
        ):
            column[first] = node[roads.start]
            column[first + sizes - 1] = node[roads.end]
            column[~is_end] = inner
        self.lines = shapely.linestrings(self.plane(lat, lon), indices=edge_of)
        self.lengths = shapely.length(self.lines)

    def plane(self, lat: Floats, lon: Floats) -> Floats:
        """
        Return metres east and north of the middle, shape (..., 2).

        Parameters
        ----------
        lat, lon
            Degrees, of one shape (...).
        """
        scale = np.radians(1) * EARTH_RADIUS_M
        east = (np.asarray(lon) - self._lon_0) * scale
        east = east * np.cos(np.radians(self._lat_0))
        return np.stack([east, (np.asarray(lat) - self._lat_0) * scale], axis=-1)

    def degrees(self, plane: Floats) -> tuple[Floats, Floats]:
        """Return lat and lon of points of the plane, shape (n, 2)."""
        scale = np.radians(1) * EARTH_RADIUS_M
        lat = plane[:, 1] / scale + self._lat_0
        lon = plane[:, 0] / (scale * np.cos(np.radians(self._lat_0))) + self._lon_0
        return lat, lon

    def fractions(self, edge_idx: Ints, points: npt.NDArray[np.object_]) -> Floats:
        """
        Return how far along its edge each point is nearest, from 0 to 1.

        Parameters
        ----------
        edge_idx
            Shape (n,): the edge of each point.
        points
            Shape (n,): points of shapely on the plane.
        """
        lines = self.lines[edge_idx]
        share: Floats = shapely.line_locate_point(lines, points, normalized=True)
        return np.clip(np.nan_to_num(share), 0.0, 1.0)


@lru_cache(maxsize=8)
def lines_of(roads: RoadNetwork) -> RoadLines:
    """Return the lines of a network, made once as long as it is in use."""
    return RoadLines(roads)


@lru_cache(maxsize=8)
def _tree_of(
    roads: RoadNetwork, which: bytes
) -> tuple[shapely.STRtree, npt.NDArray[np.intp]]:
    chosen = np.flatnonzero(np.frombuffer(which, dtype=np.bool_))
    return shapely.STRtree(lines_of(roads).lines[chosen]), chosen


def nearest_edges(
    roads: RoadNetwork,
    usable: Mask,
    lat: Floats,
    lon: Floats,
) -> tuple[Ints, Floats, Floats]:
    """
    Return the nearest usable edge of every point, where along it, and the gap.

    Parameters
    ----------
    roads
        The network.
    usable
        Shape (E,): edges that may be chosen.
    lat, lon
        Shape (n,), degrees.

    Returns
    -------
    tuple
        Edge positions (-1: no edge is usable), shares from 0 to 1, metres; each of
        the shape of ``lat``.
    """
    num_points = len(lat)
    edge_idx = np.full(num_points, -1, dtype=np.int64)
    share, gap_m = np.zeros(num_points), np.full(num_points, np.inf)
    if not usable.any() or not num_points:
        return edge_idx, share, gap_m
    lines = lines_of(roads)
    tree, chosen = _tree_of(roads, usable.tobytes())
    points = shapely.points(lines.plane(lat, lon))
    # The first of several equally near ones, so that equal input snaps equally.
    pairs, gaps = tree.query_nearest(points, return_distance=True, all_matches=True)
    order = np.lexsort((pairs[1], pairs[0]))
    which, first = np.unique(pairs[0][order], return_index=True)
    edge_idx[which] = chosen[pairs[1][order][first]]
    gap_m[which] = gaps[order][first]
    share[which] = lines.fractions(edge_idx[which], points[which])
    return edge_idx, share, gap_m
