"""Edges cut where places stand and where limits begin and end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import Floats, Ints, Mask
    from dispatch.model.roads import RoadNetwork
    from dispatch.roads.limits import MatchedLimit
    from dispatch.roads.snap import Snaps


#: Cuts nearer than this to each other or to a junction are one.
_SAME_M: Final = 0.5


@dataclass(frozen=True, slots=True)
class RoadParts:
    """
    The network with a node wherever something begins; R parts.

    Attributes
    ----------
    edge_idx, early, late
        Shape (R,): part of which edge, from which share of its length to which.
    start, end
        Shape (R,): nodes; those of the network keep their numbers.
    num_nodes
        Nodes of the network and of the cuts.
    place_node
        Shape (P,): node of every place, -1 where no road is near.
    length_m
        Shape (R,).
    """

    edge_idx: Ints
    early: Floats
    late: Floats
    start: Ints
    end: Ints
    num_nodes: int
    place_node: Ints
    length_m: Floats

    def inside(self, matched: MatchedLimit) -> Mask:
        """Return which parts a limit touches, shape (R,)."""
        touched = np.zeros(len(self.edge_idx), dtype=np.bool_)
        middle = (self.early + self.late) / 2
        for edge, early, late in matched.stretches:
            of_edge = slice(*np.searchsorted(self.edge_idx, [edge, edge + 1]))
            touched[of_edge] |= (middle[of_edge] >= early) & (middle[of_edge] <= late)
        return touched


def cut_roads(
    roads: RoadNetwork, snaps: Snaps, limits: Sequence[MatchedLimit]
) -> RoadParts:
    """
    Return the parts, places first: their nodes do not depend on the limits.

    Parameters
    ----------
    roads
        The road network of the scenario, as columns.
    snaps
        Where the places meet the roads.
    limits
        Every limit of the day; edges are cut where one begins or ends.
    """
    on_edge = snaps.edge_idx >= 0
    place_edge, place_share = snaps.edge_idx[on_edge], snaps.share[on_edge]
    stretches = [stretch for matched in limits for stretch in matched.stretches]
    limit_edge = np.array([s.edge_idx for s in stretches for _ in (0, 1)], np.int64)
    limit_share = np.array([share for s in stretches for share in (s.early, s.late)])
    place_cut_edge, place_cut_share, place_cut_node, next_node = _cuts(
        roads, place_edge, place_share, (), roads.num_nodes
    )
    cut_edge, cut_share, cut_node, next_node = _cuts(
        roads,
        limit_edge,
        limit_share,
        (place_cut_edge, place_cut_share, place_cut_node),
        next_node,
    )
    place_node = snaps.node_idx.copy()
    place_node[on_edge] = _node_at(
        roads, place_edge, place_share, place_cut_edge, place_cut_share, place_cut_node
    )
    edges = np.arange(roads.num_edges)
    none, all_of = np.zeros(roads.num_edges), np.ones(roads.num_edges)
    edge = np.concatenate([edges, edges, cut_edge])
    share = np.concatenate([none, all_of, cut_share])
    node = np.concatenate([roads.start, roads.end, cut_node])
    order = np.lexsort((share, edge))
    edge, share, node = edge[order], share[order], node[order]
    first = np.flatnonzero(edge[:-1] == edge[1:])
    length_m = roads.length_m[edge[first]] * (share[first + 1] - share[first])
    return RoadParts(
        edge_idx=edge[first],
        early=share[first],
        late=share[first + 1],
        start=node[first],
        end=node[first + 1],
        num_nodes=next_node,
        place_node=place_node,
        length_m=length_m,
    )


def _cuts(
    roads: RoadNetwork,
    edge: Ints,
    share: Floats,
    known: tuple[Ints, Floats, Ints] | tuple[()],
    next_node: int,
) -> tuple[Ints, Floats, Ints, int]:
    """Return known and new cuts, sorted by edge and share, with their nodes."""
    length_m = roads.length_m[edge]
    inner = (share * length_m >= _SAME_M) & ((1 - share) * length_m >= _SAME_M)
    edge, share = edge[inner], share[inner]
    node = np.full(len(edge), -1, dtype=np.int64)
    if known:
        edge = np.concatenate([known[0], edge])
        share = np.concatenate([known[1], share])
        node = np.concatenate([known[2], node])
    order = np.lexsort((node < 0, share, edge))
    edge, share, node = edge[order], share[order], node[order]
    # A new cut that is as good as the one before it is the same.
    kept = np.ones(len(edge), dtype=np.bool_)
    last = -1
    for idx in range(len(edge)):
        is_same = (
            last >= 0
            and edge[idx] == edge[last]
            and (share[idx] - share[last]) * roads.length_m[edge[idx]] < _SAME_M
        )
        if is_same and node[idx] < 0:
            kept[idx] = False
        elif is_same and node[last] < 0:
            kept[last], last = False, idx
        else:
            last = idx
    edge, share, node = edge[kept], share[kept], node[kept]
    fresh = np.flatnonzero(node < 0)
    node[fresh] = next_node + np.arange(len(fresh))
    return edge, share, node, next_node + len(fresh)


def _node_at(
    roads: RoadNetwork,
    edge: Ints,
    share: Floats,
    cut_edge: Ints,
    cut_share: Floats,
    cut_node: Ints,
) -> Ints:
    """Return the node at a share of an edge: one of its ends or a cut."""
    nodes = np.empty(len(edge), dtype=np.int64)
    for idx, (which, part) in enumerate(zip(edge, share, strict=True)):
        early, late = np.searchsorted(cut_edge, [which, which + 1])
        shares = np.concatenate([[0.0], cut_share[early:late], [1.0]])
        ends = [roads.start[which], *cut_node[early:late], roads.end[which]]
        nodes[idx] = ends[int(np.argmin(np.abs(shares - part)))]
    return nodes
