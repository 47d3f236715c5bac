"""The real road networks beside the checkout, and the product's ways on them."""

from __future__ import annotations

import csv
import gzip
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from dispatch.model.roads import CLOSED, NO_HEAVY, OPEN, RoadEdge, RoadNetwork, RoadNode
from dispatch.roads.network.contract import contract
from dispatch.roads.network.graph import RoadGraph, build_graph
from dispatch.roads.network.parts import RoadParts, cut_roads
from dispatch.roads.snap import Snaps
from dispatch.roads.speeds import default_rules, road_speeds
from dispatch.roads.truck_class import TruckProfile, part_times

REAL = Path(__file__).parents[2].parent / "shared" / "data" / "roads_real"
NETWORKS = (
    "andorra_2013",
    "heidelberg_odenwald",
    "liechtenstein_2015",
    "north_bayreuth_2014",
)


def need_real_roads() -> None:
    if not REAL.is_dir():
        pytest.skip("the shared road networks are not beside this checkout")


def leading(text: str) -> float | None:
    number = ""
    for char in text.strip():
        if not (char.isdigit() or char == "."):
            break
        number += char
    return float(number) if number.strip(".") else None


@cache
def real_network(name: str) -> RoadNetwork:
    """Return a network with every edge at 36 km/h: fastest is shortest."""
    with gzip.open(REAL / f"{name}_nodes.csv.gz", "rt", encoding="utf-8") as stream:
        nodes = [
            RoadNode(node_id=row["node"], lat=float(row["lat"]), lon=float(row["lon"]))
            for row in csv.DictReader(stream)
        ]
    edges = []
    with gzip.open(REAL / f"{name}_edges.csv.gz", "rt", encoding="utf-8") as stream:
        for number, row in enumerate(csv.DictReader(stream)):
            ends = (row["u"], row["v"])
            if row["direction"] == "backward":
                ends = ends[::-1]
            shut = {row["access"], row["motor_vehicle"]} & {"no", "private"}
            edges.append(
                RoadEdge(
                    edge_id=str(number),
                    from_node=ends[0],
                    to_node=ends[1],
                    length_m=float(row["length_m"]),
                    speed_km_h=36,
                    road_class=row["highway"],
                    tracktype=row["tracktype"],
                    max_gross_t=leading(row["maxweight"]),
                    width_m=leading(row["maxwidth"]),
                    max_height_m=leading(row["maxheight"]),
                    access=CLOSED if shut else NO_HEAVY if row["hgv"] == "no" else OPEN,
                    one_way=row["direction"] != "both",
                )
            )
    return RoadNetwork.of(nodes, edges)


def parts_of(roads: RoadNetwork) -> RoadParts:
    nowhere = np.zeros(0, dtype=np.int64)
    return cut_roads(roads, Snaps(nowhere, np.zeros(0), nowhere, np.zeros(0)), ())


def graph_of(
    roads: RoadNetwork, profile: str, terminals: np.ndarray
) -> tuple[RoadGraph, np.ndarray]:
    """Return the graph of a profile and the positions of the terminals in it."""
    parts = parts_of(roads)
    chains = contract(parts, terminals)
    if profile == "any":
        ahead = parts.length_m / 10
        back = np.where(roads.one_way[parts.edge_idx], np.inf, ahead)
    else:
        truck = TruckProfile(gross_t=12, width_m=2.5, height_m=3.5)
        speeds = road_speeds(roads, default_rules())
        times = part_times(truck, roads, speeds, parts, ())
        ahead, back = times.loaded_ahead, times.loaded_back
    graph = build_graph(chains, ahead, back, parts.length_m)
    return graph, np.searchsorted(chains.nodes, terminals)
