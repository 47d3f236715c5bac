"""The line of a leg on the map, along the roads that the truck takes."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from dispatch.roads.model import road_model
from dispatch.roads.snap import positions_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from dispatch.model.scenario import Scenario
    from dispatch.roads.network.graph import RoadGraph
    from dispatch.roads.periods import Span

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
        lat, lon = positions_of(scenario)
        self._points = list(zip(lat.tolist(), lon.tolist(), strict=True))
        self._position = scenario.place_idx
        self._first_village = len(self._points) - len(scenario.villages)
        self._model = road_model(scenario)
        self._trees: dict[tuple[int, Span, bool, int], npt.NDArray[np.int32]] = {}
        self._lines: dict[tuple[int, Span, Span, str, str], Line] = {}

    def line(
        self,
        truck_id: str,
        from_place: str,
        to_place: str,
        *,
        depart_s: int | None = None,
        arrive_s: int | None = None,
    ) -> Line:
        """
        Return (lat, lon) points from place to place; straight where no road is.

        Parameters
        ----------
        truck_id
            Its class decides which roads; of an unknown truck the line is straight.
        from_place, to_place
            Ids of places.
        depart_s, arrive_s
            When the truck drives, seconds since midnight; None: on the roads of the
            morning.
        """
        start, end = self._position[from_place], self._position[to_place]
        ends = [self._points[start], self._points[end]]
        if self._model is None or truck_id not in self._model.class_of_truck:
            return ends
        truck_class = self._model.class_of_truck[truck_id]
        on_road, waited = self._spans(depart_s, arrive_s)
        key = (truck_class, on_road, waited, from_place, to_place)
        if key not in self._lines:
            inner = self._along_roads(truck_class, on_road, start, end)
            # No path that stays open: the truck waited for one.
            inner = inner or self._along_roads(truck_class, waited, start, end)
            self._lines[key] = _without_repeats([ends[0], *inner, ends[1]])
        return list(self._lines[key])

    def _spans(self, depart_s: int | None, arrive_s: int | None) -> tuple[Span, Span]:
        """Return whose roads a truck drives, and whose if it waited for a road."""
        if self._model is None or depart_s is None:
            return (0, 0), (0, 0)
        day = self._model.periods
        first = day.period_at(depart_s)
        # Who arrives at the very moment of a change was there before it.
        last = first if arrive_s is None else max(first, day.period_at(arrive_s - 1))
        on_road = (first, last) if last - first <= 1 else (0, day.last)
        return on_road, (last, last)

    def _along_roads(self, truck_class: int, span: Span, start: int, end: int) -> Line:
        if self._model is None:
            return []
        from_idx = int(self._model.place_position[start])
        to_idx = int(self._model.place_position[end])
        if from_idx < 0 or to_idx < 0:
            return []
        graphs = self._model.graphs(truck_class, span)
        is_empty = end < self._first_village
        points: Line = []
        if is_empty:
            # Searched backwards, as for the travel times, so that ties are the same.
            graph = graphs.empty_reversed
            links = self._links(graph, (truck_class, span, True), to_idx, from_idx)
            for link in reversed(links):
                points += self._model.link_line(graph, link, reverse=True)
            return points
        graph = graphs.loaded
        for link in self._links(graph, (truck_class, span, False), from_idx, to_idx):
            points += self._model.link_line(graph, link, reverse=False)
        return points

    def _links(
        self, graph: RoadGraph, kind: tuple[int, Span, bool], start: int, end: int
    ) -> list[int]:
        key = (*kind, start)
        if key not in self._trees:
            self._trees[key] = graph.predecessors(start)
        return graph.links_back(self._trees[key], start, end)


def _without_repeats(points: Line) -> Line:
    """Return the points without equal neighbours, two at least."""
    line = [points[0]]
    line += [b for a, b in itertools.pairwise(points) if a != b]
    return line if len(line) > 1 else [points[0], points[-1]]
