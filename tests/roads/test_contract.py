"""The contracted graph gives the ways of the whole network, on random ones."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import floyd_warshall

from dispatch.model.road_limits import RoadLimit
from dispatch.model.roads import RoadEdge, RoadNetwork, RoadNode
from dispatch.roads.contract import contract
from dispatch.roads.graph import build_graph
from dispatch.roads.limits import MatchedLimit, Stretch
from dispatch.roads.parts import cut_roads
from dispatch.roads.snap import Snaps
from tests.roads.real_roads import parts_of


@st.composite
def networks(draw: st.DrawFn) -> RoadNetwork:
    """Draw chains, dead ends, loops, parallel and one-way roads, islands."""
    num_nodes = draw(st.integers(2, 14))
    node = st.integers(0, num_nodes - 1)
    ends = draw(st.lists(st.tuples(node, node), min_size=1, max_size=22))
    nodes = [
        RoadNode(node_id=f"n{k}", lat=0.001 * k, lon=100) for k in range(num_nodes)
    ]
    edges = [
        RoadEdge(
            edge_id=f"e{k}",
            from_node=f"n{a}",
            to_node=f"n{b}",
            length_m=draw(st.sampled_from([0.0, 10.0, 30.0, 70.0, 310.0])),
            one_way=draw(st.booleans()),
        )
        for k, (a, b) in enumerate(ends)
    ]
    return RoadNetwork.of(nodes, edges)


def whole_network_m(roads: RoadNetwork) -> np.ndarray:
    """Return shortest lengths between all nodes, by another algorithm."""
    dense = np.full((roads.num_nodes, roads.num_nodes), np.inf)
    np.fill_diagonal(dense, 0)
    for a, b, length_m, one_way in zip(
        roads.start, roads.end, roads.length_m, roads.one_way, strict=True
    ):
        dense[a, b] = min(dense[a, b], length_m)
        if not one_way:
            dense[b, a] = min(dense[b, a], length_m)
    # A dense zero would read as "no link".
    return floyd_warshall(np.where(dense == 0, 1e-5, dense))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(networks(), st.data())
def test_shortest_ways_stay_the_same(roads: RoadNetwork, data: st.DataObject) -> None:
    chosen = data.draw(st.sets(st.integers(0, roads.num_nodes - 1), min_size=1))
    terminals = np.array(sorted(chosen))
    parts = parts_of(roads)
    chains = contract(parts, terminals)
    back = np.where(roads.one_way[parts.edge_idx], np.inf, parts.length_m)
    graph = build_graph(chains, parts.length_m, back, parts.length_m)
    at = np.searchsorted(chains.nodes, terminals)
    ways = graph.fastest(at, at)
    expected = whole_network_m(roads)[np.ix_(terminals, terminals)]
    np.testing.assert_allclose(ways.seconds, expected, atol=1e-3)
    np.testing.assert_allclose(ways.metres, expected, atol=1e-3)
    # The reversed graph has the same ways, read the other way round.
    reverse = build_graph(chains, back, parts.length_m, parts.length_m).fastest(at, at)
    np.testing.assert_allclose(reverse.seconds.T, expected, atol=1e-3)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(networks(), st.data())
def test_cuts_do_not_change_any_length(roads: RoadNetwork, data: st.DataObject) -> None:
    """Places on edges and ends of limits only add nodes."""
    edge = st.integers(0, roads.num_edges - 1)
    share = st.floats(0, 1)
    spots = data.draw(st.lists(st.tuples(edge, share), max_size=5))
    pairs = data.draw(st.lists(st.tuples(edge, share, share), max_size=4))
    snaps = Snaps(
        edge_idx=np.array([e for e, _ in spots], dtype=np.int64),
        share=np.array([s for _, s in spots]),
        node_idx=np.full(len(spots), -1, dtype=np.int64),
        gap_m=np.zeros(len(spots)),
    )
    limit = MatchedLimit(
        RoadLimit(limit_id="L", is_closed=True),
        tuple(Stretch(e, min(a, b), max(a, b)) for e, a, b in pairs),
    )
    parts = cut_roads(roads, snaps, [limit])
    sums = np.bincount(
        parts.edge_idx, weights=parts.length_m, minlength=roads.num_edges
    )
    np.testing.assert_allclose(sums, roads.length_m, atol=1e-6)
    terminals = np.arange(roads.num_nodes)
    chains = contract(parts, terminals)
    back = np.where(roads.one_way[parts.edge_idx], np.inf, parts.length_m)
    graph = build_graph(chains, parts.length_m, back, parts.length_m)
    at = np.searchsorted(chains.nodes, terminals)
    np.testing.assert_allclose(
        graph.fastest(at, at).seconds, whole_network_m(roads), atol=1e-3
    )
    # A place stands where it was put, to half a metre.
    where = {}
    for part in range(len(parts.edge_idx)):
        where.setdefault(int(parts.start[part]), []).append(
            (int(parts.edge_idx[part]), float(parts.early[part]))
        )
        where.setdefault(int(parts.end[part]), []).append(
            (int(parts.edge_idx[part]), float(parts.late[part]))
        )
    for (on, at_share), node in zip(spots, parts.place_node, strict=True):
        gaps = [
            abs(found - at_share) * roads.length_m[on]
            for which, found in where[int(node)]
            if which == on
        ]
        assert min(gaps) <= 1.0
