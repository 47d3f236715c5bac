"""The benchmark of travel matrices, on a small grid."""

from __future__ import annotations

import numpy as np

from benchmarks.roads.command import row
from dispatch.geo import cache
from dispatch.roads import RoadEdge, RoadNetwork, RoadNode

SIDE = 15


def grid() -> RoadNetwork:
    rng = np.random.default_rng(5)
    nodes = [
        RoadNode(node_id=f"n{i}", lat=i // SIDE * 0.01, lon=100 + i % SIDE * 0.01)
        for i in range(SIDE * SIDE)
    ]
    pairs = [(i, i + 1) for i in range(SIDE * SIDE) if (i + 1) % SIDE]
    pairs += [(i, i + SIDE) for i in range(SIDE * (SIDE - 1))]
    edges = [
        RoadEdge(
            edge_id=f"e{k}",
            from_node=f"n{a}",
            to_node=f"n{b}",
            length_m=float(rng.integers(1_112, 1_900)),
            road_class="county",
        )
        for k, (a, b) in enumerate(pairs)
    ]
    return RoadNetwork.of(nodes, edges)


def test_a_row_has_figures_that_agree(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path))
    cells = row(grid(), 40)
    assert len(cells) == 10
    assert cells[0] == "40"
    assert float(cells[-1]) < 1e-6
