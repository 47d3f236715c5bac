"""Places -> the points of usable roads where trucks leave them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from dispatch.geo.distance import haversine_m
from dispatch.roads.nearby import nearest_edges
from dispatch.roads.network.two_way import AccessFinder, may_stop, open_edges, pieces
from dispatch.roads.truck_class import TruckProfile, profile_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.arrays import Floats, Ints, Mask
    from dispatch.model.roads import RoadNetwork
    from dispatch.model.scenario import Scenario, Truck
    from dispatch.roads.network.two_way import Access, OpenEdges, Role
    from dispatch.roads.speeds import RoadSpeeds

#: A place farther from the road than this gets a warning.
NEAR_M: Final = 200.0
#: Farther than this a place has no road.
FAR_M: Final = 2000.0
#: A place moves from a road without a link to the others to one that is at most so
#: much farther: as far as hoses and carts bring water on from where a truck stops.
ISLAND_MOVE_M: Final = 200.0
#: From a road that hangs together with the others but cannot be left or reached
#: (a one-way sign in the map), it may be more: there is a road all the way.
STUB_MOVE_M: Final = 500.0
#: A smaller move is not reported: no position is as exact.
_MIN_REPORTED_M: Final = 10.0


def positions_of(
    scenario: Scenario,
) -> tuple[Floats, Floats]:
    """
    Return lat and lon of where trucks stop for every place, each of shape (P,).

    A village that names a transfer point is served there.
    """
    points = [
        *((depot.lat, depot.lon) for depot in scenario.depots),
        *((source.lat, source.lon) for source in scenario.sources),
        *(village.stop_at for village in scenario.villages),
    ]
    lat, lon = np.array(points, dtype=np.float64).reshape(-1, 2).T
    return lat, lon


#: Why trucks cannot serve a place at the road nearest to it.
Obstacle = Literal["way_out", "way_in", "island", "stopping"]


@dataclass(frozen=True, slots=True)
class Moved:
    """
    A place whose nearest road is of no use to the trucks.

    Attributes
    ----------
    place_idx, edge_idx
        The place and the road, -1 where it is a node; ``gap_m`` metres away.
    to_edge_idx, to_gap_m
        The road where it stands now; -1: none is near enough, it stays.
    """

    place_idx: int
    edge_idx: int
    gap_m: float
    obstacle: Obstacle
    to_edge_idx: int
    to_gap_m: float


@dataclass(frozen=True, slots=True)
class Snaps:
    """
    Where places meet the roads.

    Attributes
    ----------
    edge_idx, share
        Shape (P,): edge and how far along it, 0 to 1; -1 where the place is a node
        or no road is within ``FAR_M``.
    node_idx
        Shape (P,): the node of the place's id; -1 where there is none.
    gap_m
        Shape (P,): straight metres from the place to the road; 0 at a node.
    moved
        Places whose nearest road cannot be left, reached or stopped on.
    """

    edge_idx: Ints
    share: Floats
    node_idx: Ints
    gap_m: Floats
    moved: tuple[Moved, ...] = ()

    @property
    def has_road(self) -> Mask:
        """Shape (P,): whether any road is near enough."""
        return (self.edge_idx >= 0) | (self.node_idx >= 0)


def snap_places(scenario: Scenario, roads: RoadNetwork, speeds: RoadSpeeds) -> Snaps:
    """
    Return the node of equal id of every place, else the nearest point of a road.

    A node of equal id counts within ``FAR_M``.

    Parameters
    ----------
    scenario
        The day to plan.
    roads
        The network.
    speeds
        Speeds on every edge; an edge of speed 0 is not usable.

    Notes
    -----
    Only roads that some truck of the scenario may use count. Of these a place takes
    the nearest that trucks can come to from the main roads, stop on, and leave for
    the main roads again, if it is not much farther (``STUB_MOVE_M``,
    ``ISLAND_MOVE_M``) than the nearest of all. Closures do not count: a place does
    not move when its road is closed.
    """
    return _Snapping(scenario, roads, speeds).snaps()


class _Snapping:
    """The roads of a scenario, and where its places stand on them."""

    def __init__(
        self, scenario: Scenario, roads: RoadNetwork, speeds: RoadSpeeds
    ) -> None:
        self.scenario, self.roads = scenario, roads
        self.lat, self.lon = positions_of(scenario)
        self._ways: dict[TruckProfile, OpenEdges] = {}
        self._by_content: dict[bytes, OpenEdges] = {}
        self._speeds = speeds
        classes = self._classes(scenario.trucks)
        self.usable = np.zeros(roads.num_edges, dtype=np.bool_)
        for ways in classes:
            self.usable |= ways.either()
        self._pieces = pieces(roads, self.usable)
        # Barriers have no length: nobody stops there.
        self.usable &= roads.length_m > 0
        self.stop = may_stop(roads)
        self.node_idx = self._nodes_of_equal_id()
        self.near = nearest_edges(roads, self.usable, self.lat, self.lon)

    def _classes(self, trucks: Iterable[Truck]) -> list[OpenEdges]:
        """Return the open edges of every class of trucks, equal ones once."""
        by_object: dict[int, OpenEdges] = {}
        for profile in {profile_of(truck) for truck in trucks} or {TruckProfile()}:
            if profile not in self._ways:
                ways = open_edges(profile, self.roads, self._speeds)
                key = b"".join(mask.tobytes() for mask in ways)
                # The same object for equal edges, so that they are searched once.
                self._ways[profile] = self._by_content.setdefault(key, ways)
            ways = self._ways[profile]
            by_object[id(ways)] = ways
        return list(by_object.values())

    def _nodes_of_equal_id(self) -> Ints:
        by_id = {label: idx for idx, label in enumerate(self.roads.node_ids)}
        ids = self.scenario.place_ids
        node_idx = np.array([by_id.get(label, -1) for label in ids], dtype=np.int64)
        for idx in np.flatnonzero(node_idx >= 0).tolist():
            # A node of an extract may have the number of a village by chance.
            node = node_idx[idx : idx + 1]
            away_m = haversine_m(
                lat=self.lat[idx : idx + 1],
                lon=self.lon[idx : idx + 1],
                to_lat=self.roads.node_lat[node],
                to_lon=self.roads.node_lon[node],
            )
            if away_m[0, 0] > FAR_M:
                node_idx[idx] = -1
        return node_idx

    def snaps(self) -> Snaps:
        """Return where all places stand."""
        snaps = Snaps(
            edge_idx=np.where(self.node_idx >= 0, -1, self.near[0]),
            share=self.near[1].copy(),
            node_idx=self.node_idx.copy(),
            gap_m=np.where(self.node_idx >= 0, 0.0, self.near[2]),
        )
        snaps.share[self.node_idx >= 0] = 0.0
        moved: list[Moved] = []
        finder = AccessFinder(self.roads, self._at())
        for role, which, trucks in self._groups():
            access = finder.access(self._classes(trucks), role)
            moved += self._move(snaps, which, access)
        is_far = (snaps.node_idx < 0) & (snaps.gap_m > FAR_M)
        snaps.edge_idx[is_far] = -1
        reported = sorted(
            (item for item in moved if not is_far[item.place_idx]),
            key=lambda item: item.place_idx,
        )
        return Snaps(
            snaps.edge_idx, snaps.share, snaps.node_idx, snaps.gap_m, tuple(reported)
        )

    def _groups(
        self,
    ) -> list[tuple[Role, Ints, tuple[Truck, ...]]]:
        """Return places that the same trucks come to, for the same thing."""
        scene = self.scenario
        first = len(scene.depots)
        middle = first + len(scene.sources)
        groups: list[tuple[Role, Ints, tuple[Truck, ...]]] = [
            ("source", np.arange(first, middle), scene.trucks),
            ("village", np.arange(middle, len(self.lat)), scene.trucks),
        ]
        for idx, depot in enumerate(scene.depots):
            of_depot = tuple(t for t in scene.trucks if t.depot_id == depot.depot_id)
            groups.append(("depot", np.array([idx]), of_depot or scene.trucks))
        return groups

    def _at(self) -> dict[Role, Ints]:
        """Return the edges nearest to depots and sources."""
        first = len(self.scenario.depots)
        middle = first + len(self.scenario.sources)
        return {"depot": self.near[0][:first], "source": self.near[0][first:middle]}

    def _move(self, snaps: Snaps, which: Ints, access: Access) -> list[Moved]:
        """Move the places that stand where trucks cannot come, stop and go."""
        good = self.usable & access.come & access.go & self.stop
        edges, shares, gaps = nearest_edges(
            self.roads, good, self.lat[which], self.lon[which]
        )
        moved = []
        for row, idx in enumerate(which.tolist()):
            problem = self._obstacle(snaps, idx, access)
            if problem is None:
                continue
            obstacle, most_m = problem
            near_m = float(snaps.gap_m[idx])
            is_near = gaps[row] <= min(near_m + most_m, FAR_M)
            edge = int(snaps.edge_idx[idx])
            if is_near:
                snaps.edge_idx[idx], snaps.share[idx] = edges[row], shares[row]
                snaps.gap_m[idx], snaps.node_idx[idx] = gaps[row], -1
            if obstacle == "stopping" and not is_near:
                continue  # a rest area, by the look of it
            if not is_near or gaps[row] > near_m + _MIN_REPORTED_M:
                to_edge = int(edges[row]) if is_near else -1
                gap_m = float(gaps[row])
                moved.append(Moved(idx, edge, near_m, obstacle, to_edge, gap_m))
        return moved

    def _obstacle(
        self, snaps: Snaps, idx: int, access: Access
    ) -> tuple[Obstacle, float] | None:
        """Return why trucks cannot serve a place there, and how far it may move."""
        edge, node = int(snaps.edge_idx[idx]), int(snaps.node_idx[idx])
        if node >= 0:
            come, go = bool(access.node_come[node]), bool(access.node_go[node])
        elif edge >= 0:
            come, go = bool(access.come[edge]), bool(access.go[edge])
            if come and go and not self.stop[edge]:
                return "stopping", FAR_M
            node = int(self.roads.start[edge])
        else:
            return None
        if come and go:
            return None
        if come or go:
            return ("way_out" if come else "way_in"), STUB_MOVE_M
        main = access.node_come & access.node_go
        hangs_on = bool((self._pieces[main] == self._pieces[node]).any())
        # In the same piece, yet neither reached nor left: one-way roads all round.
        return "island", (STUB_MOVE_M if hangs_on else ISLAND_MOVE_M)
