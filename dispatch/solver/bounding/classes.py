"""Classes of visits by their litres: where rounding to whole visits bites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch.arrays import Floats, Mask
    from dispatch.solver.bounding.data import BoundData


@dataclass(frozen=True)
class VisitClasses:
    """
    Litres of drinking water per visit, cut into classes, per village.

    Attributes
    ----------
    low, high
        Shape (V, J + 1), whole litres, both ends included; unused if low > high.
        Class 0 holds the small visits, whose number the bound does not count.
    units
        Parts into which tanks are cut.
    """

    low: Floats
    high: Floats
    units: int

    @property
    def is_counted(self) -> Mask:
        """Whether the visits of a village are counted, shape (V,)."""
        return np.asarray((self.low <= self.high)[:, 1:].any(axis=1))

    def of(self, village: int, litres: float) -> int:
        """
        Return the class of a visit.

        Parameters
        ----------
        village
            Position of the village.
        litres
            Litres that the visit brings.
        """
        inside = litres <= self.high[village] + 1e-6
        return int(np.argmax(inside & (self.low[village] <= self.high[village])))


def uncounted(data: BoundData, units: int) -> VisitClasses:
    """
    Return one class per village: a litre is a litre.

    Parameters
    ----------
    data
        The scenario as the bound sees it.
    units
        Parts into which tanks are cut.
    """
    low = np.ones((data.room.size, 1))
    return VisitClasses(low=low, high=data.room[:, None].copy(), units=units)


def counted(
    data: BoundData, units: int, most: int, band_ends: Sequence[int]
) -> VisitClasses:
    """
    Return at most ``most`` counted classes per village.

    Classes end at tanks, at what a village can take or must get, and at what is left
    of these after one or two full tanks: only there does the number of visits that
    serve it change.

    Parameters
    ----------
    data
        The scenario as the bound sees it.
    units
        Parts into which tanks are cut.
    most
        Counted classes that a village may have.
    band_ends
        Bands up to which every village may have to be served.
    """
    num_villages = data.room.size
    tanks: list[set[float]] = [set() for _ in range(num_villages)]
    for kind in data.kinds:
        if kind.is_potable:
            for village in kind.villages:
                tanks[village].add(kind.capacity)
    low = np.full((num_villages, most + 1), 2.0)
    high = np.full((num_villages, most + 1), 1.0)
    # The largest small visit takes at least one unit of any tank.
    unit_l = max(kind.capacity for kind in data.kinds) / units
    cumulated = np.cumsum(data.need, axis=1)
    for village, sizes in enumerate(tanks):
        room = data.room[village]
        low[village, 0] = 1.0
        high[village, 0] = room
        if not sizes:
            continue
        least = float(np.ceil(max(unit_l + 1, data.min_visit[village])))
        largest = min(room, max(sizes))
        targets = [room, *{float(cumulated[village, band]) for band in band_ends}]
        ends = _ends(sorted(sizes), targets, least, largest, most)
        if not ends:
            continue
        high[village, 0] = least - 1
        low[village, 1 : len(ends) + 1] = [least, *(end + 1 for end in ends[:-1])]
        high[village, 1 : len(ends) + 1] = ends
    return VisitClasses(low=low, high=high, units=units)


def _ends(
    tanks: list[float], targets: list[float], least: float, largest: float, most: int
) -> list[float]:
    if largest < least:
        return []
    apart = 0.01 * max(tanks)
    ends = [largest]
    for point in _breakpoints(tanks, targets):
        end = float(np.ceil(point))
        is_new = min(abs(end - other) for other in ends) >= apart
        if len(ends) < most and least + apart <= end < largest and is_new:
            ends.append(end)
    return sorted(ends)


def _breakpoints(tanks: list[float], targets: list[float]) -> Iterator[float]:
    yield from tanks
    yield from targets
    for target in targets:
        yield from (target - tank for tank in tanks)
    for target in targets:
        for k, tank in enumerate(tanks):
            yield from (target - tank - other for other in tanks[k:])
    yield from (target / 2 for target in targets)
