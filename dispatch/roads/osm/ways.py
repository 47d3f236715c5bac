"""Ways and the points that they run through, before they are split."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.model.roads import OPEN, RoadFacts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.arrays import Floats, Ints

    #: South, west, north, east in degrees.
    Box = tuple[float, float, float, float]

#: Points of ways that are not known: the way ends there and starts behind.
MISSING: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Way(RoadFacts):
    """
    What a way says of all its stretches.

    Attributes
    ----------
    direction
        1: one-way as drawn; -1: one-way against it; 0: both ways.
    length_m
        None: as drawn.
    rank
        Of two classes of roads the lower number is the more important one.
    """

    way_id: str
    direction: int = 0
    length_m: float | None = None
    rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Barrier:
    """A barrier at a point: what it is called and what it forbids."""

    name: str = ""
    width_m: float | None = None
    max_height_m: float | None = None
    max_gross_t: float | None = None
    access: int = OPEN
    rules: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayPoints:
    """
    The points that ways run through.

    Attributes
    ----------
    ids, lat, lon, ele_m
        Per point; heights may be NaN.
    way_at, point_idx
        Way w runs through ``point_idx[way_at[w]:way_at[w + 1]]``; ``MISSING``
        where a point is not known.
    barriers
        By position of the point.
    """

    ids: Sequence[str]
    lat: Floats
    lon: Floats
    ele_m: Floats
    way_at: Ints
    point_idx: Ints
    barriers: Mapping[int, Barrier] = field(default_factory=dict)


def clip_ways(
    ways: Sequence[Way], points: WayPoints, box: Box
) -> tuple[list[Way], WayPoints]:
    """
    Return the ways with a point in the box.

    Parameters
    ----------
    ways
        The ways, in the order of ``points.way_at``.
    points
        The points that they run through.
    box
        South, west, north, east in degrees.

    Returns
    -------
    tuple[list[Way], WayPoints]
        The ways that are kept whole, and points with only their runs.
    """
    south, west, north, east = box
    inside = (points.lat >= south) & (points.lat <= north)
    inside &= (points.lon >= west) & (points.lon <= east)
    hits = (points.point_idx != MISSING) & np.append(inside, False)[points.point_idx]
    so_far = np.concatenate([[0], np.cumsum(hits)])[points.way_at]
    kept = np.diff(so_far) > 0
    sizes = np.diff(points.way_at)
    clipped = WayPoints(
        ids=points.ids,
        lat=points.lat,
        lon=points.lon,
        ele_m=points.ele_m,
        way_at=np.concatenate([[0], np.cumsum(sizes[kept])]).astype(np.int64),
        point_idx=points.point_idx[np.repeat(kept, sizes)],
        barriers=points.barriers,
    )
    return [row for row, keep in zip(ways, kept, strict=True) if keep], clipped
