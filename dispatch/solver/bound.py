"""What no plan can beat, band by band and in total, with the proof's method."""

from __future__ import annotations

import logging
import math
import time
from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.errors import SolverError
from dispatch.model.need import BANDS, Band
from dispatch.model.plan import Bound
from dispatch.solver.bounding.ascent import MAX_WHOLE, Limits, TripBound
from dispatch.solver.bounding.data import (
    MAX_PLACES,
    build_bound_data,
    shortest_drives_s,
)
from dispatch.solver.bounding.prices import Goal
from dispatch.solver.bounding.radial import RadialModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import Ints
    from dispatch.solver.bounding.known import KnownTrip
    from dispatch.solver.bounding.whole import Whole
    from dispatch.solver.kernel.arrays import Instance

logger = logging.getLogger(__name__)

METHOD: Final = "column generation"
WHOLE_METHOD: Final = "column generation, whole trips"
RADIAL_METHOD: Final = "radial LP"
#: Villages beyond which trips are not priced, or visits not counted.
MAX_PRICED: Final = 1200
MAX_COUNTED: Final = 250
#: Villages up to which tanks are cut finely.
MAX_SMALL: Final = 40
#: A litre of slack keeps rounding from making a plan's own litres infeasible.
SLACK_L: Final = 1e-3
#: Share of the time for the total, and of what is left then for the contested band.
TOTAL_SHARE: Final = 0.4
BAND_SHARE: Final = 0.7
ALL_BANDS: Final = range(len(BANDS))
#: Share of that time without counting visits, for prices to start from.
PLAIN_SHARE: Final = 0.3
#: Time for a bound over trips of a day that is too large to count visits.
LARGE_S: Final = 8.0
#: Share of a long run in which visits of such a day are counted.
LONG_SHARE: Final = 0.15
#: Share of the time for whole trips in which prices tell which of them can matter.
PRICES_SHARE: Final = 0.3
#: Parts into which tanks are cut, for few villages and for many.
UNITS_SMALL: Final = 150
UNITS: Final = 60
UNITS_LARGE: Final = 40


def bound_seconds(instance: Instance, run_s: float | None = None) -> float:
    """
    Return the time in which a bound gets nearly as good as it can.

    Parameters
    ----------
    instance
        The scenario as arrays.
    run_s
        Length of the whole run, None: not known. A long one leaves time to count the
        visits of many villages.
    """
    size = instance.village.size
    if size > MAX_COUNTED:
        # Without counting visits it is soon done, or far from it.
        counted_s = 0.0 if run_s is None else LONG_SHARE * run_s
        return counted_s if counted_s >= _counting_s(size) else LARGE_S
    return min(15.0, 1.0 + size / 20)


def _counting_s(size: int) -> float:
    """Return the least time in which it pays to count the visits of many villages."""
    return size / 20


