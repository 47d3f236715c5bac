"""Routes still to come, as entries for the search to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.arrays import Ints, Mask
    from dispatch.model.plan import Stop
    from dispatch.model.scenario import Scenario
    from dispatch.model.today import Today


class Row(NamedTuple):
    """Entries of a route still to come; starts and ends are -1 for what may change."""

    nodes: Ints
    litres: Ints
    starts: Ints
    ends: Ints

    def only(self, chosen: Mask) -> Row:
        """Return the chosen entries alone."""
        return Row(*(np.ascontiguousarray(column[chosen]) for column in self))

    def released(self, chosen: Mask) -> Row:
        """Return the same entries, the chosen ones with no time of their own."""
        return self._replace(
            starts=np.where(chosen, -1, self.starts),
            ends=np.where(chosen, -1, self.ends),
        )


def _known_trips(stops: list[Stop], nodes: Mapping[str, int]) -> list[Stop]:
    """Return the stops whose places exist, without trips that lack their source."""
    trips: list[list[Stop]] = []
    for stop in stops:
        if stop.kind == "fill":
            trips.append([])
        if trips and (stop.kind == "fill" or stop.place_id in nodes):
            trips[-1].append(stop)
    whole = [trip for trip in trips if len(trip) > 1 and trip[0].place_id in nodes]
    return [stop for trip in whole for stop in trip]


def rows_to_adopt(scenario: Scenario, today: Today) -> dict[int, tuple[Row, Mask]]:
    """
    Return per truck position its trips still to come, and which are promised.

    Parameters
    ----------
    scenario
        The day to plan.
    today
        Gives the plan announced, what is done, and what is promised.

    Returns
    -------
    dict[int, tuple[Row, Mask]]
        By truck position: the entries, and shape (n,) whether each is promised.
    """
    trucks = scenario.truck_idx
    nodes = scenario.place_idx
    locked = {
        (route.truck_id, stop.place_id, stop.start_s)
        for route in today.locked
        for stop in route.stops
    }
    rows = {}
    out = {truck_out.truck_id for truck_out in today.out}
    for truck_id, stops in today.still_to_come().items():
        if truck_id in out:
            continue
        known = _known_trips(stops, nodes)
        if truck_id not in trucks or not known:
            continue
        is_locked = [(truck_id, s.place_id, s.start_s) in locked for s in known]
        row = Row(
            np.array([nodes[s.place_id] for s in known], dtype=np.int64),
            np.array([s.litres for s in known], dtype=np.int64),
            np.array([s.start_s for s in known], dtype=np.int64),
            np.array([s.end_s for s in known], dtype=np.int64),
        )
        rows[trucks[truck_id]] = row, np.array(is_locked, dtype=np.bool_)
    return rows
