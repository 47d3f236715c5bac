"""``basemap.geojson``: what maps draw under all else, read and written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dispatch.atomic import write_text
from dispatch.errors import DataError, DispatchError, Problem
from dispatch.files.roads.geojson import BadPoint, line_points, read_features
from dispatch.files.tables.raw import TableError
from dispatch.model.areas import MapFeature
from dispatch.roads.osm.basemap import read_basemap_bytes
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.files.scenario.read import Inputs
    from dispatch.roads.osm.ways import Box

#: Beside ``scenario.toml``, or beside the folder ``roads``.
BASEMAP_FILE: Final = "basemap.geojson"
_KINDS: Final = ("water", "river", "boundary", "place")
#: Longer texts on a map are no names.
_NAME_CHARACTERS: Final = 80


def pick_basemap(inputs: Inputs, *, box: Box | None) -> tuple[MapFeature, ...]:
    """
    Return the basemap of its own file, else of the extract of the roads.

    Parameters
    ----------
    inputs
        Tables, settings and roads as found in the files.
    box
        South, west, north, east in degrees; None: everything.
    """
    if inputs.basemap is not None:
        return read_basemap(*inputs.basemap, inputs.problems)
    # A damaged extract was reported when the roads were read from it.
    for name, data in inputs.extracts[:1]:
        try:
            return read_basemap_bytes(data, name, box=box)
        except DataError as error:
            known = {problem.file for problem in inputs.problems}
            inputs.problems += [
                replace(problem, severity="warning")
                for problem in error.problems
                if problem.file not in known
            ]
    return ()


def read_basemap(
    file: str, data: bytes, problems: list[Problem]
) -> tuple[MapFeature, ...]:
    """
    Return the features of a file in WGS-84; what is wrong with it is a warning.

    Parameters
    ----------
    file
        Name of the file, for messages.
    data
        Content of the file.
    problems
        Receives every problem.
    """
    drawn, num_bad = [], 0
    try:
        features = read_features(file, data)
    except TableError as error:
        problem = replace(error.problem, severity="warning")
        if problem.message.key == "geojson_unreadable":
            problem = replace(problem, message=say("basemap_unreadable"))
        problems.append(problem)
        return ()
    for feature in features:
        try:
            drawn.append(_feature(feature))
        except (BadPoint, KeyError, TypeError, ValueError):
            num_bad += 1
    if num_bad:
        message = say("basemap_features_lost", count=num_bad)
        problems.append(Problem(file, message, severity="warning"))
    return tuple(drawn)


def _feature(feature: dict[str, Any]) -> MapFeature:
    geometry, properties = feature["geometry"], feature["properties"]
    shape, coordinates = geometry["type"], geometry["coordinates"]
    kind = properties["kind"]
    if kind not in _KINDS:
        raise ValueError(f"unknown kind: {kind!r}")
    if shape in ("LineString", "Point"):
        coordinates = [coordinates if shape == "LineString" else [coordinates]]
    elif shape == "MultiPolygon":
        coordinates = [ring for polygon in coordinates for ring in polygon]
    elif shape not in ("MultiLineString", "Polygon"):
        raise ValueError(f"unknown shape: {shape!r}")
    lines = tuple(line_points(line, "wgs84") for line in coordinates)
    if not all(lines):
        raise ValueError("a line without points")
    return MapFeature(
        kind=kind,
        name=str(properties.get("name") or "")[:_NAME_CHARACTERS],
        lines=lines,
        credit=str(properties.get("credit") or "")[:200],
    )


def basemap_geojson(features: Sequence[MapFeature]) -> str:
    """Return the text of ``basemap.geojson``, a feature a line."""
    rows = [json.dumps(_row(f), ensure_ascii=False) for f in features]
    body = ",\n".join(rows)
    return f'{{"type": "FeatureCollection", "features": [\n{body}\n]}}\n'


def _row(feature: MapFeature) -> dict[str, Any]:
    lines = [[[lon, lat] for lat, lon in line] for line in feature.lines]
    # Outlines go by the even-odd rule, which rings of a polygon do not: as lines.
    geometry: dict[str, Any] = {"type": "MultiLineString", "coordinates": lines}
    if feature.kind == "place":
        geometry = {"type": "Point", "coordinates": lines[0][0]}
    properties = {"kind": feature.kind, "name": feature.name}
    if feature.credit:
        properties["credit"] = feature.credit
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def write_basemap(features: Sequence[MapFeature], folder: str | Path) -> Path:
    """
    Return the path of ``basemap.geojson`` in a folder.

    Parameters
    ----------
    features
        In WGS-84, in the order in which they are drawn.
    folder
        The folder of the scenario.

    Raises
    ------
    DispatchError
        If it is there already, or the folder cannot be written.
    """
    path = Path(folder) / BASEMAP_FILE
    if path.exists():
        raise DispatchError(say("roads_written_before", path=path))
    return write_text(path, basemap_geojson(features))