class BoundModel:
    """
    Relaxations of one scenario; none of their optima is below any plan.

    Parameters
    ----------
    instance
        Arrays of the scenario, with levels merged to bands by the model itself.
    band_need
        Shape (V, 7): litres of every band.
    """

    def __init__(self, instance: Instance, band_need: Ints) -> None:
        self._instance = instance
        self._need = band_need
        self._shortest = shortest_drives_s(instance)
        self._radial = RadialModel(instance, band_need, self._shortest)
        self._trips: TripBound | None = None
        self._whole_trips: TripBound | None = None
        self._known: Sequence[KnownTrip] = ()
        self._is_counted = instance.village.size <= MAX_COUNTED
        self._whole: dict[tuple[tuple[int, ...], tuple[int, ...]], float] = {}

    def most_l(self, bands: Sequence[int], floors_l: Sequence[float]) -> float:
        """
        Return at least the most litres of ``bands`` together, quickly.

        Parameters
        ----------
        bands
            Positions in BANDS.
        floors_l
            Litres that the first bands must at least get.

        Raises
        ------
        SolverError
            If the floors cannot be met, which no plan's own litres can cause.
        """
        return self._radial.most_l(bands, floors_l)

    def least_known_l(
        self,
        bands: Sequence[int],
        floors_l: Sequence[float],
        limits: Limits,
        contested: int | None = None,
    ) -> float:
        """
        Return the same as `most_l`, as tight as it gets within the limits.

        Parameters
        ----------
        bands
            Positions of the bands whose litres count.
        floors_l
            Litres that the first bands must get.
        limits
            When to stop; what is proven by then holds.
        contested
            Band up to which whole visits matter most; None: the first without a floor.
        """
        known = self.most_l(bands, floors_l)
        if not self._is_priced() or limits.are_reached(0):
            return known
        if self._trips is None:
            self._trips = self._new_trips()
        if self._trips is None:
            return known
        return self._proven_l(self._trips, bands, floors_l, limits, contested, known)

    def _proven_l(
        self,
        trips: TripBound,
        bands: Sequence[int],
        floors_l: Sequence[float],
        limits: Limits,
        contested: int | None,
        known_l: float,
    ) -> float:
        goal = _goal(bands, floors_l)
        if not self._is_counted:
            return trips.prove(goal, limits, known_l)
        now = time.monotonic()
        first = Limits(now + PLAIN_SHARE * (limits.deadline - now), limits.rounds)
        proven = trips.prove(goal, first, known_l)
        last = min(len(floors_l), len(BANDS) - 1) if contested is None else contested
        return trips.refine(goal, sorted({max(0, last - 1), last}), limits, proven)

    def whole(
        self,
        bands: Sequence[int],
        floors_l: Sequence[int],
        served_l: int,
        seconds: float,
    ) -> Whole | None:
        """
        Return what whole trips of every truck give; None on larger days.

        The bound is kept for `bound`, which asks for the same bands and floors.

        Parameters
        ----------
        bands
            Positions in BANDS of those whose litres count.
        floors_l
            Litres that the first bands must get.
        served_l
            Litres of ``bands`` that a plan serves, which the result can only be above.
        seconds
            Wall time at most, that for prices included.
        """
        if self._instance.village.size > MAX_WHOLE or not self._is_priced():
            return None
        begin = time.monotonic()
        # Not the program of `bound`, which does best if it sees the total first.
        self._whole_trips = self._whole_trips or self._new_trips()
        if self._whole_trips is None:
            return None
        limits = Limits(begin + PRICES_SHARE * seconds, 10**6)
        contested = len(floors_l) - 1 if len(bands) > 1 else None
        known_l = self.most_l(bands, floors_l)
        proven = self._proven_l(
            self._whole_trips, bands, floors_l, limits, contested, known_l
        )
        if proven < served_l + 1:
            return None
        left_s = seconds - (time.monotonic() - begin)
        try:
            goal = _goal(bands, floors_l)
            whole = self._whole_trips.whole(goal, served_l, max(0.05, left_s))
        except SolverError as error:
            logger.warning("%s", error)
            return None
        if whole is not None:
            key = tuple(bands), tuple(floors_l)
            most = max(float(served_l), whole.most_l)
            self._whole[key] = min(most, self._whole.get(key, np.inf))
        return whole

    def _whole_l(self, bands: Sequence[int], floors_l: Sequence[int]) -> float:
        """Return what is known from whole trips, inf if nothing is."""
        return self._whole.get((tuple(bands), tuple(floors_l)), np.inf)

    def most_known_l(self, band: int, served_l: Sequence[int]) -> int:
        """
        Return the most litres of a band that are quickly proven, or kept.

        Parameters
        ----------
        band
            Position in BANDS.
        served_l
            Litres of every band that a plan serves; those above are floors.
        """
        limit = int(self._need[:, band].sum())
        if served_l[band] >= limit:
            return limit
        floors = served_l[:band]
        value = min(self.most_l([band], floors), self._whole_l([band], floors))
        return _rounded(value, limit, served_l[band])

    def _is_priced(self) -> bool:
        """Whether trips between villages can be bounded, and in good time."""
        num_places = self._instance.travel_s.shape[1]
        is_small = self._instance.village.size <= MAX_PRICED
        return is_small and num_places <= MAX_PLACES

    def _new_trips(self) -> TripBound | None:
        """Return a program over trips; None if no truck can bring water anywhere."""
        data = build_bound_data(self._instance, self._need, self._shortest)
        if not data.kinds:
            return None
        size = self._instance.village.size
        units = UNITS_LARGE if size > MAX_COUNTED else UNITS
        if size <= MAX_SMALL:
            units = UNITS_SMALL
        return TripBound(data, units=units, known=self._known)

    def _total_l(
        self, served_l: Sequence[int], contested: int, limits: Limits, known_l: int
    ) -> int:
        """Return the most litres of any plan at least as good, if below ``known_l``."""
        floors = served_l[: contested + 1]
        value = self.least_known_l(ALL_BANDS, floors, limits, contested)
        value = min(value, self._whole_l(ALL_BANDS, floors))
        return min(known_l, _rounded(value, known_l, sum(served_l)))

    def bound(
        self,
        served_l: Sequence[int],
        seconds: float | None = None,
        rounds: int = 10**6,
        known: Sequence[KnownTrip] = (),
    ) -> Bound:
        """
        Return what no plan can beat, given what a plan serves per band.

        Parameters
        ----------
        served_l
            Litres of every band, in the order of BANDS.
        seconds
            Time for the bounds of the contested band and of the total, None for
            `bound_seconds`, inf where only rounds limit it; those of the other bands
            are radial.
        rounds
            Rounds of column generation per bound, for runs that must repeat.
        known
            Trips of the plan, for good prices from the start; they prove nothing.

        Notes
        -----
        A plan at least as good gets the same of every band in which no more can be
        had, and at least as much of the first other one, the contested band. So the
        total may count on these floors: it holds for every plan at least as good,
        the best one included.
        """
        self._known = known
        size = self._instance.village.size
        # A run limited by rounds has no seconds that tell how long it takes.
        is_timed = seconds is not None and math.isfinite(seconds)
        has_time = is_timed and _counting_s(size) <= (seconds or 0.0)
        self._is_counted = size <= MAX_COUNTED or has_time
        begin = time.monotonic()
        end = begin + (bound_seconds(self._instance) if seconds is None else seconds)
        need = self._need.sum(axis=0)
        served = sum(served_l)
        most: dict[Band, int] = {}
        contested: int | None = None
        total = int(need.sum())
        for band, name in enumerate(BANDS):
            limit = self.most_known_l(band, served_l)
            if contested is None and served_l[band] < limit:
                is_last = not need[band + 1 :].any()
                # The total first: its prices are a good start for the band. Then
                # it gets what the band leaves of the time.
                if not is_last:
                    part = _part(TOTAL_SHARE, end, rounds)
                    total = self._total_l(served_l, band, part, total)
                part = _part(1.0 if is_last else BAND_SHARE, end, rounds)
                value = self.least_known_l([band], served_l[:band], part)
                value = min(value, limit)
                limit = _rounded(value, limit, served_l[band])
                if not is_last:
                    part = Limits(end, rounds)
                    total = self._total_l(served_l, band, part, total)
            if contested is None and served_l[band] < limit:
                contested = band
            most[name] = limit
        if contested is None:
            total = served
        elif not need[contested + 1 :].any():
            total = sum(most.values())
        priced = RADIAL_METHOD if self._trips is None else METHOD
        return Bound(
            method=WHOLE_METHOD if self._whole else priced,
            served_l=most,
            total_l=total,
            gap=(total - served) / total if total else 0.0,
        )


def _part(share: float, end: float, rounds: int) -> Limits:
    """Return limits with a share of the time until ``end``."""
    now = time.monotonic()
    return Limits(now + share * (end - now), rounds)


def _goal(bands: Sequence[int], floors_l: Sequence[float]) -> Goal:
    weight = np.zeros(len(BANDS))
    weight[list(bands)] = 1.0
    floor_l = np.zeros(len(BANDS))
    floor_l[: len(floors_l)] = np.maximum(0.0, np.array(floors_l) - SLACK_L)
    return Goal(weight=weight, floor_l=floor_l)


def _rounded(value: float, limit: int, served: int) -> int:
    """Return a bound in whole litres, up by more than the solver's tolerance."""
    if not math.isfinite(value):
        return limit
    return max(served, min(limit, math.floor(value * (1 + 1e-7) + 0.01)))
