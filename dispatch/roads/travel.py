"""Travel times and distances between all places of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from dispatch.geo.distance import haversine_m
from dispatch.model.travel import NO_ROAD, LaterTravel, LegTimes, Travel, TravelTable
from dispatch.roads.model import road_model
from dispatch.roads.network.matrix_cache import fastest_paths
from dispatch.roads.snap import positions_of
from dispatch.roads.speeds import ACCESS_KM_H

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dispatch.arrays import Floats, Int32s, Ints
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import PairTable, TravelMethod
    from dispatch.roads.model import RoadModel
    from dispatch.roads.network.graph import RoadGraph
    from dispatch.roads.periods import Span

#: Pairs of places worked out at once: what that takes is small beside the tables.
_PAIRS: Final = 1_000_000
#: Pairs searched over roads at once. Each such search has a file of its own in the
#: cache, so that these are whole networks up to 4,000 places.
_SEARCHED_PAIRS: Final = 16_000_000


def travel_matrix(scenario: Scenario) -> Travel:
    """
    Return seconds (rounded up) and metres between all places, per class of trucks.

    The scenario's own table wins over its roads, and both over straight lines.

    Notes
    -----
    Roads: the fastest path over the roads that the truck's laden weight and size
    allow; trucks with the same roads and speeds share a class. The stretch between a
    place and its road counts as a lane, with the detour of ``straight_line``. Where a
    closure begins or ends while trucks work, there are times for before and after.
    """
    if scenario.travel_table is not None:
        return _from_table(scenario, scenario.travel_table)
    model = road_model(scenario)
    if model is not None:
        return _from_roads(scenario, model)
    return _straight_lines(scenario)


class PairsOnDemand:
    """
    A table over all pairs of places whose entries are worked out when asked for.

    Parameters
    ----------
    num_places
        Length of both axes.
    work_out
        Returns the entries (A, B) of A rows and B columns.
    """

    def __init__(self, num_places: int, work_out: Callable[[Ints, Ints], Ints]) -> None:
        self._work_out = work_out
        self.shape = (num_places, num_places)

    def __getitem__(self, key: Any, /) -> Any:
        """Return entries as an array would; of one pair, only that is worked out."""
        places = range(self.shape[0])
        if isinstance(key, tuple) and all(isinstance(k, int | np.integer) for k in key):
            row, column = (np.array([places[k]]) for k in key)
            return self._entries(row, column)[0, 0]
        every = np.array(places, dtype=np.int64)
        return self._entries(every, every)[key]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Ints:
        """Return the whole table."""
        whole: Ints = self[:, :]
        return whole if dtype is None else whole.astype(dtype)

    def _entries(self, rows: Ints, columns: Ints) -> Ints:
        entries = self._work_out(rows, columns)
        return np.where(rows[:, None] == columns, 0, entries)


def _from_table(scenario: Scenario, table: TravelTable) -> Travel:
    position = table.index
    order = np.array([position[label] for label in scenario.place_ids], dtype=np.int64)
    size = len(order)
    seconds = np.empty((size, size), dtype=np.int32)
    for block in _row_blocks(size, size, _PAIRS):
        seconds[block] = table.seconds[np.ix_(order[block], order)]

    def metres(rows: Ints, columns: Ints) -> Ints:
        if table.metres is None:  # where only times are known no distance is guessed
            return np.full((len(rows), len(columns)), NO_ROAD, dtype=np.int64)
        return table.metres[np.ix_(order[rows], order[columns])]

    return _one_class(scenario, seconds, PairsOnDemand(size, metres), "table")


def _straight_lines(scenario: Scenario) -> Travel:
    lat, lon = positions_of(scenario)
    line = scenario.straight_line
    size = len(lat)

    def exact_m(rows: Ints | slice, columns: Ints | slice) -> Floats:
        metres = haversine_m(
            lat=lat[rows], lon=lon[rows], to_lat=lat[columns], to_lon=lon[columns]
        )
        metres *= line.detour
        return metres

    seconds = np.empty((size, size), dtype=np.int32)
    for block in _row_blocks(size, size, _PAIRS):
        after = slice(block.start, None)  # the same there and back, to the last bit
        seconds[block, after] = _up(exact_m(block, after) * 3.6 / line.speed_km_h)
        seconds[after, block] = seconds[block, after].T
    metres = PairsOnDemand(size, lambda rows, columns: _up(exact_m(rows, columns)))
    return _one_class(scenario, seconds, metres, "straight_line")


def _row_blocks(num_rows: int, num_columns: int, num_pairs: int) -> Iterator[slice]:
    """Yield the rows of a table, as many at once as have so many entries."""
    step = max(1, num_pairs // max(1, num_columns))
    for first in range(0, num_rows, step):
        yield slice(first, min(first + step, num_rows))


def _from_roads(scenario: Scenario, model: RoadModel) -> Travel:
    day = model.periods
    by_span = {span: _in_span(scenario, model, span) for span in day.spans}
    seconds, metres = by_span[0, 0]
    later = None
    if day.switches_s:
        later = LaterTravel(
            switches_s=day.switches_s,
            periods=tuple(by_span[p, p] for p in range(1, day.last + 1)),
            across=tuple(by_span[p, p + 1] for p in range(day.last)),
            throughout=by_span[0, day.last],
        )
    return Travel(
        place_ids=scenario.place_ids,
        seconds=seconds,
        metres=metres,
        class_of_truck=model.class_of_truck,
        method="roads",
        later=later,
    )


def _in_span(scenario: Scenario, model: RoadModel, span: Span) -> LegTimes:
    """Return seconds and metres of every class in some periods of the day."""
    seconds, metres = [], []
    for truck_class in range(model.num_classes):
        of_class_s, of_class_m = _between_places(scenario, model, truck_class, span)
        seconds.append(_frozen(of_class_s))
        metres.append(_frozen(of_class_m))
    return LegTimes(tuple(seconds), tuple(metres))


def _between_places(
    scenario: Scenario, model: RoadModel, truck_class: int, span: Span
) -> tuple[Int32s, Int32s]:
    """
    Return seconds and metres between all places, (P, P) each, rounded up.

    Columns of villages are searched from every place, loaded; columns of sources
    and depots backwards from there, empty. The way from a place to its road and back
    is added.
    """
    position = model.place_position
    num_places = len(position)
    seconds = np.full((num_places, num_places), NO_ROAD, dtype=np.int32)
    metres = np.full((num_places, num_places), NO_ROAD, dtype=np.int32)
    access_m = model.snaps.gap_m * scenario.straight_line.detour
    access_s = access_m * 3.6 / ACCESS_KM_H
    on_road = np.flatnonzero(position >= 0)
    is_village = np.arange(num_places) >= num_places - len(scenario.villages)
    graphs = model.graphs(truck_class, span)
    for graph, columns, is_reversed in (
        (graphs.loaded, on_road[is_village[on_road]], False),
        (graphs.empty_reversed, on_road[~is_village[on_road]], True),
    ):
        for rows, paths_s, paths_m in _searched(
            model, graph, on_road, columns, is_reversed=is_reversed
        ):
            grid = np.ix_(rows, columns)
            for table, exact, access in (
                (seconds, paths_s, access_s),
                (metres, paths_m, access_m),
            ):
                table[grid] = _up(exact + access[rows, None] + access[None, columns])
    return seconds, metres


def _searched(
    model: RoadModel,
    graph: RoadGraph,
    on_road: Ints,
    columns: Ints,
    *,
    is_reversed: bool,
) -> Iterator[tuple[Ints, Floats, Floats]]:
    """
    Yield places with the seconds and metres on the road from them to ``columns``.

    Searched are many rows at once, as the answer to these takes most of the memory.
    """
    if not len(columns):
        return
    rows, row_of = np.unique(model.place_position[on_road], return_inverse=True)
    targets, column_of = np.unique(model.place_position[columns], return_inverse=True)
    if is_reversed:
        paths = fastest_paths(graph, model.chains, targets, rows)
        paths_s, paths_m = paths.seconds.T, paths.metres.T
        for few in _row_blocks(len(on_road), len(columns), _PAIRS):
            nodes = np.ix_(row_of[few], column_of)
            yield on_road[few], paths_s[nodes], paths_m[nodes]
        return
    for many in _row_blocks(len(rows), len(targets), _SEARCHED_PAIRS):
        paths = fastest_paths(graph, model.chains, rows[many], targets)
        here = np.flatnonzero((row_of >= many.start) & (row_of < many.stop))
        for few in _row_blocks(len(here), len(columns), _PAIRS):
            nodes = np.ix_(row_of[here[few]] - many.start, column_of)
            yield on_road[here[few]], paths.seconds[nodes], paths.metres[nodes]


def _up(exact: Floats) -> Ints:
    """Return whole seconds or metres, rounded up; infinity is ``NO_ROAD``."""
    finite = np.isfinite(exact)
    whole = np.ceil(np.where(finite, exact, 0.0) - 1e-6).astype(np.int64)
    return np.where(finite, whole, NO_ROAD)


def _frozen(matrix: Int32s) -> Int32s:
    """Return the matrix with zeros on its diagonal, safe from later writing."""
    np.fill_diagonal(matrix, 0)
    matrix.setflags(write=False)
    return matrix


def _one_class(
    scenario: Scenario, seconds: Int32s, metres: PairTable, method: TravelMethod
) -> Travel:
    return Travel(
        place_ids=scenario.place_ids,
        seconds=(_frozen(seconds),),
        metres=(metres,),
        class_of_truck={truck.truck_id: 0 for truck in scenario.trucks},
        method=method,
    )
