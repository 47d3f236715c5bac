"""``areas.geojson`` and ``townships.csv`` <-> townships and counties."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any, Final, Literal

from dispatch.errors import Problem
from dispatch.files.cells.parse import CellError
from dispatch.files.cells.values import parse_datum
from dispatch.files.tables.json_reader import load_geojson
from dispatch.files.tables.raw import TableError
from dispatch.geo.datum import to_wgs84
from dispatch.model.areas import Area
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.arrays import Point
    from dispatch.model.scenario import Datum

    Level = Literal["township", "county"]

_LEVELS: Final[dict[str, Level]] = {
    **dict.fromkeys(("township", "town", "乡镇", "乡", "镇", "街道"), "township"),
    **dict.fromkeys(("county", "district", "县", "区", "县级市", "市"), "county"),
}
#: The name of a datum is short; a long text is not searched.
_MAX_WORD_CHARS: Final = 100
#: Digits of the statistical code of a county; townships have more.
_COUNTY_DIGITS: Final = 6


def build_township(values: dict[str, Any]) -> Area:
    """Return the township of one row; its county is for the reader only."""
    return Area(
        name=values["name"],
        level="township",
        code=values.get("code", ""),
        centre=(values["lat"], values["lon"]),
    )


def read_areas(file: str, data: bytes, problems: list[Problem]) -> tuple[Area, ...]:
    """
    Return the areas of a GeoJSON file, in WGS-84; one that cannot be read is reported.

    Features are polygons or points with the properties ``name``, ``code``, ``level``
    (else by the code), ``center`` as [lon, lat] and ``datum``.

    Parameters
    ----------
    file
        Name of the file, for messages.
    data
        Content of the file.
    problems
        Receives every problem.
    """
    try:
        document = load_geojson(data, file)
        features = list(document["features"])
        common = str(document.get("datum") or "wgs84")
    except TableError as error:
        problems.append(error.problem)
        return ()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = say("areas_broken", error=type(error).__name__)
        problems.append(Problem(file, message))
        return ()
    areas = []
    for number, feature in enumerate(features, 1):
        try:
            areas.append(_read_feature(feature, common))
        except CellError as error:
            problems.append(_feature_problem(file, number, error.message))
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
            problems.append(_feature_problem(file, number, say("area_broken")))
    return tuple(areas)


def _feature_problem(file: str, number: int, message: Any) -> Problem:
    return Problem(file, message, value=f"feature {number}")


def _read_feature(feature: dict[str, Any], common: str) -> Area:
    properties, geometry = feature["properties"], feature["geometry"]
    # A remark may follow: WGS-84 (converted from GCJ-02).
    text = str(properties.get("datum") or common)[:_MAX_WORD_CHARS]
    named = re.sub(r"\s*[(（].*", "", text)
    datum: Datum = parse_datum(named)  # type: ignore[assignment]  # one of the three
    codes = (properties.get(key) for key in ("code", "adcode", "township_code"))
    code = next((str(code) for code in codes if code), "")
    rings, centre = _read_shape(geometry, datum)
    given = properties.get("center")
    if given is not None:
        centre = _point(given, datum)
    return Area(
        name=str(properties["name"]),
        level=_level(properties.get("level"), code),
        code=code,
        rings=rings,
        centre=centre,
    )


def _level(text: object, code: str) -> Level:
    if text is None and code.isdigit():
        return "county" if len(code) == _COUNTY_DIGITS else "township"
    return _LEVELS[str(text).strip().casefold()]


def _read_shape(
    geometry: dict[str, Any], datum: Datum
) -> tuple[tuple[tuple[Point, ...], ...], Point | None]:
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind == "Point":
        return (), _point(coordinates, datum)
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError(kind)
    rings = [
        tuple(_point(point, datum) for point in ring)
        for polygon in polygons
        for ring in polygon
    ]
    if not rings or min(map(len, rings)) < 4:  # closed, so a triangle has four
        raise ValueError("ring")
    return tuple(rings), None


def _point(position: list[float], datum: Datum) -> Point:
    lon, lat = float(position[0]), float(position[1])
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError("off the map")
    return to_wgs84(lat=lat, lon=lon, datum=datum)


def areas_geojson(areas: Iterable[Area]) -> str:
    """Return GeoJSON of areas that reads back the same."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "name": area.name,
                "code": area.code,
                "level": area.level,
                "center": None if area.centre is None else [*reversed(area.centre)],
            },
            "geometry": _geometry(area),
        }
        for area in areas
    ]
    document = {"type": "FeatureCollection", "features": features}
    return json.dumps(document, ensure_ascii=False)


def _geometry(area: Area) -> dict[str, Any]:
    if not area.rings:
        return {"type": "Point", "coordinates": [*reversed(area.centre or (0, 0))]}
    polygons: list[list[list[list[float]]]] = []
    for ring in area.rings:
        drawn = [[lon, lat] for lat, lon in ring]
        # A ring inside the polygon before it is a hole of it.
        if polygons and _is_inside(drawn[0], polygons[-1][0]):
            polygons[-1].append(drawn)
        else:
            polygons.append([drawn])
    return {"type": "MultiPolygon", "coordinates": polygons}


def _is_inside(point: list[float], ring: list[list[float]]) -> bool:
    """Return whether a ring goes around a point: its crossings to the east are odd."""
    x, y = point
    is_inside = False
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            is_inside = not is_inside
    return is_inside


def is_row(area: Area) -> bool:
    """Whether a row of ``townships`` holds all of an area."""
    return area.level == "township" and not area.rings and area.centre is not None
