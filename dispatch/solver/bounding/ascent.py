"""Column generation that proves a bound in every round."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from dispatch.errors import SolverError
from dispatch.solver.bounding.classes import counted, uncounted
from dispatch.solver.bounding.known import add_known, columns_of
from dispatch.solver.bounding.master import Master
from dispatch.solver.bounding.prices import (
    mixed,
    priced_bound,
    rescaled,
    with_classes,
)
from dispatch.solver.bounding.skeletons import shortest_tours_s, skeletons_within
from dispatch.solver.bounding.trips import Trip, find_trips, trip_profit, trip_seconds
from dispatch.solver.bounding.whole import WholeModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.arrays import Floats
    from dispatch.solver.bounding.classes import VisitClasses
    from dispatch.solver.bounding.data import BoundData
    from dispatch.solver.bounding.known import KnownTrip
    from dispatch.solver.bounding.prices import Goal, Prices
    from dispatch.solver.bounding.whole import Whole

logger = logging.getLogger(__name__)

#: Share of the best prices so far in those that are tried next, at first.
STEADINESS: Final = 0.8
#: It rises to this where the bound at the mixed prices is worse by a share, and falls
#: where few columns are new.
STEADIEST: Final = 0.97
FAR: Final = 0.02
FEW_NEW: Final = 40
#: Stop when the bound is this near to the value of the master program.
NEAR_ENOUGH: Final = 2e-4
#: Look at this gap to the master program whether floors must be dearer.
NEARLY: Final = 0.02
#: Counted classes of visits per village.
MAX_CLASSES: Final = 8
#: Trips to add in one round per kind of trucks, the best ones of all.
MAX_NEW: Final = 50
#: Sources from which the first trips to every village start.
FIRST_SOURCES: Final = 2
#: Villages up to which all trips are looked at, and trips of all trucks that a program
#: over whole ones can do with.
MAX_WHOLE: Final = 9
MAX_WHOLE_TRIPS: Final = 400


@dataclass(frozen=True)
class Limits:
    """When to stop: a moment of `time.monotonic`, and a number of rounds."""

    deadline: float
    rounds: int

    def are_reached(self, rounds: int) -> bool:
        """Whether to stop after so many rounds."""
        return rounds >= self.rounds or time.monotonic() >= self.deadline


class TripBound:
    """
    Bounds from trips, for one goal after another; what is learnt is kept.

    Parameters
    ----------
    data
        The scenario as the bound sees it.
    units
        Parts into which tanks are cut.
    known
        Trips of a good plan, to start from.
    """

    def __init__(
        self, data: BoundData, *, units: int, known: Sequence[KnownTrip] = ()
    ) -> None:
        self.data = data
        self.units = units
        self._known = columns_of(data, known)
        self._plain = Master(data, uncounted(data, units))
        add_known(self._plain, self._known)
        for trip in first_trips(data):
            self._plain.add_trip(trip)
        self._fine: Master | None = None
        self._tours_s: list[Floats] | None = None
        self._best_plain: dict[bytes, tuple[float, Prices]] = {}
        self._best_fine: dict[bytes, tuple[Goal, Prices]] = {}

    def prove(self, goal: Goal, limits: Limits, known_l: float) -> float:
        """
        Return a bound on the goal in litres, without counting visits.

        Parameters
        ----------
        goal
            Bands whose litres count, and litres that bands must get.
        limits
            When to stop; what is proven by then holds.
        known_l
            A bound that is known already; the result is not above it.
        """
        value, prices = _improve(self._plain, goal, None, limits, known_l)
        if prices is not None:
            self._best_plain[_key(goal)] = (value, prices)
        return value

    def refine(
        self, goal: Goal, band_ends: Sequence[int], limits: Limits, known_l: float
    ) -> float:
        """
        Return a bound on the goal in litres, with whole visits counted.

        Parameters
        ----------
        goal
            Bands whose litres count, and litres that bands must get.
        band_ends
            Bands up to which every village may have to be served, as in `counted`.
        limits
            When to stop; what is proven by then holds.
        known_l
            A bound that is known already; the result is not above it.
        """
        if _key(goal) not in self._best_plain:
            return known_l
        plain_l, plain = self._best_plain[_key(goal)]
        if self._fine is None:
            classes = counted(self.data, self.units, MAX_CLASSES, band_ends)
            self._fine = Master(self.data, classes)
            add_known(self._fine, self._known)
        for trip in self._plain.trips:
            self._fine.add_trip(trip)
        center = with_classes(plain, self._fine.classes)
        is_good = plain_l < self.data.need.sum(axis=0) @ goal.weight - 1
        if _key(goal) in self._best_fine:
            _, center = self._best_fine[_key(goal)]
            is_good = True
        elif self._best_fine:
            before, prices = next(reversed(self._best_fine.values()))
            center = rescaled(self.data, self._fine.classes, goal, before, prices)
            is_good = True
        value, best = _improve(
            self._fine, goal, center, limits, known_l, is_good=is_good
        )
        if best is not None:
            self._best_fine[_key(goal)] = (goal, best)
        return value

    def whole(self, goal: Goal, served_l: float, seconds: float) -> Whole | None:
        """
        Return what whole trips of every truck give, None if there are too many.

        Parameters
        ----------
        goal
            A goal that was proven before: its prices tell which trips can matter.
        served_l
            Litres of the goal that a plan gets. The bound holds for better ones only.
        seconds
            Wall time at most.

        Raises
        ------
        SolverError
            If the program has no answer.
        """
        kinds = self.data.kinds
        if max(kind.villages.size for kind in kinds) > MAX_WHOLE:
            return None
        if self._tours_s is None:
            self._tours_s = [shortest_tours_s(kind) for kind in kinds]
        options = [
            skeletons_within(
                self.data,
                classes,
                prices,
                priced_bound(self.data, classes, goal, prices)[0] - served_l + 1,
                self._tours_s,
            )
            for classes, prices in self._proofs(goal)
        ]
        if not options:
            return None
        skeletons = min(options, key=len)
        num_trips = sum(kinds[trip.kind].trucks.size for trip in skeletons)
        if num_trips > MAX_WHOLE_TRIPS:
            return None
        return WholeModel(self.data, skeletons, goal).solve(seconds)

    def _proofs(self, goal: Goal) -> list[tuple[VisitClasses, Prices]]:
        """Return the prices that proved most, with their classes of visits."""
        key = _key(goal)
        proofs = []
        if key in self._best_plain:
            proofs.append((self._plain.classes, self._best_plain[key][1]))
        if self._fine is not None and key in self._best_fine:
            proofs.append((self._fine.classes, self._best_fine[key][1]))
        return proofs


def _key(goal: Goal) -> bytes:
    return goal.weight.tobytes() + goal.floor_l.tobytes()


def first_trips(data: BoundData) -> list[Trip]:
    """Return trips to single villages, to start with."""
    trips = []
    for k, kind in enumerate(data.kinds):
        back = kind.finish.min(axis=1)
        for stop in range(kind.villages.size):
            litres = min(kind.room[stop], kind.capacity)
            for source in np.argsort(kind.start[:, stop])[:FIRST_SOURCES]:
                if np.isfinite(kind.start[source, stop] + back[stop]):
                    end = int(kind.finish[stop].argmin())
                    trips.append(Trip(k, int(source), (stop,), (float(litres),), end))
    return trips


def _improve(
    master: Master,
    goal: Goal,
    center: Prices | None,
    limits: Limits,
    known_l: float,
    *,
    is_good: bool = False,
) -> tuple[float, Prices | None]:
    """
    Return the least bound met, at most ``known_l``, and its prices if any.

    Prices of a center that ``is_good`` are left for better ones only; others, which
    may prove no more than what is needed, for the first that are met.
    """
    master.set_goal(goal)
    best = np.inf
    if is_good and center is not None:
        best, center = _proven(master, goal, center)
    rounds = 0
    steadiness = STEADINESS
    while not limits.are_reached(rounds):
        rounds += 1
        try:
            value, latest = master.solve()
        except SolverError as error:
            logger.warning("%s", error)
            break
        # Prices near the best so far first: the latest ones swing (Wentges 1997).
        steady = latest if center is None else mixed(center, latest, steadiness)
        for tried in (steady, latest):
            bound, prices, added = _try(master, goal, tried, latest)
            if tried is not latest and master.classes.is_counted.any():
                steadiness = _steadier(steadiness, bound, best, added)
            if bound < best:
                best = bound
                center = prices
            if added or tried is latest:
                break
        left = best - value
        is_near = not added or left <= NEAR_ENOUGH * max(1.0, best)
        if not is_near and left > NEARLY * max(1.0, best):
            continue
        if not master.raise_floors() and is_near:
            break
    return min(known_l, best), center if best < np.inf else None


def _steadier(steadiness: float, bound: float, best: float, added: int) -> float:
    """Return how steady to be next, from what the mixed prices have led to."""
    if bound < best:
        return steadiness + 0.3 * (STEADINESS - steadiness)
    if added < FEW_NEW:  # near the best prices nothing more is to be learnt
        return 0.6 * steadiness
    if bound > best + FAR * abs(best):
        return steadiness + 0.3 * (STEADIEST - steadiness)
    return steadiness


def _proven(master: Master, goal: Goal, center: Prices) -> tuple[float, Prices]:
    """Return the bound at some prices, and these with seconds at which they hold."""
    rates, trips = find_trips(master.data, master.classes, center)
    for trip in trips:
        master.add_trip(trip)
    prices = replace(center, second=rates)
    bound, patterns = priced_bound(master.data, master.classes, goal, prices)
    master.add_sets(goal, prices, patterns)
    return bound, prices


def _try(
    master: Master, goal: Goal, tried: Prices, latest: Prices
) -> tuple[float, Prices, int]:
    """Return bound and prices, seconds raised until they hold, and what is new."""
    data, classes = master.data, master.classes
    rates, trips = find_trips(data, classes, tried)
    prices = replace(tried, second=rates)
    bound, patterns = priced_bound(data, classes, goal, prices)
    added = master.add_sets(goal, tried, patterns)
    if tried is not latest and classes.is_counted.any():
        _, wanted = priced_bound(data, classes, goal, latest)
        added += master.add_sets(goal, latest, wanted)
    gains = [
        trip_profit(data, classes, latest, trip)
        - latest.second[trip.kind] * trip_seconds(data, trip)
        for trip in trips
    ]
    taken = 0
    for k in np.argsort(gains)[::-1]:
        if gains[k] <= 1e-6 or taken >= MAX_NEW * len(data.kinds):
            break
        taken += master.add_trip(trips[k])
    return bound, prices, added + taken
