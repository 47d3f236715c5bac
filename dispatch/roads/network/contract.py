"""A road network without dead ends and bends, which no path between places needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from dispatch.arrays import Floats, Ints, Mask
    from dispatch.roads.network.parts import RoadParts


@dataclass(frozen=True, slots=True)
class Chains:
    """
    Stretches from junction to junction, each a chain of parts; K nodes, C chains.

    Attributes
    ----------
    nodes
        Shape (K,): numbers of the kept nodes among those of the parts, sorted.
    start, end
        Shape (C,): positions in ``nodes``.
    part_at, part_idx, is_ahead
        Parts of chain c are ``part_at[c]:part_at[c + 1]``, in order; whether each
        is driven from its start to its end.
    """

    nodes: Ints
    start: Ints
    end: Ints
    part_at: Ints
    part_idx: Ints
    is_ahead: Mask

    def sums(self, ahead: Floats, back: Floats) -> tuple[Floats, Floats]:
        """
        Return the sums along every chain and against it, each of shape (C,).

        Parameters
        ----------
        ahead, back
            Shape (R,): a value of every part in either direction; inf: closed.
        """
        if not len(self.start):
            return np.zeros(0), np.zeros(0)
        forward = np.where(self.is_ahead, ahead[self.part_idx], back[self.part_idx])
        reverse = np.where(self.is_ahead, back[self.part_idx], ahead[self.part_idx])
        first = self.part_at[:-1]
        return np.add.reduceat(forward, first), np.add.reduceat(reverse, first)


def contract(parts: RoadParts, terminals: Ints) -> Chains:
    """
    Return the chains between junctions and terminals.

    Parameters
    ----------
    parts
        The cut network.
    terminals
        Nodes where paths start or end, that is the places; they are kept.

    Notes
    -----
    Exact: a dead end without a terminal is on no shortest way, and a node with two
    neighbours that is no terminal is passed straight through. Whether a part may be
    driven does not matter here, so closures leave the chains as they are.
    """
    is_terminal = np.zeros(parts.num_nodes, dtype=np.bool_)
    is_terminal[terminals] = True
    alive = _without_dead_ends(parts, is_terminal)
    is_kept = is_terminal | (_degrees(parts, alive) > 2)
    return _walk(parts, alive, is_kept)


def _without_dead_ends(parts: RoadParts, is_terminal: Mask) -> Mask:
    """Return whether each part is on the way between two terminals, or on a loop."""
    alive: Mask = parts.start != parts.end
    live = np.flatnonzero(alive)
    degree = _degrees(parts, alive).tolist()
    # The exclusive or of the parts at a node: of one part, it is that part.
    links = np.zeros(parts.num_nodes, dtype=np.int64)
    np.bitwise_xor.at(links, parts.start[live], live)
    np.bitwise_xor.at(links, parts.end[live], live)
    link, both = links.tolist(), (parts.start + parts.end).tolist()
    keeps = is_terminal.tolist()
    loose = [n for n, d in enumerate(degree) if d == 1 and not keeps[n]]
    for node in loose:
        if degree[node] != 1:
            continue  # its part went from the other end
        part = link[node]
        alive[part] = False
        other = both[part] - node
        degree[node] = 0
        degree[other] -= 1
        link[other] ^= part
        if degree[other] == 1 and not keeps[other]:
            loose.append(other)
    return alive


def _degrees(parts: RoadParts, alive: Mask) -> Ints:
    ends = np.concatenate([parts.start[alive], parts.end[alive]])
    return np.bincount(ends, minlength=parts.num_nodes)


def _walk(parts: RoadParts, alive: Mask, is_kept: Mask) -> Chains:
    live = np.flatnonzero(alive)
    # Half-parts by the node that they leave from: part r as 2 r, against it 2 r + 1.
    half = np.concatenate([2 * live, 2 * live + 1])
    leaves = np.concatenate([parts.start[live], parts.end[live]])
    half = half[np.argsort(leaves, kind="stable")]
    first = np.searchsorted(np.sort(leaves), np.arange(parts.num_nodes + 1)).tolist()
    halves = half.tolist()
    ends = (parts.start.tolist(), parts.end.tolist())
    kept = is_kept.tolist()
    done = np.zeros(2 * len(parts.start), dtype=np.bool_).tolist()
    start, end, sizes, half_parts = [], [], [], []
    for node in np.flatnonzero(is_kept).tolist():
        for leaving in halves[first[node] : first[node + 1]]:
            if done[leaving]:
                continue
            chain, at = [], leaving
            while True:
                chain.append(at)
                done[at] = done[at ^ 1] = True
                arrived = ends[1 - (at & 1)][at >> 1]
                if kept[arrived]:
                    break
                one, other = halves[first[arrived] : first[arrived + 1]]
                at = other if one == at ^ 1 else one
            if arrived != node:
                start.append(node)
                end.append(arrived)
                sizes.append(len(chain))
                half_parts += chain
    nodes = np.flatnonzero(is_kept)
    walked = np.array(half_parts, dtype=np.int64)
    return Chains(
        nodes=nodes,
        start=np.searchsorted(nodes, np.array(start, dtype=np.int64)),
        end=np.searchsorted(nodes, np.array(end, dtype=np.int64)),
        part_at=np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]),
        part_idx=walked >> 1,
        is_ahead=(walked & 1) == 0,
    )
