"""What a map draws under places and routes: roads, water, borders and names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import shapely

from dispatch.geo.datum import from_wgs84
from dispatch.roads.nearby import RoadLines, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from dispatch.model.areas import Area, MapFeature
    from dispatch.model.roads import RoadNetwork
    from dispatch.model.scenario import Datum, Scenario

    Points = list[tuple[float, float]]
    Box = tuple[tuple[float, float], tuple[float, float]]

#: Drawn wide; all that is neither wide nor of the middle kind is drawn thin.
_HIGH = ("motorway", "trunk", "primary", "secondary")
MAIN: Final = frozenset(
    (*_HIGH, *(f"{name}_link" for name in _HIGH), "county", "国道", "省道", "县道")
)
MIDDLE: Final = frozenset(
    ("tertiary", "tertiary_link", "township", "unclassified", "乡道")
)
Rank = Literal["main", "middle", "small"]
RANKS: Final[tuple[Rank, ...]] = ("small", "middle", "main")

#: Corners that move a line by less are left out; about a pixel at zoom 13.
_CORNER_M: Final = 8.0
#: A map with more points than this is drawn with fewer corners.
_MAX_POINTS: Final = 150_000
#: What is so far around the places is drawn.
MARGIN_DEG: Final = 0.06
#: One name of a road in every square of this size.
_NAME_EVERY_DEG: Final = 0.04

NameKind = Literal["place", "border", "road"]


@dataclass(frozen=True, slots=True)
class Name:
    """A text at a place, as (lat, lon); not yet safe to show."""

    text: str
    lat: float
    lon: float
    kind: NameKind


@dataclass(frozen=True, slots=True)
class Basemap:
    """
    Lines and names around the places, in the datum of the map.

    Attributes
    ----------
    roads
        (lat, lon) points of the roads by rank.
    water
        One list of outlines per piece of water, by the even-odd rule.
    credits_of
        Whose data it is, each named once.
    """

    roads: dict[Rank, list[Points]]
    water: list[list[Points]]
    rivers: list[Points]
    borders: list[Points]
    names: list[Name]
    credits_of: tuple[str, ...]


def rank_of(road_class: str) -> Rank:
    """Return ``main``, ``middle`` or ``small`` of a class of roads."""
    name = road_class.strip().casefold()
    return "main" if name in MAIN else "middle" if name in MIDDLE else "small"


def bounds_of(scenario: Scenario) -> Box | None:
    """Return the south-west and north-east corners of all places; None: no place."""
    points = [(place.lat, place.lon) for place in scenario.places]
    points += [village.stop_at for village in scenario.villages]
    if not points:
        return None
    lats, lons = zip(*points, strict=True)
    return (min(lats), min(lons)), (max(lats), max(lons))


def basemap_of(scenario: Scenario, *, datum: Datum = "wgs84") -> Basemap:
    """
    Return the basemap of a scenario, made once per network and surroundings.

    Parameters
    ----------
    scenario
        Gives roads, features, areas and the places that decide the view.
    datum
        Datum of the map; the points are moved to fit.
    """
    box = bounds_of(scenario)
    if box is None:
        return Basemap({}, [], [], [], [], ())
    return _made(
        scenario.roads,
        scenario.basemap,
        scenario.areas,
        box,
        datum,
        frozenset(place.name for place in scenario.places),
    )


@lru_cache(maxsize=4)
def _made(
    roads: RoadNetwork | None,
    features: tuple[MapFeature, ...],
    areas: tuple[Area, ...],
    box: Box,
    datum: Datum,
    taken: frozenset[str],
) -> Basemap:
    (south, west), (north, east) = box
    view = shapely.box(
        west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG
    )
    water = [_clipped(f.lines, view, is_area=True) for f in features if _is(f, "water")]
    rivers = [_clipped(f.lines, view) for f in features if _is(f, "river")]
    borders = [_clipped(f.lines, view) for f in features if _is(f, "boundary")]
    borders += [_clipped(area.rings, view) for area in areas]
    names = [*_border_names(areas, view), *_place_names(features, view, taken)]
    drawn = _roads(roads, view) if roads is not None else {}
    if roads is not None:
        names += _road_names(roads, view)
    credit_texts = [roads.attribution] if roads is not None else []
    credit_texts += [feature.credit for feature in features]
    made = Basemap(
        roads=drawn,
        water=[outlines for outlines in water if outlines],
        rivers=[line for lines in rivers for line in lines],
        borders=[line for lines in borders for line in lines],
        names=names,
        credits_of=tuple(text for text in dict.fromkeys(credit_texts) if text),
    )
    return made if datum == "wgs84" else _moved(made, datum)


def _is(feature: MapFeature, kind: str) -> bool:
    return feature.kind == kind


def _roads(roads: RoadNetwork, view: shapely.Polygon) -> dict[Rank, list[Points]]:
    """Return the roads in view, with as many corners as a map can carry."""
    lines = lines_of(roads)
    near = np.flatnonzero(shapely.intersects(lines.lines, _on_plane(lines, view)))
    ranks = np.array([rank_of(roads.road_class[edge]) for edge in near], dtype=object)
    # Barriers have no length and are no roads to draw.
    long = roads.length_m[near] > 0
    by_rank: dict[Rank, npt.NDArray[np.object_]] = {}
    for rank in RANKS:
        chosen = lines.lines[near[(ranks == rank) & long]]
        merged = shapely.line_merge(shapely.multilinestrings(chosen))
        by_rank[rank] = shapely.get_parts(merged)
    corner_m = _CORNER_M
    while True:
        thin = {
            rank: shapely.simplify(parts, corner_m) for rank, parts in by_rank.items()
        }
        num_points = sum(
            int(shapely.get_num_coordinates(parts).sum()) for parts in thin.values()
        )
        if num_points <= _MAX_POINTS or corner_m > 60:
            break
        corner_m *= 2
    return {rank: [_degrees(lines, p) for p in parts] for rank, parts in thin.items()}


def _on_plane(lines: RoadLines, view: shapely.Polygon) -> shapely.Polygon:
    west, south, east, north = view.bounds
    return shapely.box(
        *lines.plane(np.array([south, north]), np.array([west, east])).ravel()
    )


def _degrees(lines: RoadLines, line: shapely.LineString) -> Points:
    lat, lon = lines.degrees(shapely.get_coordinates(line))
    return list(zip(lat.round(5).tolist(), lon.round(5).tolist(), strict=True))


def _clipped(
    lines: Iterable[Iterable[tuple[float, float]]],
    view: shapely.Polygon,
    *,
    is_area: bool = False,
) -> list[Points]:
    """Return lines or outlines within the view, without their small corners."""
    clipped: list[Points] = []
    corner = _CORNER_M / 111_000
    for line in lines:
        points = [(lon, lat) for lat, lon in line]
        if len(points) < (4 if is_area else 2):
            continue
        shape = shapely.simplify(shapely.linestrings(points), corner)
        west, south, east, north = view.bounds
        if is_area:
            # Outlines are cut as lines would be: by a rectangle, corner by corner.
            ring = shapely.polygons(points)
            shape = shapely.simplify(shapely.make_valid(ring), corner)
        shape = shapely.clip_by_rect(shape, west, south, east, north)
        for part in shapely.get_parts(shapely.get_parts(shape)):
            kind = part.geom_type
            rings = [part] if kind == "LineString" and not is_area else []
            if kind == "Polygon":
                rings = [part.exterior, *part.interiors]
            for ring in rings:
                clipped.append([(round(y, 5), round(x, 5)) for x, y in ring.coords])
    return clipped


def _place_names(
    features: Iterable[MapFeature],
    view: shapely.Polygon,
    taken: frozenset[str],
) -> list[Name]:
    """Return names of places, without those that the scenario shows itself."""
    names = []
    for feature in features:
        if feature.kind == "place" and feature.name and feature.name not in taken:
            (lat, lon), *_ = feature.lines[0]
            if view.contains(shapely.Point(lon, lat)):
                names.append(Name(feature.name, lat, lon, "place"))
    return names


def _border_names(areas: Iterable[Area], view: shapely.Polygon) -> list[Name]:
    """Return the names of townships and counties, at their seat or in their middle."""
    names = []
    for area in areas:
        centre = area.centre
        if centre is None and area.rings:
            longest = max(area.rings, key=len)
            if len(longest) < 4:
                continue
            middle = shapely.Polygon(
                [(b, a) for a, b in longest]
            ).representative_point()
            centre = middle.y, middle.x
        if centre is not None and view.contains(shapely.Point(centre[1], centre[0])):
            names.append(Name(area.name, *centre, "border"))
    return names


def _road_names(roads: RoadNetwork, view: shapely.Polygon) -> list[Name]:
    """Return names of the wider roads, one for every few kilometres of each."""
    west, south, east, north = view.bounds
    best: dict[tuple[str, int, int], int] = {}
    for edge, name in enumerate(roads.names):
        if not name or rank_of(roads.road_class[edge]) == "small":
            continue
        first = int(roads.start[edge])
        lat, lon = float(roads.node_lat[first]), float(roads.node_lon[first])
        if not (south < lat < north and west < lon < east):
            continue
        key = name, int(lat // _NAME_EVERY_DEG), int(lon // _NAME_EVERY_DEG)
        if key not in best or roads.length_m[edge] > roads.length_m[best[key]]:
            best[key] = edge
    names = []
    for (name, _, _), edge in best.items():
        line = roads.line(edge)
        at = shapely.LineString([(lon, lat) for lat, lon in line]).interpolate(
            0.5, normalized=True
        )
        names.append(Name(name, at.y, at.x, "road"))
    return names


def _moved(made: Basemap, datum: Datum) -> Basemap:
    """Return the basemap for tiles of another datum."""

    def moved(lines: list[Points]) -> list[Points]:
        return [
            [from_wgs84(lat=lat, lon=lon, datum=datum) for lat, lon in line]
            for line in lines
        ]

    return Basemap(
        roads={rank: moved(lines) for rank, lines in made.roads.items()},
        water=[moved(outlines) for outlines in made.water],
        rivers=moved(made.rivers),
        borders=moved(made.borders),
        names=[
            Name(n.text, *from_wgs84(lat=n.lat, lon=n.lon, datum=datum), n.kind)
            for n in made.names
        ],
        credits_of=made.credits_of,
    )
