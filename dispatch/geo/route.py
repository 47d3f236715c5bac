"""The line that a truck drives between two places, for maps."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from dispatch.geo.snap import Snaps, places_of, snap_places
from dispatch.geo.travel import truck_graphs

if TYPE_CHECKING:
    from dispatch.geo.graph import RoadGraph
    from dispatch.roads import RoadNetwork
    from dispatch.scenario import Scenario

Line = list[tuple[float, float]]


class RouteFinder:
    """
    Lines along the roads of one scenario; graphs are built once.

    Parameters
    ----------
    scenario
        Without roads every line is the straight one.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._places = {
            place_id: (place.lat, place.lon)
            for place_id, place in zip(
                scenario.place_ids, places_of(scenario), strict=True
            )
        }
        self._roads = scenario.roads
        self._graphs: list[RoadGraph] = []
        self._class_of_truck: dict[str, int] = {}
        self._snaps: Snaps | None = None
        self._position = {label: i for i, label in enumerate(scenario.place_ids)}
        self._lines: dict[tuple[int, str, str], Line] = {}
        if scenario.roads is not None:
            self._graphs, self._class_of_truck = truck_graphs(scenario, scenario.roads)
            self._snaps = snap_places(scenario, scenario.roads)

    def line(self, truck_id: str, from_place: str, to_place: str) -> Line:
        """Return (lat, lon) points from place to place; straight where no road is."""
        ends = [self._places[from_place], self._places[to_place]]
        if self._roads is None or self._snaps is None:
            return ends
        truck_class = self._class_of_truck[truck_id]
        key = (truck_class, from_place, to_place)
        if key not in self._lines:
            start = int(self._snaps.node_idx[self._position[from_place]])
            end = int(self._snaps.node_idx[self._position[to_place]])
            inner = self._along_roads(self._roads, truck_class, start, end)
            self._lines[key] = _without_repeats([ends[0], *inner, ends[1]])
        return list(self._lines[key])

    def _along_roads(
        self, roads: RoadNetwork, truck_class: int, start: int, end: int
    ) -> Line:
        if start < 0 or end < 0:
            return []
        points: Line = []
        for from_idx, edge_idx, _ in self._graphs[truck_class].path_edges(start, end):
            line = roads.line(edge_idx)
            points += line if int(roads.start[edge_idx]) == from_idx else line[::-1]
        return points


def _without_repeats(points: Line) -> Line:
    """Return the points without equal neighbours, two at least."""
    line = [points[0]]
    line += [b for a, b in itertools.pairwise(points) if a != b]
    return line if len(line) > 1 else [points[0], points[-1]]


def route_geometry(
    scenario: Scenario, truck_id: str, from_place: str, to_place: str
) -> Line:
    """
    Return the line of one leg as (lat, lon) points, along roads where there are any.

    For many legs of one scenario use `RouteFinder`, which builds the graph once.
    """
    return RouteFinder(scenario).line(truck_id, from_place, to_place)
