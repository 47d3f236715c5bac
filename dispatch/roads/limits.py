"""Limits and closures of the office -> the stretches of road that they cover."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from dispatch.roads.nearby import lines_of, nearest_edges
from dispatch.words.message import MessageError, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.arrays import Floats, Mask
    from dispatch.model.road_limits import RoadLimit
    from dispatch.model.roads import RoadNetwork
    from dispatch.roads.nearby import RoadLines


#: A point of a limit may lie so far off its road.
MAX_OFF_M: Final = 200.0
#: A spot stands for so much of the road on either side.
SPOT_M: Final = 10.0
#: A line drawn so near to a road follows it.
_DRAWN_M: Final = 15.0
#: Shorter overlaps are roads that a drawn line only meets at its end.
_MIN_ALONG_M: Final = 40.0


class Stretch(NamedTuple):
    """Part of one edge, from share ``early`` to ``late`` of its length."""

    edge_idx: int
    early: float
    late: float


@dataclass(frozen=True, slots=True)
class MatchedLimit:
    """A limit with the stretches of road that it is about."""

    limit: RoadLimit
    stretches: tuple[Stretch, ...]


def match_limits(
    roads: RoadNetwork, limits: Iterable[RoadLimit]
) -> tuple[list[MatchedLimit], list[tuple[RoadLimit, MessageError]]]:
    """
    Return the limits on the roads, and those that fit nowhere with the reason.

    Parameters
    ----------
    roads
        The road network of the scenario, as columns.
    limits
        Closures and limits as the office wrote them.

    Returns
    -------
    tuple[list[MatchedLimit], list[tuple[RoadLimit, MessageError]]]
        Those that cover some stretch of road, then those that match no road, each with
        the reason; both in the given order.
    """
    matched, unmatched = [], []
    for limit in limits:
        try:
            matched.append(MatchedLimit(limit, tuple(limit_stretches(roads, limit))))
        except MessageError as error:
            unmatched.append((limit, error))
    return matched, unmatched


def limit_stretches(roads: RoadNetwork, limit: RoadLimit) -> list[Stretch]:
    """
    Return the stretches of road that a limit covers.

    Parameters
    ----------
    roads
        The road network of the scenario, as columns.
    limit
        By the name of a road, by points (one: a spot; two: between them; more: a drawn
        line or an area), or both.

    Raises
    ------
    MessageError
        If no road of that name is known, its points lie more than ``MAX_OFF_M`` off the
        roads, no road joins them, or it covers no road.
    """
    named = _named(roads, limit.road) if limit.road else None
    if not limit.points:
        if named is None:
            raise MessageError(say("limit_without_place"))
        return [Stretch(int(edge), 0.0, 1.0) for edge in np.flatnonzero(named)]
    usable = np.ones(roads.num_edges, dtype=np.bool_) if named is None else named
    if limit.shape == "area":
        stretches = _inside(roads, usable, limit)
    elif len(limit.points) == 1:
        stretches = [_spot(roads, usable, limit)]
    elif len(limit.points) == 2:
        stretches = _between(roads, usable, limit)
    else:
        stretches = _drawn(roads, usable, limit)
    if not stretches:
        raise MessageError(say("limit_touches_no_road"))
    return stretches


def _key(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _named(roads: RoadNetwork, name: str) -> Mask:
    """Return the edges of a road: by id of the edge, else by name or number."""
    wanted = _key(name)
    by_id = np.array([_key(label) == wanted for label in roads.edge_ids])
    if by_id.any():
        return by_id
    # A road may carry several names: ``G107;京广路``.
    by_name = np.array(
        [
            any(_key(part) == wanted for part in label.replace("；", ";").split(";"))
            for label in roads.names
        ]
    )
    if by_name.any():
        return by_name
    known = {part.strip() for label in roads.names for part in label.split(";")}
    near = difflib.get_close_matches(name, sorted(known - {""}), n=1, cutoff=0.5)
    hint = say("did_you_mean", near=near[0]) if near else ""
    raise MessageError(say("limit_road_unknown", road=name, hint=hint))


def _snapped(
    roads: RoadNetwork,
    usable: Mask,
    limit: RoadLimit,
) -> list[tuple[int, float]]:
    lat, lon = np.array(limit.points, dtype=np.float64).T
    edge_idx, share, gap_m = nearest_edges(roads, usable, lat, lon)
    worst = float(gap_m.max())
    if worst > MAX_OFF_M:
        off = say("limit_off_road", gap_m=min(worst, 1e7), most_m=MAX_OFF_M)
        raise MessageError(off)
    return [(int(e), float(f)) for e, f in zip(edge_idx, share, strict=True)]


def _spot(
    roads: RoadNetwork,
    usable: Mask,
    limit: RoadLimit,
) -> Stretch:
    ((edge, share),) = _snapped(roads, usable, limit)
    reach = SPOT_M / max(float(roads.length_m[edge]), SPOT_M)
    return Stretch(edge, max(0.0, share - reach), min(1.0, share + reach))


def _between(
    roads: RoadNetwork,
    usable: Mask,
    limit: RoadLimit,
) -> list[Stretch]:
    """Return the shortest path between two points, by length, in either direction."""
    (edge_a, share_a), (edge_b, share_b) = _snapped(roads, usable, limit)
    if edge_a == edge_b:
        return [Stretch(edge_a, min(share_a, share_b), max(share_a, share_b))]
    edges = np.flatnonzero(usable)
    # Of parallel edges the shorter; a length of 0 would be no link at all.
    order = edges[np.argsort(-roads.length_m[edges], kind="stable")]
    low = np.minimum(roads.start[order], roads.end[order])
    high = np.maximum(roads.start[order], roads.end[order])
    pairs = zip(low.tolist(), high.tolist(), strict=True)
    edge_of = dict(zip(pairs, order.tolist(), strict=True))
    ends = np.array(list(edge_of), dtype=np.int64).reshape(-1, 2)
    kept = np.array(list(edge_of.values()), dtype=np.int64)
    links = coo_array(
        (np.maximum(roads.length_m[kept], 1e-3), (ends[:, 0], ends[:, 1])),
        shape=(roads.num_nodes, roads.num_nodes),
    ).tocsr()
    begin = [int(roads.start[edge_a]), int(roads.end[edge_a])]
    target = [int(roads.start[edge_b]), int(roads.end[edge_b])]
    far, before = dijkstra(
        links, directed=False, indices=begin, return_predecessors=True
    )
    out_m = roads.length_m[edge_a] * np.array([share_a, 1 - share_a])
    in_m = roads.length_m[edge_b] * np.array([share_b, 1 - share_b])
    total = out_m[:, None] + far[:, target] + in_m[None, :]
    if not np.isfinite(total).any():
        raise MessageError(say("limit_points_apart"))
    i, j = np.unravel_index(int(np.argmin(total)), total.shape)
    stretches = [Stretch(edge_a, *((0.0, share_a) if i == 0 else (share_a, 1.0)))]
    at = target[j]
    while at != begin[i]:
        previous = int(before[i, at])
        stretches.append(
            Stretch(edge_of[min(previous, at), max(previous, at)], 0.0, 1.0)
        )
        at = previous
    stretches.append(Stretch(edge_b, *((0.0, share_b) if j == 0 else (share_b, 1.0))))
    return [stretch for stretch in stretches if stretch.late > stretch.early]


def _on_plane(lines: RoadLines, limit: RoadLimit) -> Floats:
    lat, lon = np.array(limit.points, dtype=np.float64).T
    return lines.plane(lat, lon)


def _inside(
    roads: RoadNetwork,
    usable: Mask,
    limit: RoadLimit,
) -> list[Stretch]:
    lines = lines_of(roads)
    if len(limit.points) < 3:
        raise MessageError(say("limit_area_too_small"))
    area = shapely.make_valid(shapely.Polygon(_on_plane(lines, limit)))
    return _overlaps(roads, usable, area, least_m=1.0)


def _drawn(
    roads: RoadNetwork,
    usable: Mask,
    limit: RoadLimit,
) -> list[Stretch]:
    """Return roads that a drawn line follows for a while, or that it crosses."""
    lines = lines_of(roads)
    line = shapely.LineString(_on_plane(lines, limit))
    near = shapely.buffer(line, _DRAWN_M)
    along = _overlaps(roads, usable, near, least_m=_MIN_ALONG_M)
    known = {stretch.edge_idx for stretch in along}
    crossed = np.flatnonzero(shapely.crosses(lines.lines, line) & usable)
    for edge in crossed.tolist():
        if edge in known:
            continue
        for part in _overlaps(roads, usable, near, least_m=1.0, only=edge):
            length_m = float(roads.length_m[edge])
            # At its very end the line only meets another road.
            is_at_end = part.early * length_m < 1 or (1 - part.late) * length_m < 1
            if not is_at_end or length_m < 2 * _DRAWN_M:
                along.append(part)
    return along


def _overlaps(
    roads: RoadNetwork,
    usable: Mask,
    area: shapely.Geometry,
    *,
    least_m: float,
    only: int | None = None,
) -> list[Stretch]:
    lines = lines_of(roads)
    if only is None:
        touched = np.flatnonzero(shapely.intersects(lines.lines, area) & usable)
    else:
        touched = np.array([only])
    stretches = []
    for edge in touched.tolist():
        cut = shapely.intersection(lines.lines[edge], area)
        for piece in shapely.get_parts(cut):
            whole_m = max(float(lines.lengths[edge]), 1e-9)
            if shapely.length(piece) < min(least_m, 0.9 * whole_m):
                continue
            ends = shapely.points(np.asarray(piece.coords)[[0, -1]])
            pair = lines.fractions(np.array([edge, edge]), ends)
            stretches.append(Stretch(edge, float(pair.min()), float(pair.max())))
    return stretches
