"""Roads -> the rows of ``nodes.csv`` and ``edges.csv`` that read back the same."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch.atomic import write_text
from dispatch.errors import DispatchError
from dispatch.files.tables.columns import tables
from dispatch.model.roads import CLOSED, NO_HEAVY, OPEN
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.files.tables.columns import Column
    from dispatch.model.roads import RoadEdge, RoadNetwork, RoadNode

Value = str | int | float | None
_ACCESS = {OPEN: None, NO_HEAVY: "no_heavy", CLOSED: "no"}


def road_rows(roads: RoadNetwork) -> dict[str, list[list[Value]]]:
    """
    Return the rows of the tables nodes and edges, cells as the columns stand.

    Notes
    -----
    Whose data it is stands in the first row of the edges.
    """
    columns = {name: tables()[name].columns for name in ("nodes", "edges")}
    return {
        "nodes": [_in_order(_node(n), columns["nodes"]) for n in roads.nodes()],
        "edges": [
            _in_order(
                {
                    **_edge(edge, roads.line(idx)),
                    "credit": roads.attribution if idx == 0 else None,
                },
                columns["edges"],
            )
            for idx, edge in enumerate(roads.edges())
        ],
    }


def write_roads(roads: RoadNetwork, folder: str | Path) -> list[Path]:
    """
    Return the paths of ``roads/nodes.csv`` and ``roads/edges.csv`` in a folder.

    Parameters
    ----------
    roads
        The network.
    folder
        Gets a folder ``roads``.

    Raises
    ------
    DispatchError
        If one of them is there already, or the folder cannot be written.
    """
    paths = []
    for name in ("nodes", "edges"):
        path = Path(folder) / "roads" / f"{name}.csv"
        if path.exists():
            raise DispatchError(say("roads_written_before", path=path))
    for name, rows in road_rows(roads).items():
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([column.name for column in tables()[name].columns])
        writer.writerows(rows)
        path = Path(folder) / "roads" / f"{name}.csv"
        paths.append(write_text(path, out.getvalue()))
    return paths


def _in_order(values: dict[str, Value], columns: Iterable[Column]) -> list[Value]:
    return [values.get(column.name) for column in columns]


def _node(node: RoadNode) -> dict[str, Value]:
    return {
        "node_id": node.node_id,
        "name": node.name,
        "lat": node.lat,
        "lon": node.lon,
        "ele_m": node.ele_m,
    }


def _edge(edge: RoadEdge, line: tuple[tuple[float, float], ...]) -> dict[str, Value]:
    points = ", ".join(f"{lon!r} {lat!r}" for lat, lon in line)
    return {
        "edge_id": edge.edge_id,
        "from": edge.from_node,
        "to": edge.to_node,
        "length_m": edge.length_m,
        "name": edge.name,
        "road_class": edge.road_class,
        "surface": edge.surface,
        "tracktype": edge.tracktype,
        "smoothness": edge.smoothness,
        "width_m": edge.width_m,
        "max_height_m": edge.max_height_m,
        "truck_speed_kmh": edge.speed_km_h,
        "max_speed_kmh": edge.max_speed_km_h,
        "max_weight_t": edge.max_gross_t,
        "grade_pct": _percent(edge.grade),
        "access": _ACCESS[edge.access],
        "bridge": "yes" if edge.is_bridge else "no",
        "one_way": "yes" if edge.one_way else "no",
        "rules": edge.rules or None,
        # With its ends, so that other programs draw the whole road.
        "shape": f"LINESTRING({points})" if edge.shape else None,
    }


def _percent(grade: float | None) -> float | None:
    # By decimals: 0.07 * 100 would be 7.000000000000001.
    return None if grade is None else float(Decimal(repr(grade)) * 100)
