"""Chains of road with the seconds of one class of trucks, and the fastest paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

if TYPE_CHECKING:
    import numpy.typing as npt

    from dispatch.arrays import Floats, Ints, Mask
    from dispatch.roads.network.contract import Chains


#: Dijkstra's rows at once, so that memory stays small on large networks.
_CHUNK: Final = 64
#: An explicit zero would be no link at all.
_MIN_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Paths:
    """
    The fastest paths from some nodes to others.

    Attributes
    ----------
    seconds, metres
        Shape (rows, targets); inf where there is no path.
    """

    seconds: Floats
    metres: Floats


@dataclass(frozen=True, slots=True)
class RoadGraph:
    """
    Directed links between the nodes of chains, the fastest of parallel ones only.

    Attributes
    ----------
    links
        Shape (K, K), sparse: seconds from row to column.
    keys
        Shape (L,), sorted: ``row * K + column`` of every link.
    chain_idx, is_ahead
        Shape (L,): the chain of every link, and whether it is driven along it.
    seconds, metres
        Shape (L,).
    """

    links: csr_array
    keys: Ints
    chain_idx: Ints
    is_ahead: Mask
    seconds: Floats
    metres: Floats

    @property
    def num_nodes(self) -> int:
        """Number of nodes."""
        return int(self.links.shape[0])

    def components(self) -> npt.NDArray[np.int32]:
        """Return a number per node; two nodes reach each other if theirs are equal."""
        labels: npt.NDArray[np.int32] = connected_components(
            self.links, directed=True, connection="strong"
        )[1]
        return labels

    def link_between(self, from_idx: Ints, to_idx: Ints) -> Ints:
        """
        Return the position of the link of every pair of neighbours.

        Parameters
        ----------
        from_idx, to_idx
            Nodes of one shape; each pair must have a link.
        """
        links: Ints = np.searchsorted(self.keys, from_idx * self.num_nodes + to_idx)
        return links

    def fastest(self, rows: Ints, targets: Ints) -> Paths:
        """
        Return the fastest paths from each of ``rows`` to each of ``targets``.

        Parameters
        ----------
        rows, targets
            Nodes of the graph.
        """
        shape = (len(rows), len(targets))
        seconds, metres = np.full(shape, np.inf), np.full(shape, np.inf)
        for first in range(0, len(rows), _CHUNK):
            block = slice(first, first + _CHUNK)
            times, before = dijkstra(
                self.links,
                directed=True,
                indices=rows[block],
                return_predecessors=True,
            )
            seconds[block] = times[:, targets]
            metres[block] = self._metres(targets, before)
        metres[np.isinf(seconds)] = np.inf
        return Paths(seconds, metres)

    def _metres(self, targets: Ints, before: npt.NDArray[np.int32]) -> Floats:
        """Return metres to the targets, of every row at once."""
        num_rows, num_nodes = before.shape
        flat = before.ravel().astype(np.int64)
        offset = np.arange(num_rows)[:, None] * num_nodes
        wanted = np.zeros(num_rows * num_nodes, dtype=np.bool_)
        front = np.unique((offset + targets[None, :]).ravel())
        while len(front):
            wanted[front] = True
            parent = flat[front]
            front, parent = front[parent >= 0], parent[parent >= 0]
            front = np.unique(front - front % num_nodes + parent)
            front = front[~wanted[front]]
        on_way = np.flatnonzero(wanted & (flat >= 0))
        row, node = np.divmod(on_way, num_nodes)
        link = self.link_between(flat[on_way], node)
        far_m = np.zeros(num_rows * num_nodes)
        far_m[on_way] = self.metres[link]
        # Every node asks its parent for what lies before it, then the parent's
        # parent, twice as far each time.
        jump = np.arange(num_rows * num_nodes)
        jump[on_way] = row * num_nodes + flat[on_way]
        active = on_way
        while len(active):
            over = jump[active]
            far_m[active] += far_m[over]
            jump[active] = jump[over]
            active = active[jump[jump[active]] != jump[active]]
        to_targets: Floats = far_m.reshape(num_rows, num_nodes)[:, targets]
        return to_targets

    def reversed(self) -> RoadGraph:
        """Return the graph with every link turned round."""
        start, end = np.divmod(self.keys, self.num_nodes)
        keys = end * self.num_nodes + start
        order = np.argsort(keys)
        return RoadGraph(
            links=csr_array(self.links.T),
            keys=keys[order],
            chain_idx=self.chain_idx[order],
            is_ahead=~self.is_ahead[order],
            seconds=self.seconds[order],
            metres=self.metres[order],
        )

    def predecessors(self, from_idx: int) -> npt.NDArray[np.int32]:
        """Return the node before each on the fastest path from one node, (K,)."""
        _, before = dijkstra(
            self.links,
            directed=True,
            indices=np.array([from_idx]),
            return_predecessors=True,
        )
        first: npt.NDArray[np.int32] = before[0]
        return first

    def links_back(
        self, before: npt.NDArray[np.int32], from_idx: int, to_idx: int
    ) -> list[int]:
        """
        Return the links of a path, first to last; empty if there is none.

        Parameters
        ----------
        before
            Shape (K,), as `predecessors` of its start.
        from_idx, to_idx
            First and last node of the path.
        """
        links: list[int] = []
        at = to_idx
        while at != from_idx:
            previous = int(before[at])
            if previous < 0:
                return []
            links.append(
                int(np.searchsorted(self.keys, previous * self.num_nodes + at))
            )
            at = previous
        return links[::-1]


def build_graph(
    chains: Chains, ahead_s: Floats, back_s: Floats, length_m: Floats
) -> RoadGraph:
    """
    Return the graph of all chains that can be driven.

    Parameters
    ----------
    chains
        The contracted network.
    ahead_s, back_s
        Shape (R,): seconds of every part in either direction; inf: closed. With the two
        exchanged the graph is reversed.
    length_m
        Shape (R,): metres of every part.
    """
    num_nodes = len(chains.nodes)
    there_s, return_s = chains.sums(ahead_s, back_s)
    metres = chains.sums(length_m, length_m)[0]
    num_chains = len(chains.start)
    chain_idx = np.tile(np.arange(num_chains), 2)
    is_ahead = np.arange(2 * num_chains) < num_chains
    seconds = np.maximum(np.concatenate([there_s, return_s]), _MIN_S)
    keys = np.concatenate(
        [
            chains.start * num_nodes + chains.end,
            chains.end * num_nodes + chains.start,
        ]
    )
    # Of parallel links the fastest: sorted by key, then time, the first of each key.
    order = np.lexsort((metres[chain_idx], seconds, keys))
    order = order[np.isfinite(seconds[order])]
    keys, first = np.unique(keys[order], return_index=True)
    chosen = order[first]
    links = csr_array(
        (seconds[chosen], (keys // max(num_nodes, 1), keys % max(num_nodes, 1))),
        shape=(num_nodes, num_nodes),
    )
    return RoadGraph(
        links=links,
        keys=keys,
        chain_idx=chain_idx[chosen],
        is_ahead=is_ahead[chosen],
        seconds=seconds[chosen],
        metres=metres[chain_idx[chosen]],
    )
