"""The roads that a class of trucks may use, as a sparse graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

if TYPE_CHECKING:
    import numpy.typing as npt

    from dispatch.roads import RoadNetwork
    from dispatch.scenario import Truck

#: Speed of a loaded water truck where the table gives none, km/h by road class;
#: a planning assumption of this project.
SPEED_KM_H: Final = {"county": 45.0, "township": 35.0, "village": 25.0, "lane": 12.0}
OTHER_SPEED_KM_H: Final = 20.0
#: Dijkstra's rows at once, so that memory stays small on large networks.
_CHUNK: Final = 64


def edge_speeds_km_h(roads: RoadNetwork) -> npt.NDArray[np.float64]:
    """Return the speed on every road, by its class where it has none of its own."""
    by_class = [
        SPEED_KM_H.get(c.casefold(), OTHER_SPEED_KM_H) for c in roads.road_class
    ]
    return np.where(np.isnan(roads.speed_km_h), by_class, roads.speed_km_h)


def usable_edges(roads: RoadNetwork, truck: Truck) -> npt.NDArray[np.bool_]:
    """Return for every edge whether the truck is light and narrow enough."""
    usable = np.ones(roads.num_edges, dtype=np.bool_)
    if truck.gross_t is not None:
        usable &= ~(roads.max_gross_t < truck.gross_t)
    if truck.width_m is not None:
        usable &= ~(roads.width_m < truck.width_m)
    return usable


@dataclass(frozen=True, slots=True)
class RoadGraph:
    """
    Directed links between road nodes, the fastest of parallel roads only.

    Attributes
    ----------
    links
        Shape (N, N), sparse: seconds from row to column.
    keys, edge_idx
        Sorted ``row * N + column`` of every link, and the edge it stands for.
    length_m
        Metres of every edge.
    """

    links: csr_array
    keys: npt.NDArray[np.int64]
    edge_idx: npt.NDArray[np.int64]
    length_m: npt.NDArray[np.float64]

    @property
    def num_nodes(self) -> int:
        """Number of road nodes."""
        return int(self.links.shape[0])

    def components(self) -> npt.NDArray[np.int32]:
        """Return a number per node; two nodes reach each other if theirs are equal."""
        labels: npt.NDArray[np.int32] = connected_components(
            self.links, directed=True, connection="strong"
        )[1]
        return labels

    def edges_between(
        self, from_idx: npt.NDArray[np.int64], to_idx: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """Return the edge of every link, given by its nodes."""
        at = np.searchsorted(self.keys, from_idx * self.num_nodes + to_idx)
        return self.edge_idx[at]

    def shortest(
        self, nodes: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return seconds and metres of the fastest ways between some nodes; inf."""
        seconds = np.full((len(nodes), len(nodes)), np.inf)
        metres = np.full((len(nodes), len(nodes)), np.inf)
        for start in range(0, len(nodes), _CHUNK):
            rows = nodes[start : start + _CHUNK]
            times, before = dijkstra(
                self.links, directed=True, indices=rows, return_predecessors=True
            )
            block = slice(start, start + len(rows))
            seconds[block] = times[:, nodes]
            metres[block] = self._metres(rows, nodes, before)
        return seconds, metres

    def _metres(
        self,
        rows: npt.NDArray[np.int64],
        nodes: npt.NDArray[np.int64],
        before: npt.NDArray[np.int32],
    ) -> npt.NDArray[np.float64]:
        """Return the metres of the fastest ways, walking them all back at once."""
        row_idx, column_idx = np.divmod(np.arange(len(rows) * len(nodes)), len(nodes))
        at = nodes[column_idx].astype(np.int64)
        total = np.zeros(len(at))
        active = np.flatnonzero(at != rows[row_idx])
        while len(active):
            previous = before[row_idx[active], at[active]].astype(np.int64)
            lost = previous < 0
            total[active[lost]] = np.inf
            active, previous = active[~lost], previous[~lost]
            edges = self.edges_between(previous, at[active])
            total[active] += self.length_m[edges]
            at[active] = previous
            active = active[previous != rows[row_idx[active]]]
        return total.reshape(len(rows), len(nodes))

    def path_edges(self, from_idx: int, to_idx: int) -> list[tuple[int, int, int]]:
        """Return (from node, edge, to node) along the fastest way; empty if none."""
        _, predecessors = dijkstra(
            self.links, directed=True, indices=[from_idx], return_predecessors=True
        )
        before = predecessors[0]
        path: list[tuple[int, int, int]] = []
        at = to_idx
        while at != from_idx:
            previous = int(before[at])
            if previous < 0:
                return []
            edge = self.edges_between(np.array([previous]), np.array([at]))
            path.append((previous, int(edge[0]), at))
            at = previous
        return path[::-1]


def build_graph(roads: RoadNetwork, usable: npt.NDArray[np.bool_]) -> RoadGraph:
    """Return the graph of the usable edges; roads not one-way count both ways."""
    num_nodes, length_m = roads.num_nodes, roads.length_m
    # An explicit zero would be no link at all.
    seconds = np.maximum(length_m * 3.6 / edge_speeds_km_h(roads), 1e-6)
    start, end = roads.start, roads.end
    both = usable & ~roads.one_way
    there, back = np.flatnonzero(usable), np.flatnonzero(both)
    edge_idx = np.concatenate([there, back])
    from_idx = np.concatenate([start[there], end[back]])
    to_idx = np.concatenate([end[there], start[back]])
    # Of parallel roads the fastest: sorted by key, then time, the first of each key.
    keys = from_idx * num_nodes + to_idx
    order = np.lexsort((seconds[edge_idx], keys))
    keys, first = np.unique(keys[order], return_index=True)
    edge_idx = edge_idx[order][first]
    links = csr_array(
        (seconds[edge_idx], (keys // num_nodes, keys % num_nodes)),
        shape=(num_nodes, num_nodes),
    )
    return RoadGraph(links, keys, edge_idx, length_m)
