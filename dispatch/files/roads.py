"""Road nodes, edges and the shapes of edges -> ``RoadNetwork``."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dispatch.errors import Problem
from dispatch.files.raw import TableError, decode
from dispatch.geo.datum import to_wgs84
from dispatch.geo.distance import haversine_m
from dispatch.messages import say
from dispatch.roads import RoadEdge, RoadNetwork, RoadNode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.scenario import Datum

Points = tuple[tuple[float, float], ...]


def build_roads(
    nodes: Sequence[RoadNode],
    edges: Sequence[RoadEdge],
    shapes: tuple[str, bytes] | None,
    *,
    datum: Datum,
    problems: list[Problem],
) -> RoadNetwork | None:
    """
    Return the network, or None without roads.

    Parameters
    ----------
    shapes
        Name and content of a GeoJSON file with a line per ``edge_id``.
    """
    if not nodes or not edges:
        if nodes or edges:
            found, lost = ("nodes", "edges") if nodes else ("edges", "nodes")
            said = say(f"{found}_without_{lost}")
            problems.append(Problem(f"roads/{lost}.csv", said, severity="warning"))
        return None
    lines = {} if shapes is None else _geojson_lines(*shapes, datum, problems)
    by_id = {node.node_id: node for node in nodes}
    finished = []
    for edge in edges:
        own = tuple(to_wgs84(lat=lat, lon=lon, datum=datum) for lat, lon in edge.shape)
        points = own or lines.get(edge.edge_id, ())
        finished.append(_finish(edge, points, by_id, problems))
    # Edges of unknown nodes were told, and are an error.
    known = [e for e in finished if e.from_node in by_id and e.to_node in by_id]
    return RoadNetwork.of(nodes, known)


def _finish(
    edge: RoadEdge,
    points: Points,
    nodes: dict[str, RoadNode],
    problems: list[Problem],
) -> RoadEdge:
    """Return the edge with inner points only, and with a length."""
    start, end = nodes.get(edge.from_node), nodes.get(edge.to_node)
    if start is None or end is None:  # told as an unknown node already
        return edge
    ends = ((start.lat, start.lon), (end.lat, end.lon))
    line = [*points] or [*ends]
    straight_m = _length_m(ends)
    if _length_m((ends[0], line[0])) > _length_m((ends[0], line[-1])):
        line.reverse()  # drawn from its end
    drawn_m = _length_m((ends[0], *line, ends[1]))
    length_m = edge.length_m if edge.length_m >= 0 else drawn_m
    # A kilometre of slack for tunnels, bridges and coarse positions.
    if length_m < straight_m * 0.9 - 1000:
        said = say(
            "road_shorter_than_line",
            edge=edge.edge_id,
            length_m=length_m,
            straight_m=straight_m,
        )
        problems.append(Problem("edges", said, severity="warning"))
    inner = [point for point in line if min(_gap_m(point, end) for end in ends) > 1]
    return replace(edge, length_m=length_m, shape=tuple(inner))


def _gap_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    return _length_m((one, other))


def _length_m(points: Sequence[tuple[float, float]]) -> float:
    lat, lon = np.array(points, dtype=np.float64).T
    legs = haversine_m(lat=lat[:-1], lon=lon[:-1], to_lat=lat[1:], to_lon=lon[1:])
    return float(np.diagonal(legs).sum())


def _geojson_lines(
    file: str, data: bytes, datum: Datum, problems: list[Problem]
) -> dict[str, Points]:
    """Return the points of every edge in a GeoJSON file, which has lon before lat."""
    lines: dict[str, Points] = {}
    try:
        document = json.loads(decode(data, file))
        for feature in document["features"]:
            label = str(feature["properties"]["edge_id"])
            lines[label] = tuple(
                to_wgs84(lat=float(point[1]), lon=float(point[0]), datum=datum)
                for point in _coordinates(feature["geometry"])
            )
    except TableError as error:
        problems.append(replace(error.problem, severity="warning"))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        said = say("geojson_broken", error=type(error).__name__)
        problems.append(Problem(file, said, severity="warning"))
        return {}
    return lines


def _coordinates(geometry: dict[str, Any]) -> list[list[float]]:
    if geometry["type"] != "LineString":
        raise ValueError("not a LineString")
    coordinates: list[list[float]] = geometry["coordinates"]
    return coordinates
