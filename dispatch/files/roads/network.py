"""Road tables, an extract or lines, whichever is there -> ``RoadNetwork``."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dispatch.errors import DataError, Problem
from dispatch.files.roads.geojson import read_network, read_shapes
from dispatch.files.tables.build import build_all, build_edge, build_node
from dispatch.geo.datum import to_wgs84
from dispatch.geo.distance import EARTH_RADIUS_M, gap_m
from dispatch.model.roads import RoadEdge, RoadNetwork, RoadNode
from dispatch.roads.osm.extract import read_osm_bytes
from dispatch.roads.osm.split import with_grades
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import Points
    from dispatch.files.scenario.read import Inputs
    from dispatch.files.tables.checks import Records
    from dispatch.model.scenario import Datum
    from dispatch.roads.osm.ways import Box


#: Roads are read this far around the places of a scenario.
MARGIN_KM: Final = 15.0
#: Points this near to the end of an edge are its end.
_SAME_M: Final = 1.0


def box_around(records: Records, *, margin_km: float = MARGIN_KM) -> Box | None:
    """
    Return the box of all places in WGS-84 with a margin; None without places.

    Parameters
    ----------
    records
        Rows by the name of their table.
    margin_km
        Kilometres added on every side.
    """
    places = [
        (record.values["lat"], record.values["lon"])
        for table in ("villages", "sources", "depots")
        for record in records[table]
        if not record.is_broken and {"lat", "lon"} <= set(record.values)
    ]
    return box_of(places, margin_km=margin_km)


def box_of(places: Sequence[tuple[float, float]], *, margin_km: float) -> Box | None:
    """
    Return south, west, north, east around (lat, lon) with a margin.

    Parameters
    ----------
    places
        (lat, lon) in degrees.
    margin_km
        Kilometres added on every side.
    """
    if not places:
        return None
    lat, lon = zip(*places, strict=True)
    up = math.degrees(margin_km * 1000 / EARTH_RADIUS_M)
    side = up / max(math.cos(math.radians(max(map(abs, lat)))), 0.01)
    return (min(lat) - up, min(lon) - side, max(lat) + up, max(lon) + side)


def pick_roads(
    inputs: Inputs, records: Records, datum: Datum, *, box: Box | None
) -> RoadNetwork | None:
    """
    Return the network of the tables, else of the extract, else of GeoJSON lines.

    Parameters
    ----------
    inputs
        Tables, settings and roads as found in the files.
    records
        Rows by the name of their table.
    datum
        Datum of tables and lines; OpenStreetMap is always WGS-84.
    box
        What of an extract is wanted; None: all. Tables are never cut.
    """
    problems = inputs.problems
    tables = [inputs.tables[n].file for n in ("edges", "nodes") if n in inputs.tables]
    has_tables = len(tables) == 2
    first = tables[0] if has_tables else ""
    for name, _ in inputs.extracts:
        if first:
            message = say("roads_twice", first=first)
            problems.append(Problem(name, message, severity="warning"))
        first = first or name
    if has_tables or not (inputs.extracts or inputs.shapes):
        return build_roads(
            build_all(records["nodes"], build_node, problems),
            build_all(records["edges"], build_edge, problems),
            inputs.shapes,
            datum=datum,
            problems=problems,
            attribution=_credits(records),
        )
    if not inputs.extracts and inputs.shapes is not None:
        file, data = inputs.shapes
        return read_network(file, data, datum=datum, box=box, problems=problems)
    if inputs.shapes is not None:
        message = say("roads_twice", first=first)
        problems.append(Problem(inputs.shapes[0], message, severity="warning"))
    try:
        name, data = inputs.extracts[0]
        return read_osm_bytes(data, name, box=box)
    except DataError as error:
        problems += error.problems
        return None


def _credits(records: Records) -> str:
    """Return whose data the edges are, each named once."""
    credit_texts = [record.values.get("credit", "") for record in records["edges"]]
    return "; ".join(text for text in dict.fromkeys(credit_texts) if text)


def build_roads(
    nodes: Sequence[RoadNode],
    edges: Sequence[RoadEdge],
    shapes: tuple[str, bytes] | None,
    *,
    datum: Datum,
    problems: list[Problem],
    attribution: str = "",
) -> RoadNetwork | None:
    """
    Return the network of tables, or None without roads.

    Parameters
    ----------
    nodes, edges
        Rows of the tables as objects.
    shapes
        Name and content of a GeoJSON file with a line per ``edge_id``.
    datum
        Datum of the shapes; the nodes are WGS-84 already.
    problems
        Receives every problem.
    attribution
        Whose data it is; maps show it.
    """
    if not nodes or not edges:
        if nodes or edges:
            present, missing = ("nodes", "edges") if nodes else ("edges", "nodes")
            message = say(f"{present}_without_{missing}")
            problems.append(
                Problem(f"roads/{missing}.csv", message, severity="warning")
            )
        return None
    lines = {} if shapes is None else read_shapes(*shapes, datum, problems)
    by_id = {node.node_id: node for node in nodes}
    finished = []
    for edge in edges:
        of_table = tuple(
            to_wgs84(lat=lat, lon=lon, datum=datum) for lat, lon in edge.shape
        )
        points = of_table or lines.get(edge.edge_id, ())
        finished.append(_finish(edge, points, by_id, problems))
    # Edges of unknown nodes were reported, and are an error.
    known = [e for e in finished if e.from_node in by_id and e.to_node in by_id]
    roads = RoadNetwork.of(nodes, known, attribution=attribution)
    ele_m = roads.node_ele_m
    grade = with_grades(
        roads.grade,
        roads.length_m,
        ele_m[roads.start],
        ele_m[roads.end],
        roads.is_bridge,
    )
    return replace(roads, grade=grade)


def _finish(
    edge: RoadEdge,
    points: Points,
    nodes: dict[str, RoadNode],
    problems: list[Problem],
) -> RoadEdge:
    """Return the edge with inner points only, and with a length."""
    first, last = nodes.get(edge.from_node), nodes.get(edge.to_node)
    if first is None or last is None:  # reported as an unknown node already
        return edge
    start, end = (first.lat, first.lon), (last.lat, last.lon)
    line = list(points)
    if line and gap_m(start, line[0]) > gap_m(start, line[-1]):
        line.reverse()  # drawn from its end
    # A line may be given with its ends or without them.
    if line and gap_m(start, line[0]) <= _SAME_M:
        line = line[1:]
    if line and gap_m(end, line[-1]) <= _SAME_M:
        line = line[:-1]
    length_m = edge.length_m
    if length_m < 0:
        length_m = _length_m((start, *line, end))
    straight_m = gap_m(start, end)
    # A kilometre of slack for tunnels, bridges and coarse positions.
    if length_m < straight_m * 0.9 - 1000:
        message = say(
            "road_shorter_than_line",
            edge=edge.edge_id,
            length_m=length_m,
            straight_m=straight_m,
        )
        problems.append(Problem("edges", message, severity="warning"))
    return replace(edge, length_m=length_m, shape=tuple(line))


def _length_m(points: Points) -> float:
    return sum(gap_m(one, other) for one, other in itertools.pairwise(points))
