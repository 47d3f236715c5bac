"""Four real extracts against shortest lengths that another program found."""

from __future__ import annotations

import csv
import gzip
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from dispatch.model.roads import OPEN
from dispatch.roads.osm.extract import read_osm

if TYPE_CHECKING:
    from dispatch.model.roads import RoadNetwork

REAL = Path(__file__).parents[3].parent / "shared" / "data" / "roads_real"
NETWORKS = (
    "andorra_2013",
    "heidelberg_odenwald",
    "liechtenstein_2015",
    "north_bayreuth_2014",
)


def rows(name: str) -> list[dict[str, str]]:
    with gzip.open(REAL / f"{name}.csv.gz", "rt", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def usable(roads: RoadNetwork, profile: str) -> np.ndarray:
    """Return the edges that the oracle used; it knew nothing of barriers."""
    if profile == "any":
        return np.ones(roads.num_edges, dtype=np.bool_)
    soft = np.isin(np.array(roads.tracktype), ["grade4", "grade5"])
    low = (roads.max_gross_t < 12) | (roads.width_m < 2.5) | (roads.max_height_m < 3.5)
    is_barrier = np.array([label.startswith("n") for label in roads.edge_ids])
    return is_barrier | ((roads.access == OPEN) & ~soft & ~low)


def lengths_m(roads: RoadNetwork, nodes: list[int], usable: np.ndarray) -> np.ndarray:
    """Return the shortest lengths between nodes, by usable edges in their direction."""
    both = usable & ~roads.one_way
    start = np.concatenate([roads.start[usable], roads.end[both]])
    end = np.concatenate([roads.end[usable], roads.start[both]])
    length_m = np.concatenate([roads.length_m[usable], roads.length_m[both]])
    # Sums of parallel edges would be wrong: the shortest of each pair only.
    keys = start * roads.num_nodes + end
    order = np.lexsort((length_m, keys))
    keys, first = np.unique(keys[order], return_index=True)
    shape = (roads.num_nodes, roads.num_nodes)
    cells = (keys // roads.num_nodes, keys % roads.num_nodes)
    links = csr_array((np.maximum(length_m[order][first], 1e-9), cells), shape=shape)
    return dijkstra(links, indices=nodes)[:, nodes]


#: Closed to trucks in one direction by ``access:backward``, ``hgv:backward`` or
#: ``oneway:motor_vehicle``, which the oracle's makers did not look at.
ONE_WAY_FOR_TRUCKS = (
    *("29993649", "59227112", "88675611", "150549947"),
    *("191209778", "210344982", "284838268"),
)


def both_ways_as_the_oracle(roads: RoadNetwork) -> RoadNetwork:
    """Return the roads with those ways open in both directions."""
    named = [label.rpartition("-")[0] in ONE_WAY_FOR_TRUCKS for label in roads.edge_ids]
    assert roads.one_way[named].all()
    return replace(roads, one_way=roads.one_way & ~np.array(named))


@pytest.mark.parametrize("profile", ["any", "truck12t"])
@pytest.mark.parametrize("name", NETWORKS)
def test_shortest_lengths_agree_with_the_oracle(name: str, profile: str) -> None:
    if not REAL.is_dir():
        pytest.skip("the shared road networks are not beside this checkout")
    roads = both_ways_as_the_oracle(read_osm(REAL / f"{name}.osm.pbf"))
    position = {label: idx for idx, label in enumerate(roads.node_ids)}
    label_of = {row["node"]: row["osm_id"] for row in rows(f"{name}_nodes")}
    pairs = [
        row
        for row in rows("shortest_length_oracle")
        if row["network"] == name and row["profile"] == profile
    ]
    ends = sorted({row[key] for row in pairs for key in ("from_node", "to_node")})
    nodes = [position[label_of[end]] for end in ends]
    found = lengths_m(roads, nodes, usable(roads, profile))
    assert len(pairs) > 300
    for row in pairs:
        metres = found[ends.index(row["from_node"]), ends.index(row["to_node"])]
        expected = float(row["length_m"]) if row["length_m"] else np.inf
        assert metres == pytest.approx(expected, rel=0.005)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_networks_are_as_long_as_the_prepared_ones(name: str) -> None:
    if not REAL.is_dir():
        pytest.skip("the shared road networks are not beside this checkout")
    roads = read_osm(REAL / f"{name}.osm.pbf")
    expected_m = sum(float(row["length_m"]) for row in rows(f"{name}_edges"))
    assert roads.length_m.sum() == pytest.approx(expected_m, rel=0.005)
    assert np.isfinite(roads.length_m).all()
    assert len(set(roads.edge_ids)) == roads.num_edges
    assert len(set(roads.node_ids)) == roads.num_nodes
