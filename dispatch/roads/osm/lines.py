"""Lines drawn on a map -> points that ways run through, joined where they meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.geo.distance import EARTH_RADIUS_M
from dispatch.roads.osm.ways import WayPoints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import Floats, Ints

    Points = Sequence[tuple[float, float]]

#: Ends of lines that are this near to another line's point meet there.
MEET_M: Final = 1.0


def join_lines(lines: Sequence[Points]) -> WayPoints:
    """
    Return the points of lines, given as (lat, lon); at least one line.

    Notes
    -----
    Lines meet where they share a point, and where one ends within ``MEET_M`` of a
    point of another. Two lines that only cross do not meet: one may be a bridge.
    """
    flat = np.array([point for line in lines for point in line], dtype=np.float64)
    way_at = np.cumsum([0, *(len(line) for line in lines)])
    # 1e-7 degrees are a centimetre: nearer points are the same one.
    steps, first, at = np.unique(
        np.round(flat * 1e7).astype(np.int64),
        axis=0,
        return_index=True,
        return_inverse=True,
    )
    at = at.reshape(-1)
    ends = np.unique(np.concatenate([at[way_at[:-1]], at[way_at[1:] - 1]]))
    group = _groups(flat[first], ends)
    # Each group is where its first end lies, so that ends stay as drawn.
    order = np.concatenate([ends, np.setdiff1d(np.arange(len(steps)), ends)])
    _, chosen = np.unique(group[order], return_index=True)
    position = flat[first][order[chosen]]
    return WayPoints(
        ids=[f"g{number}" for number in range(len(position))],
        lat=position[:, 0],
        lon=position[:, 1],
        ele_m=np.full(len(position), np.nan),
        way_at=way_at.astype(np.int64),
        point_idx=group[at].astype(np.int64),
    )


def _groups(points: Floats, ends: Ints) -> Ints:
    """Return a number per point, equal where an end lies near a point."""
    # A sixth of a second, for GeoJSON only.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    lat, lon = np.radians(points).T
    plane = EARTH_RADIUS_M * np.column_stack(
        [
            np.cos(lat) * np.cos(lon),
            np.cos(lat) * np.sin(lon),
            np.sin(lat),
        ]
    )
    tree, at_ends = cKDTree(plane), cKDTree(plane[ends])
    near = at_ends.sparse_distance_matrix(tree, MEET_M, output_type="coo_matrix")
    row, column = ends[near.row], near.col
    links = coo_array(
        (np.ones(len(row), dtype=np.int8), (row, column)),
        shape=(len(points), len(points)),
    )
    labels: Ints = connected_components(links, directed=False)[1].astype(np.int64)
    return labels
