"""Litres of visits that have prices of their own: where whole visits bite."""

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

    A counted visit is shared out to the two ends of its class, its knots, so that
    its litres are their mean; of neighbouring classes one ends where the next begins.

    Attributes
    ----------
    small
        Shape (V,): litres of the largest visit that is not counted.
    knot
        Shape (V, J + 1), rising whole litres; NaN beyond the last one of a village.
    units
        Parts into which tanks are cut.
    """

    small: Floats
    knot: Floats
    units: int

    @property
    def is_counted(self) -> Mask:
        """Whether the visits of a village are counted, shape (V,)."""
        return np.asarray(np.isfinite(self.knot).any(axis=1))

    @property
    def low(self) -> Floats:
        """Least litres of every class, shape (V, J), 2 where it is unused."""
        return np.where(np.isfinite(self.knot[:, 1:]), self.knot[:, :-1], 2.0)

    @property
    def high(self) -> Floats:
        """Most litres of every class, shape (V, J), 1 where it is unused."""
        return np.nan_to_num(self.knot[:, 1:], nan=1.0)

    def shares(self, village: int, litres: float) -> list[tuple[int, float]]:
        """
        Return the knots of a visit and its share in each, none of a small one.

        Parameters
        ----------
        village
            Position of the village.
        litres
            Litres that the visit brings.
        """
        knots = self.knot[village]
        num_knots = int(np.isfinite(knots).sum())
        if not num_knots or litres <= self.small[village] + 1e-6:
            return []
        after = int(np.searchsorted(knots[:num_knots], litres - 1e-9))
        after = min(max(after, 1), num_knots - 1)
        begin, end = knots[after - 1], knots[after]
        share = min(1.0, max(0.0, float((litres - begin) / (end - begin))))
        both = [(after - 1, 1.0 - share), (after, share)]
        return [(knot, part) for knot, part in both if part > 0.0]


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
    nothing = np.full((data.room.size, 1), np.nan)
    return VisitClasses(small=data.room.copy(), knot=nothing, units=units)


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
    small = data.room.copy()
    knot = np.full((num_villages, most + 1), np.nan)
    # The largest small visit takes at least one unit of any tank.
    unit_l = max(kind.capacity for kind in data.kinds) / units
    cumulated = np.cumsum(data.need, axis=1)
    for village, sizes in enumerate(tanks):
        room = data.room[village]
        if not sizes:
            continue
        least = float(np.ceil(max(unit_l + 1, data.min_visit[village])))
        largest = min(room, max(sizes))
        targets = [room, *{float(cumulated[village, band]) for band in band_ends}]
        ends = _ends(sorted(sizes), targets, least, largest, most)
        if not ends:
            continue
        small[village] = least - 1
        knot[village, : len(ends) + 1] = [least, *ends]
    return VisitClasses(small=small, knot=knot, units=units)


def _ends(
    tanks: list[float], targets: list[float], least: float, largest: float, most: int
) -> list[float]:
    if largest <= least:
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
