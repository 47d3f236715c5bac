"""Which roads lie between the others: trucks can come to them and go on from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from dispatch.roads.truck_class import may_drive

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch.arrays import Ints, Mask
    from dispatch.model.roads import RoadNetwork
    from dispatch.roads.speeds import RoadSpeeds
    from dispatch.roads.truck_class import TruckProfile


#: What a place is to the trucks: they come to a village loaded and leave it empty,
#: at a source it is the other way round, at a depot they are empty both ways.
Role = Literal["depot", "source", "village"]
_IS_LOADED: Final[dict[Role, tuple[bool, bool]]] = {
    "depot": (False, False),
    "source": (False, True),
    "village": (True, False),
}
#: No truck may stop on these.
_NO_STOPPING: Final = frozenset({"motorway", "motorway_link"})


class OpenEdges(NamedTuple):
    """Which edges a class of trucks may drive, by direction; shape (E,) each."""

    empty_ahead: Mask
    empty_back: Mask
    loaded_ahead: Mask
    loaded_back: Mask

    def either(self) -> Mask:
        """Return the edges that can be driven at all."""
        either: Mask = self.empty_ahead | self.empty_back
        return either | self.loaded_ahead | self.loaded_back

    def of_load(self, *, is_loaded: bool) -> tuple[Mask, Mask]:
        """
        Return the edges open ahead and back.

        Parameters
        ----------
        is_loaded
            Whether the truck carries water.

        Returns
        -------
        tuple[Mask, Mask]
            Shape (E,) each: along and against the edge.
        """
        if is_loaded:
            return self.loaded_ahead, self.loaded_back
        return self.empty_ahead, self.empty_back


@dataclass(frozen=True, slots=True)
class Access:
    """
    Where trucks of a role can come to and go on from; by edge (E,) and node (N,).

    Attributes
    ----------
    come, go
        Whether a point of the edge is reached from the main roads, and whether
        these are reached from there.
    node_come, node_go
        The same for nodes.
    """

    come: Mask
    go: Mask
    node_come: Mask
    node_go: Mask


def open_edges(
    profile: TruckProfile, roads: RoadNetwork, speeds: RoadSpeeds
) -> OpenEdges:
    """
    Return which edges a class of trucks may drive, without closures of the day.

    Parameters
    ----------
    profile
        Weight and size of the class.
    roads
        The road network of the scenario, as columns.
    speeds
        Speeds on every edge; 0 is impassable.
    """
    allowed = may_drive(profile, roads, speeds)
    either_way = allowed & ~roads.one_way
    return OpenEdges(
        allowed & (speeds.empty_ahead > 0),
        either_way & (speeds.empty_back > 0),
        allowed & (speeds.loaded_ahead > 0),
        either_way & (speeds.loaded_back > 0),
    )


def may_stop(roads: RoadNetwork) -> Mask:
    """Return the edges on which a truck may stop: no motorways, no barriers."""
    classes = np.array([name not in _NO_STOPPING for name in roads.road_class])
    stop: Mask = (roads.length_m > 0) & classes.astype(np.bool_)
    return stop


def main_nodes(roads: RoadNetwork, ways: OpenEdges, near: dict[Role, Ints]) -> Mask:
    """
    Return the nodes of the main roads, shape (N,).

    Parameters
    ----------
    roads
        The network.
    ways
        What the class may drive.
    near
        The nearest edges of depots and sources, -1 where none is near.

    Notes
    -----
    Main are the largest set of roads that all reach each other, by length, and every
    other such set with a depot and a source of its own: trucks can work there.
    """
    ahead, back = ways.of_load(is_loaded=True)
    labels = connected_components(
        _links(roads, ahead, back), directed=True, connection="strong"
    )[1]
    first, last = labels[roads.start], labels[roads.end]
    inner = (first == last) & (ahead | back)
    sizes = np.bincount(first[inner], weights=roads.length_m[inner])
    if not len(sizes) or sizes.max() <= 0:
        return np.zeros(roads.num_nodes, dtype=np.bool_)
    with_role = [
        {int(first[edge]) for edge in near[role].tolist() if edge >= 0 and inner[edge]}
        for role in ("depot", "source")
    ]
    chosen = [int(np.argmax(sizes)), *(with_role[0] & with_role[1])]
    return np.isin(labels, chosen)


def _links(roads: RoadNetwork, ahead: Mask, back: Mask) -> coo_array:
    start = np.concatenate([roads.start[ahead], roads.end[back]])
    end = np.concatenate([roads.end[ahead], roads.start[back]])
    shape = (roads.num_nodes, roads.num_nodes)
    return coo_array((np.ones(len(start)), (start, end)), shape=shape)


def _reached(roads: RoadNetwork, ahead: Mask, back: Mask, main: Mask) -> Mask:
    """Return the nodes that are reached from the main ones, these included."""
    links = _links(roads, ahead, back)
    begin = np.flatnonzero(main)
    # One more node leads to all of them: one search instead of many.
    one = roads.num_nodes
    rows = np.concatenate([links.row, np.full(len(begin), one)])
    columns = np.concatenate([links.col, begin])
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(one + 1, one + 1))
    order = breadth_first_order(graph.tocsr(), one, return_predecessors=False)
    is_reached = np.zeros(one + 1, dtype=np.bool_)
    is_reached[order] = True
    return is_reached[:one]


class AccessFinder:
    """
    Where the trucks of classes can come and go; each class is searched once.

    Parameters
    ----------
    near
        The nearest edges of depots and sources.
    """

    def __init__(self, roads: RoadNetwork, near: dict[Role, Ints]) -> None:
        self._roads, self._near = roads, near
        self._main: dict[int, Mask] = {}
        self._found: dict[tuple[int, Role], Access] = {}
        # Keys are ids: the classes must live as long.
        self._kept: list[OpenEdges] = []

    def access(self, classes: Sequence[OpenEdges], role: Role) -> Access:
        """
        Return where trucks of any of the classes can come and go for a role.

        Parameters
        ----------
        classes
            What each class of trucks may drive.
        role
            Decides in which direction they come loaded.

        Returns
        -------
        Access
            By edge and node. Coming and going must hold for one and the same class.
        """
        of_classes = [self._of_class(ways, role) for ways in classes]
        edges, nodes = self._roads.num_edges, self._roads.num_nodes
        # Come and go must hold for one and the same class.
        both = _any((a.come & a.go for a in of_classes), edges)
        node_both = _any((a.node_come & a.node_go for a in of_classes), nodes)
        come = _any((a.come for a in of_classes), edges)
        go = _any((a.go for a in of_classes), edges) & (both | ~come)
        node_come = _any((a.node_come for a in of_classes), nodes)
        node_go = _any((a.node_go for a in of_classes), nodes) & (
            node_both | ~node_come
        )
        return Access(come, go, node_come, node_go)

    def _of_class(self, ways: OpenEdges, role: Role) -> Access:
        if id(ways) not in self._main:
            self._kept.append(ways)
            self._main[id(ways)] = main_nodes(self._roads, ways, self._near)
        key = id(ways), role
        if key not in self._found:
            main = self._main[id(ways)]
            self._found[key] = _of_class(self._roads, ways, main, role)
        return self._found[key]


def _any(masks: Iterable[Mask], size: int) -> Mask:
    result = np.zeros(size, dtype=np.bool_)
    for mask in masks:
        result |= mask
    return result


def _of_class(roads: RoadNetwork, ways: OpenEdges, main: Mask, role: Role) -> Access:
    is_loaded_in, is_loaded_out = _IS_LOADED[role]
    ahead, back = ways.of_load(is_loaded=is_loaded_in)
    reached = _reached(roads, ahead, back, main)
    come = (ahead & reached[roads.start]) | (back & reached[roads.end])
    ahead, back = ways.of_load(is_loaded=is_loaded_out)
    returns = _reached(roads, back, ahead, main)
    go = (ahead & returns[roads.end]) | (back & returns[roads.start])
    return Access(come, go, reached, returns)


def pieces(roads: RoadNetwork, usable: Mask) -> Ints:
    """
    Return the number of its connected piece for every node, shape (N,).

    Parameters
    ----------
    roads
        The network.
    usable
        Shape (E,): edges that join their nodes, in both directions.
    """
    none = np.zeros(roads.num_edges, dtype=np.bool_)
    links = _links(roads, usable, none)
    labels: Ints = connected_components(links, directed=False)[1].astype(np.int64)
    return labels
