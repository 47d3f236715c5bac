"""Roads as GeoJSON lines: the shapes of edges, or a network of their own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dispatch.errors import Problem
from dispatch.files.tables.build import road_facts
from dispatch.files.tables.checks import check_ids
from dispatch.files.tables.columns import tables
from dispatch.files.tables.json_reader import load_geojson
from dispatch.files.tables.raw import RawTable, TableError
from dispatch.files.tables.records import read_records
from dispatch.geo.datum import to_wgs84
from dispatch.roads.osm.extract import ATTRIBUTION, way_of
from dispatch.roads.osm.lines import join_lines
from dispatch.roads.osm.split import build_network
from dispatch.roads.osm.ways import Way, clip_ways
from dispatch.words.message import say

if TYPE_CHECKING:
    from dispatch.arrays import Points
    from dispatch.files.cells.parse import Cell
    from dispatch.files.tables.records import Record
    from dispatch.model.roads import RoadNetwork
    from dispatch.model.scenario import Datum
    from dispatch.roads.osm.ways import Box


class BadPoint(ValueError):
    """A line with points that are no longitude and latitude."""


def read_features(file: str, data: bytes) -> list[dict[str, Any]]:
    """
    Return the features of a GeoJSON file.

    Parameters
    ----------
    file
        Name of the file, for messages.
    data
        Content of the file.

    Raises
    ------
    TableError
        If it is no such file.
    """
    try:
        document = load_geojson(data, file)
        features = document.get("features", [document])
        if all(isinstance(feature, dict) for feature in features):
            return list(features)
    except TableError:
        raise
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise TableError(Problem(file, say("geojson_unreadable"))) from error
    raise TableError(Problem(file, say("geojson_unreadable")))


def read_network(
    file: str,
    data: bytes,
    *,
    datum: Datum,
    box: Box | None,
    problems: list[Problem],
) -> RoadNetwork | None:
    """
    Return the network of lines, split where they meet; None if there is none.

    Parameters
    ----------
    file
        Name of the file, for messages.
    data
        Content of the file.
    datum
        Of the lines; those with the tag ``highway`` come from OpenStreetMap and are
        WGS-84 whatever it says.
    box
        South, west, north, east in degrees; lines elsewhere are left out. None: all.
    problems
        Receives every problem.
    """
    try:
        features = read_features(file, data)
    except TableError as error:
        problems.append(error.problem)
        return None
    drawn = [(number, f) for number, f in enumerate(features, 1) if _is_line(f)]
    records = _records(file, drawn, problems)
    ways: list[Way] = []
    lines: list[Points] = []
    for (number, feature), record in zip(drawn, records, strict=True):
        try:
            parts = _parts(feature, "wgs84" if _is_osm(feature) else datum)
        except BadPoint:
            message = say("geojson_bad_point")
            problems.append(Problem(file, message, row=number))
            continue
        way = _way(feature, record)
        for part_number, part in enumerate(parts):
            label = f"{way.way_id}.{part_number}" if len(parts) > 1 else way.way_id
            ways.append(replace(way, way_id=label))
            lines.append(part)
    if not lines:
        problems.append(Problem(file, say("geojson_without_lines")))
        return None
    return _network(file, ways, lines, box, drawn, problems)


def _network(
    file: str,
    ways: list[Way],
    lines: list[Points],
    box: Box | None,
    drawn: list[tuple[int, dict[str, Any]]],
    problems: list[Problem],
) -> RoadNetwork | None:
    points = join_lines(lines)
    kept = ways
    if box is not None:
        kept, points = clip_ways(ways, points, box)
    credit = ATTRIBUTION if any(_is_osm(feature) for _, feature in drawn) else ""
    network = build_network(kept, points, attribution=credit, number_all=False)
    if network.num_edges:
        return network
    message = say("geojson_without_lines" if box is None else "osm_elsewhere")
    problems.append(Problem(file, message))
    return None


def _is_line(feature: dict[str, Any]) -> bool:
    geometry = feature.get("geometry")
    kinds = ("LineString", "MultiLineString")
    return isinstance(geometry, dict) and geometry.get("type") in kinds


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties")
    return properties if isinstance(properties, dict) else {}


def _is_osm(feature: dict[str, Any]) -> bool:
    return isinstance(_properties(feature).get("highway"), str)


def _records(
    file: str, drawn: list[tuple[int, dict[str, Any]]], problems: list[Problem]
) -> list[Record]:
    """Return a record per line, read like a row of the table of edges."""
    table = tables()["edges"]
    # Headers of every column; layers that were put together may name it twice.
    heads: dict[str, list[str]] = {"edge_id": []}
    for key in dict.fromkeys(k for _, f in drawn for k in _columns(f)):
        match = table.find(key)
        if match is not None and match[0].name not in ("from", "to", "shape"):
            heads.setdefault(match[0].name, []).append(key)
    rows: list[tuple[int, list[Cell]]] = []
    for number, feature in drawn:
        values = _columns(feature)
        label_cell, *cells = (
            next((values[key] for key in keys if values.get(key) is not None), None)
            for keys in heads.values()
        )
        label = f"L{number}" if label_cell in (None, "") else _cell(label_cell)
        rows.append((number, [label, "start", "end", *map(_cell, cells)]))
    first, *others = ((*keys, name)[0] for name, keys in heads.items())
    raw = RawTable(file, (first, "from", "to", *others), rows)
    records = read_records(raw, table, problems) if rows else []
    check_ids({"edges": records}, problems)
    return records


def _columns(feature: dict[str, Any]) -> dict[str, Any]:
    """Return the properties that are columns; tags have their own words."""
    return {} if _is_osm(feature) else _properties(feature)


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return json.dumps(value, ensure_ascii=False)


def _way(feature: dict[str, Any], record: Record) -> Way:
    values = record.values
    label = values.get("edge_id", "?")
    if _is_osm(feature):
        tags = {key: str(text) for key, text in _properties(feature).items() if text}
        return way_of(label, tags)
    return Way(
        way_id=label,
        direction=int(values.get("one_way", False)),
        length_m=values.get("length_m"),
        **road_facts(values),
    )


def _parts(feature: dict[str, Any], datum: Datum) -> list[Points]:
    """Return the lines of a feature in WGS-84; parts of one point are left out."""
    geometry = feature["geometry"]
    coordinates = geometry.get("coordinates")
    parts = [coordinates] if geometry["type"] == "LineString" else coordinates
    if not isinstance(parts, list):
        raise BadPoint
    lines = [line_points(part, datum) for part in parts]
    return [part for part in lines if len(part) > 1]


def line_points(coordinates: object, datum: Datum) -> Points:
    """
    Return the points of a line, which has lon before lat, as (lat, lon).

    Parameters
    ----------
    coordinates
        A list of positions of GeoJSON.
    datum
        Datum of the coordinates.

    Raises
    ------
    BadPoint
        If it is no list, or has a point that is no longitude and latitude.
    """
    if not isinstance(coordinates, list):
        raise BadPoint
    points = []
    for point in coordinates:
        try:
            lon, lat = float(point[0]), float(point[1])
        except (TypeError, ValueError, IndexError, KeyError, OverflowError) as error:
            raise BadPoint from error
        if not (abs(lat) <= 90 and abs(lon) <= 180):  # not a number is neither
            raise BadPoint
        points.append(to_wgs84(lat=lat, lon=lon, datum=datum))
    return tuple(points)


def read_shapes(
    file: str, data: bytes, datum: Datum, problems: list[Problem]
) -> dict[str, Points]:
    """
    Return the points of every edge, by ``edge_id``; what is wrong is a warning.

    Parameters
    ----------
    file
        Name of the file, for messages.
    data
        Content of the file.
    datum
        Datum of the lines.
    problems
        Receives every problem.

    Notes
    -----
    Anything wrong with one feature leaves out the lines of the whole file.
    """
    lines: dict[str, Points] = {}
    try:
        for feature in read_features(file, data):
            label, points = _shape_of(feature, datum)
            lines[label] = points
    except TableError as error:
        problems.append(replace(error.problem, severity="warning"))
    except (ValueError, KeyError, TypeError) as error:
        message = say("geojson_broken", error=type(error).__name__.strip("_"))
        problems.append(Problem(file, message, severity="warning"))
        return {}
    return lines


def _shape_of(feature: dict[str, Any], datum: Datum) -> tuple[str, Points]:
    """Return the edge that a feature is the shape of, and its points."""
    geometry = feature["geometry"]
    if geometry["type"] != "LineString":
        raise ValueError("not a LineString")
    label = str(feature["properties"]["edge_id"])
    return label, line_points(geometry["coordinates"], datum)
