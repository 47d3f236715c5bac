"""
Whether positions would fit roads and boundaries much better in another datum.

Positions were converted when they were read. That a file was really in datum X but was
read as Y is tried by taking its points back to Y and reading them as X.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from dispatch.geo.datum import from_wgs84, to_wgs84

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dispatch.arrays import Floats
    from dispatch.geo.areas import Outline
    from dispatch.model.areas import Area
    from dispatch.model.roads import RoadNetwork
    from dispatch.model.scenario import Datum, Scenario


DATUMS: Final[tuple[Datum, ...]] = ("wgs84", "gcj02", "bd09")
#: Fewer points fit anything by chance.
_MIN_POINTS: Final = 3
#: From so many on, half the distance to the roads is no chance any more.
_MANY_POINTS: Final = 10
#: Places as near to the roads as this fit as they are; the shift is 300-1200 m.
_FITTING_M: Final = 100.0
#: In the right datum places are not farther from the roads than this.
_RIGHT_M: Final = 150.0
_RIGHT_OF_FEW_M: Final = 60.0
#: Share of the points that must come closer.
_MIN_CLOSER: Final = 0.8
_MAX_POINTS: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """
    One file that would fit better in another datum.

    Attributes
    ----------
    table
        ``villages``, ``sources``, ``depots``, ``nodes`` (the roads) or ``areas``.
    read_as, would_fit
        Datum in which it was read, and the one in which it would fit.
    by
        What it is compared with.
    now, then
        Median metres from a road, or the number of points outside the boundary, as
        read and in the other datum.
    """

    table: str
    read_as: Datum
    would_fit: Datum
    by: Literal["roads", "boundary"]
    now: float
    then: float
    num_points: int


def datum_doubts(
    scenario: Scenario, datum_of: Callable[[str], Datum]
) -> tuple[Doubt, ...]:
    """
    Return a doubt for every file that fits much better in another datum.

    Parameters
    ----------
    scenario
        The day to plan.
    datum_of
        Gives the datum in which a table was read.
    """
    tables = {
        name: _thinned(np.array([(p.lat, p.lon) for p in places]).reshape(-1, 2))
        for name, places in (
            ("villages", scenario.villages),
            ("sources", scenario.sources),
            ("depots", scenario.depots),
        )
    }
    by_roads = _doubts_by_roads(scenario.roads, tables, datum_of)
    doubted = {doubt.table for doubt in by_roads}
    outlined = [area for area in scenario.areas if area.rings]
    if scenario.roads is not None:
        roads = scenario.roads
        tables["nodes"] = _thinned(np.column_stack([roads.node_lat, roads.node_lon]))
    by_boundary = _doubts_by_boundary(outlined, tables, datum_of)
    return (*by_roads, *(doubt for doubt in by_boundary if doubt.table not in doubted))


def _thinned(points: Floats) -> Floats:
    return points[:: max(1, math.ceil(len(points) / _MAX_POINTS))]


def _other_datums(datum: Datum) -> Iterator[Datum]:
    return (other for other in DATUMS if other != datum)


def reread(points: Floats, *, read_as: Datum, really: Datum) -> Floats:
    """
    Return points that were read in one datum as they are in another, (P, 2).

    Parameters
    ----------
    points
        Shape (P, 2): lat and lon in WGS-84 degrees, as they were converted.
    read_as
        Datum that the file was taken for.
    really
        Datum to try instead.
    """
    written = [from_wgs84(lat=lat, lon=lon, datum=read_as) for lat, lon in points]
    moved = [to_wgs84(lat=lat, lon=lon, datum=really) for lat, lon in written]
    return np.array(moved).reshape(-1, 2)


def _doubts_by_roads(
    roads: RoadNetwork | None,
    tables: dict[str, Floats],
    datum_of: Callable[[str], Datum],
) -> list[Doubt]:
    everything = np.concatenate([*tables.values()])
    if roads is None or roads.num_edges == 0 or len(everything) < _MIN_POINTS:
        return []
    nearest_m = partial(road_gaps_m, roads)
    doubts = []
    for table, points in tables.items():
        read_as = datum_of(table)
        tried = {
            other: nearest_m(reread(points, read_as=read_as, really=other))
            for other in _other_datums(read_as)
            if len(points) >= _MIN_POINTS
        }
        doubts += _best_by_roads(table, read_as, nearest_m(points), tried)
    if doubts:
        return doubts
    # All places fit each other: then it may be the roads. To move the roads one way
    # is to move the places the other way.
    read_as = datum_of("nodes")
    tried = {
        other: nearest_m(
            2 * everything - reread(everything, read_as=read_as, really=other)
        )
        for other in _other_datums(read_as)
    }
    return _best_by_roads("nodes", read_as, nearest_m(everything), tried)


def _best_by_roads(
    table: str, read_as: Datum, now_m: Floats, tried: dict[Datum, Floats]
) -> list[Doubt]:
    """Return the best other datum of one table, if it is much better."""
    if not tried:
        return []
    would_fit = min(tried, key=lambda other: float(np.median(tried[other])))
    now, then = float(np.median(now_m)), float(np.median(tried[would_fit]))
    closer = float(np.mean(tried[would_fit] < now_m))
    is_many = len(now_m) >= _MANY_POINTS
    most_m = min(_RIGHT_M, now / 2) if is_many else min(_RIGHT_OF_FEW_M, now / 4)
    least_closer = _MIN_CLOSER if is_many else 1
    if now <= _FITTING_M or then >= most_m or closer < least_closer:
        return []
    return [
        Doubt(
            table=table,
            read_as=read_as,
            would_fit=would_fit,
            by="roads",
            now=now,
            then=then,
            num_points=len(now_m),
        )
    ]


def road_gaps_m(roads: RoadNetwork, points: Floats) -> Floats:
    """
    Return metres to the nearest road, shape (P,).

    Parameters
    ----------
    roads
        At least one edge; whether it may be driven does not matter here.
    points
        Lat and lon in WGS-84, shape (P, 2).
    """
    from dispatch.roads.nearby import nearest_edges  # Shapely takes a moment

    anywhere = np.ones(roads.num_edges, dtype=np.bool_)
    return nearest_edges(roads, anywhere, points[:, 0], points[:, 1])[2]


def _doubts_by_boundary(
    areas: list[Area],
    tables: dict[str, Floats],
    datum_of: Callable[[str], Datum],
) -> list[Doubt]:
    """Compare with the union of all townships, or of all counties."""
    if not areas:
        return []
    from dispatch.geo.areas import Outline

    level = "county" if any(a.level == "county" for a in areas) else "township"
    outlines = [Outline(area) for area in areas if area.level == level]
    doubts = []
    for table, points in tables.items():
        if len(points) < _MIN_POINTS:
            continue
        read_as = datum_of(table)
        tried = {
            other: reread(points, read_as=read_as, really=other)
            for other in _other_datums(read_as)
        }
        doubts += _best_by_boundary(table, read_as, points, tried, outlines)
    if doubts:
        return doubts
    everything = np.concatenate([*tables.values()])
    # A file of areas says so itself where it is in another datum.
    moved = {
        other: 2 * everything - reread(everything, read_as="wgs84", really=other)
        for other in _other_datums("wgs84")
    }
    return _best_by_boundary("areas", "wgs84", everything, moved, outlines)


def _best_by_boundary(
    table: str,
    read_as: Datum,
    points: Floats,
    tried: dict[Datum, Floats],
    outlines: list[Outline],
) -> list[Doubt]:
    now = _num_outside(outlines, points)
    outside = {other: _num_outside(outlines, moved) for other, moved in tried.items()}
    would_fit = min(outside, key=lambda other: outside[other])
    then = outside[would_fit]
    # Three at least, and nearly all of those outside, must come in.
    if now - then < _MIN_POINTS or then > now / 4:
        return []
    return [
        Doubt(
            table=table,
            read_as=read_as,
            would_fit=would_fit,
            by="boundary",
            now=now,
            then=then,
            num_points=len(points),
        )
    ]


def _num_outside(outlines: list[Outline], points: Floats) -> int:
    beyond = [
        outline.beyond_m(lat=points[:, 0], lon=points[:, 1]) for outline in outlines
    ]
    return int(np.count_nonzero(np.min(beyond, axis=0) > 0))
