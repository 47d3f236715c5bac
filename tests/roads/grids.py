"""Square networks for tests: roads to every neighbour, of random lengths."""

from __future__ import annotations

import numpy as np

from dispatch.model.roads import RoadEdge, RoadNetwork, RoadNode


def grid_network(side: int, *, shortest_m: int, seed: int) -> RoadNetwork:
    """Return ``side`` x ``side`` nodes 1.1 km apart and the county roads between."""
    rng = np.random.default_rng(seed)
    nodes = [
        RoadNode(node_id=f"n{i}", lat=i // side * 0.01, lon=100 + i % side * 0.01)
        for i in range(side * side)
    ]
    pairs = [(i, i + 1) for i in range(side * side) if (i + 1) % side]
    pairs += [(i, i + side) for i in range(side * (side - 1))]
    edges = [
        RoadEdge(
            edge_id=f"e{k}",
            from_node=f"n{a}",
            to_node=f"n{b}",
            length_m=float(rng.integers(shortest_m, 1_900)),
            road_class="county",
        )
        for k, (a, b) in enumerate(pairs)
    ]
    return RoadNetwork.of(nodes, edges)
