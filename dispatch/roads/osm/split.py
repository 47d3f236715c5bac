"""Ways that meet at points -> the nodes and edges of a road network."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.geo.distance import legs_m
from dispatch.model.roads import RoadNetwork
from dispatch.roads.osm.ways import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import Floats, Ints, Mask
    from dispatch.roads.osm.ways import Way, WayPoints


#: Shorter edges say nothing about how steep a road is; steeper ones are slips.
MIN_GRADED_M: Final = 30.0
STEEPEST: Final = 0.25


@dataclass(slots=True)
class _Pieces:
    """Stretches between junctions: their way and where they lie in ``points``."""

    points: Ints
    way: Ints
    first: Ints
    last: Ints


def build_network(
    ways: Sequence[Way],
    points: WayPoints,
    *,
    attribution: str = "",
    number_all: bool = True,
) -> RoadNetwork:
    """
    Return the network of ways, split wherever they meet.

    Parameters
    ----------
    ways
        What every way says of its stretches.
    points
        The points that the ways run through, in their order.
    attribution
        Whose data it is; maps show it.
    number_all
        Edges are called ``way-0``, ``way-1`` and so on; False: an edge that is a
        whole way has the way's own id.

    Notes
    -----
    A barrier on a road is an edge of no length with a second node. Where three and
    more stretches meet, the most important road runs past the barrier and the others
    end at it, since a barrier drawn on a junction means the lane that starts there.
    """
    pieces = _split(points)
    start, end = pieces.points[pieces.first], pieces.points[pieces.last]
    doubles = _double_barriers(ways, points, pieces, start, end)
    network = _assemble(ways, points, pieces, (start, end), doubles)
    ids = _edge_ids(ways, pieces, doubles, number_all=number_all)
    return replace(network, edge_ids=ids, attribution=attribution)


def _split(points: WayPoints) -> _Pieces:
    """Return the pieces of all ways between points that several of them share."""
    way = np.repeat(np.arange(len(points.way_at) - 1), np.diff(points.way_at))
    at = points.point_idx
    known = at != MISSING
    # A run is broken where the way changes or a point is missing.
    run = np.cumsum(~known) + way
    at, way, run = at[known], way[known], run[known]
    again = np.zeros(len(at), dtype=np.bool_)
    again[1:] = (at[1:] == at[:-1]) & (run[1:] == run[:-1])
    at, way, run = at[~again], way[~again], run[~again]
    edge_of_run = np.ones(len(at), dtype=np.bool_)
    edge_of_run[1:] = run[1:] != run[:-1]
    is_first = edge_of_run
    is_last = np.append(edge_of_run[1:], True) if len(at) else edge_of_run
    uses = np.bincount(at, minlength=len(points.ids))
    is_cut = is_first | is_last | (uses[at] > 1)
    if points.barriers:
        is_cut |= np.isin(at, np.fromiter(points.barriers, dtype=np.int64))
    cuts = np.flatnonzero(is_cut)
    inside = run[cuts[:-1]] == run[cuts[1:]]
    first, last = cuts[:-1][inside], cuts[1:][inside]
    return _Pieces(points=at, way=way[first], first=first, last=last)


@dataclass(slots=True)
class _Doubles:
    """Second nodes at barriers: the point of each, in the order of their numbers."""

    points: list[int] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)


def _double_barriers(
    ways: Sequence[Way], points: WayPoints, pieces: _Pieces, start: Ints, end: Ints
) -> _Doubles:
    """Move ends of pieces at barriers to second nodes, numbered after all points."""
    doubles = _Doubles()
    ends_at: dict[int, list[tuple[int, Ints]]] = {}
    barriers = np.fromiter(points.barriers, dtype=np.int64)
    for side in (start, end):
        for edge in np.flatnonzero(np.isin(side, barriers)).tolist():
            ends_at.setdefault(int(side[edge]), []).append((edge, side))
    for at, ends in sorted(ends_at.items()):
        ranks = [ways[int(pieces.way[edge])].rank for edge, _ in ends]
        passes = [rank == min(ranks) for rank in ranks]
        if len(ends) < 3 or all(passes):
            passes = [position == 0 for position in range(len(ends))]
        stopped = [
            end for end, is_past in zip(ends, passes, strict=True) if not is_past
        ]
        for number, (edge, side) in enumerate(stopped, 1):
            suffix = "b" if number == 1 else f"b{number}"
            side[edge] = len(points.ids) + len(doubles.points)
            doubles.points.append(at)
            doubles.labels.append(f"n{points.ids[at]}{suffix}")
    return doubles


def _assemble(
    ways: Sequence[Way],
    points: WayPoints,
    pieces: _Pieces,
    ends: tuple[Ints, Ints],
    doubles: _Doubles,
) -> RoadNetwork:
    of_edge = [ways[int(way)] for way in pieces.way]
    gates = [points.barriers[at] for at in doubles.points]
    extra = np.array(doubles.points, dtype=np.int64)
    of_point = np.concatenate([np.arange(len(points.ids)), extra])
    is_back = np.array([way.direction < 0 for way in of_edge], dtype=np.bool_)
    start = np.where(is_back, ends[1], ends[0])
    end = np.where(is_back, ends[0], ends[1])
    start = np.concatenate([start, extra])
    end = np.concatenate([end, len(points.ids) + np.arange(len(extra))])
    used, compact = np.unique(np.concatenate([start, end]), return_inverse=True)
    start, end = compact[: len(start)], compact[len(start) :]
    labels = [*points.ids, *doubles.labels] if doubles.labels else points.ids
    inner = _inner_points(pieces, is_back)
    shape_at = np.append(inner[1], np.full(len(extra), inner[1][-1]))
    length_m = np.append(_lengths_m(of_edge, points, pieces), np.zeros(len(extra)))
    ele_m = points.ele_m[of_point[used]]
    bridges = np.array([way.is_bridge for way in of_edge] + [False] * len(gates))
    posted = np.array([_float(way.grade) for way in of_edge] + [np.nan] * len(gates))
    posted[: len(of_edge)][is_back] *= -1
    blank = ("",) * len(gates)
    return RoadNetwork(
        node_ids=tuple(labels[int(point)] for point in used),
        node_names=("",) * len(used),
        node_lat=points.lat[of_point[used]],
        node_lon=points.lon[of_point[used]],
        node_ele_m=ele_m,
        edge_ids=(),
        names=(*(w.name for w in of_edge), *(gate.name for gate in gates)),
        road_class=(*(w.road_class for w in of_edge), *blank),
        surface=(*(w.surface for w in of_edge), *blank),
        tracktype=(*(w.tracktype for w in of_edge), *blank),
        smoothness=(*(w.smoothness for w in of_edge), *blank),
        rules=(*(w.rules for w in of_edge), *(gate.rules for gate in gates)),
        start=start.astype(np.int64),
        end=end.astype(np.int64),
        length_m=length_m,
        width_m=_column([w.width_m for w in of_edge], [g.width_m for g in gates]),
        max_height_m=_column(
            [w.max_height_m for w in of_edge], [g.max_height_m for g in gates]
        ),
        max_gross_t=_column(
            [w.max_gross_t for w in of_edge], [g.max_gross_t for g in gates]
        ),
        speed_km_h=_column([w.speed_km_h for w in of_edge], [None] * len(gates)),
        max_speed_km_h=_column(
            [w.max_speed_km_h for w in of_edge], [None] * len(gates)
        ),
        grade=with_grades(posted, length_m, ele_m[start], ele_m[end], bridges),
        one_way=np.array([w.direction != 0 for w in of_edge] + [False] * len(gates)),
        is_bridge=bridges.astype(np.bool_),
        access=np.array(
            [way.access for way in of_edge] + [gate.access for gate in gates],
            dtype=np.int8,
        ),
        shape_at=shape_at.astype(np.int64),
        shape_lat=points.lat[inner[0]],
        shape_lon=points.lon[inner[0]],
    )


def _edge_ids(
    ways: Sequence[Way], pieces: _Pieces, doubles: _Doubles, *, number_all: bool
) -> tuple[str, ...]:
    # Pieces stand in the order of their ways: the number within each counts on.
    sizes = np.bincount(pieces.way, minlength=len(ways))
    first = np.cumsum(sizes) - sizes
    numbers = np.arange(len(pieces.way)) - first[pieces.way]
    roads = [
        f"{ways[way].way_id}-{number}"
        if number_all or sizes[way] > 1
        else ways[way].way_id
        for way, number in zip(pieces.way.tolist(), numbers.tolist(), strict=True)
    ]
    return (*roads, *(f"{label}-0" for label in doubles.labels))


def _inner_points(pieces: _Pieces, is_back: Mask) -> tuple[Ints, Ints]:
    """Return the points between the ends of every piece, and where each begins."""
    sizes = pieces.last - pieces.first - 1
    shape_at = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    edge = np.repeat(np.arange(len(sizes)), sizes)
    number = np.arange(len(edge)) - shape_at[edge]
    there = pieces.first[edge] + 1 + number
    back = pieces.last[edge] - 1 - number
    return pieces.points[np.where(is_back[edge], back, there)], shape_at


def _lengths_m(of_edge: list[Way], points: WayPoints, pieces: _Pieces) -> Floats:
    """Return metres along every piece; a given length is shared out by them."""
    lat, lon = points.lat[pieces.points], points.lon[pieces.points]
    along = np.concatenate([[0.0], np.cumsum(legs_m(lat, lon))])
    drawn = along[pieces.last] - along[pieces.first]
    given = np.array([_float(way.length_m) for way in of_edge])
    total = np.bincount(pieces.way, drawn)[pieces.way] if len(of_edge) else drawn
    share = np.divide(drawn, total, out=np.ones_like(drawn), where=total > 0)
    lengths_m: Floats = np.where(np.isnan(given), drawn, given * share)
    return np.round(lengths_m, 3)


def with_grades(
    grade: Floats,
    length_m: Floats,
    start_ele_m: Floats,
    end_ele_m: Floats,
    is_bridge: Mask,
) -> Floats:
    """
    Return grades with those that follow from heights where none is given.

    Parameters
    ----------
    grade
        Shape (E,): rise by length where it is given, NaN elsewhere.
    length_m
        Shape (E,), metres.
    start_ele_m, end_ele_m
        Shape (E,): heights of the ends in metres; NaN: not known.
    is_bridge
        Shape (E,): the ground below a bridge says nothing of its grade.

    Returns
    -------
    Floats
        Shape (E,): rise by length along the edge; NaN where neither is known.
    """
    rise = np.divide(
        end_ele_m - start_ele_m,
        length_m,
        out=np.full(len(length_m), np.nan),
        where=length_m >= MIN_GRADED_M,
    )
    by_heights = np.where(
        is_bridge, np.nan, np.round(np.clip(rise, -STEEPEST, STEEPEST), 4)
    )
    merged: Floats = (
        np.where(np.isnan(grade), by_heights, grade) + 0.0
    )  # no negative zero
    return merged


def _float(value: float | None) -> float:
    return float("nan") if value is None else value


def _column(first: Sequence[float | None], second: Sequence[float | None]) -> Floats:
    return np.array([_float(value) for value in (*first, *second)], dtype=np.float64)
