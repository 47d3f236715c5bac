"""Travel times of a scenario as the compiled search needs them, and what is near."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.model.travel import NO_ROAD
from dispatch.solver.kernel.arrays import BIG

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch.arrays import Int32s, Ints
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import LegTimes, Travel


#: Villages among which routes are looked for; more cost time, fewer cost quality.
NEAR_VILLAGES: Final = 40
#: Sources of a village that are listed; a trip starts from the first usable ones.
LISTED_SOURCES: Final = 64
#: Entries of a matrix that are worked on at once.
BLOCK: Final = 2_000_000


def drive_classes(
    scenario: Scenario, travel: Travel, order: Ints
) -> tuple[Int32s, Ints]:
    """
    Return scaled travel times, as ``Instance.travel_s``, and every truck's class.

    Parameters
    ----------
    scenario
        The day to plan.
    travel
        Driving seconds between all places.
    order
        Positions in ``travel`` of the scenario's places: depots, sources, villages.
    """
    keys: dict[tuple[int, float], int] = {}
    classes = []
    for truck in scenario.trucks:
        key = (travel.class_of_truck[truck.truck_id], truck.speed_factor)
        classes.append(keys.setdefault(key, len(keys)))
    numbers = np.array(classes, dtype=np.int64)
    shared = _shared(travel, list(keys), order)
    if shared is not None:
        return shared, numbers
    tables: list[Travel | LegTimes] = [travel]
    if travel.later is not None:
        tables += [*travel.later.periods, *travel.later.across]
        if len(travel.later.across) > 1:
            tables.append(travel.later.throughout)
    num_least = len(keys) if travel.later is not None else 0
    size = (num_least + len(tables) * len(keys), len(order), len(order))
    travel_s = np.empty(size, dtype=np.int32)
    for layer, ways in enumerate(tables):
        for c, (truck_class, speed_factor) in enumerate(keys):
            _scale(
                ways.seconds[truck_class],
                order,
                speed_factor,
                travel_s[num_least + layer * len(keys) + c],
            )
    for c in range(num_least):
        np.min(travel_s[num_least + c :: len(keys)], axis=0, out=travel_s[c])
    return travel_s, numbers


def _shared(
    travel: Travel, keys: Sequence[tuple[int, float]], order: Ints
) -> Int32s | None:
    """Return the only matrix of the day as it is; None if it has to be changed."""
    if travel.later is not None or len(keys) > 1:
        return None
    truck_class, speed_factor = keys[0]
    matrix = travel.seconds[truck_class]
    is_ordered = np.array_equal(order, np.arange(len(matrix)))
    fits = matrix.dtype == np.int32 and matrix.flags.c_contiguous
    if speed_factor != 1.0 or not is_ordered or not fits or matrix.min() == NO_ROAD:
        return None
    return np.asarray(_Memory(matrix))[None]


class _Memory:
    """
    The memory of a matrix that nobody may write to, as if one could.

    Compiled code takes writable arrays only, though it writes to no travel time, and
    a copy of a county's matrix takes gigabytes.
    """

    def __init__(self, matrix: Int32s) -> None:
        self._matrix = matrix  # lives as long as the arrays made from it
        described = matrix.__array_interface__
        self.__array_interface__ = {**described, "data": (described["data"][0], False)}


def _scale(matrix: Int32s, order: Ints, speed_factor: float, scaled: Int32s) -> None:
    """Write the seconds of trucks of a speed, rounded up, into ``scaled``."""
    for rows in _row_blocks(len(order)):
        raw = matrix[np.ix_(order[rows], order)]
        up = np.ceil(raw / speed_factor - 1e-9)
        up[raw == NO_ROAD] = BIG
        scaled[rows] = up


def _row_blocks(num_places: int) -> Iterator[slice]:
    """Yield rows of a matrix, so many at once that they take little memory."""
    step = max(1, BLOCK // max(1, num_places))
    for first in range(0, num_places, step):
        yield slice(first, min(first + step, num_places))


def near_villages(travel_s: Int32s, first_village: int) -> Ints:
    """
    Return the nearest villages of each by there-and-back time, itself first.

    Parameters
    ----------
    travel_s
        Shape (C, P, P): seconds, `BIG` where there is no road. A road that trucks of
        one class may use is a road.
    first_village
        Position of the first village among the places.
    """
    villages = slice(first_village, None)
    num_villages = travel_s.shape[1] - first_village
    near = np.empty((num_villages, min(NEAR_VILLAGES, num_villages)), dtype=np.int64)
    for rows in _row_blocks(num_villages):
        here = slice(first_village + rows.start, first_village + rows.stop)
        there_and_back = travel_s[:, here, villages].min(axis=0)
        there_and_back += travel_s[:, villages, here].min(axis=0).T
        itself = np.arange(rows.stop - rows.start)
        there_and_back[itself, rows.start + itself] = -1
        near[rows] = _nearest(there_and_back, NEAR_VILLAGES)
    return near


def near_sources(travel_s: Int32s, first_source: int, first_village: int) -> Ints:
    """
    Return the nearest sources of each village by there-and-back time.

    Parameters
    ----------
    travel_s
        As for `near_villages`.
    first_source, first_village
        Positions of the first source and village among the places.
    """
    sources, villages = slice(first_source, first_village), slice(first_village, None)
    there_and_back = travel_s[:, sources, villages].min(axis=0).T.copy()
    there_and_back += travel_s[:, villages, sources].min(axis=0)
    return _nearest(there_and_back, LISTED_SOURCES)


def _nearest(times: Int32s, most: int) -> Ints:
    """Return the positions of the least times of every row, -1 beyond reach."""
    num_kept = min(most, times.shape[1])
    if not num_kept or not len(times):
        return np.empty((len(times), num_kept), dtype=np.int64)
    last = np.partition(times, num_kept - 1, axis=1)[:, num_kept - 1]
    near = np.empty((len(times), num_kept), dtype=np.int64)
    for row, kept, limit in zip(times, near, last, strict=True):
        among = np.flatnonzero(row <= limit)
        kept[:] = among[np.argsort(row[among], kind="stable")[:num_kept]]
    reachable = np.take_along_axis(times, near, axis=1) < BIG
    return np.where(reachable, near, -1)
