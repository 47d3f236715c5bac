"""Seconds and metres between places, per class of trucks, for the whole day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dispatch.arrays import Int32s, Ints


TravelMethod = Literal["table", "roads", "straight_line"]


#: Travel time or distance where no road is known.
NO_ROAD = -1


@dataclass(frozen=True, kw_only=True)
class TravelTable:
    """
    The matrices that came with the scenario (``travel_s.csv``, ``travel_m.csv``).

    Attributes
    ----------
    place_ids
        The places of both axes, P of them.
    seconds, metres
        Shape (P, P), from row to column; ``NO_ROAD`` where there is no road.
        ``metres`` is None when only times were given.
    """

    place_ids: tuple[str, ...]
    seconds: Ints
    metres: Ints | None = None

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Position of every place id on both axes."""
        return {place_id: idx for idx, place_id in enumerate(self.place_ids)}


class Leg(NamedTuple):
    """One drive: seconds on the road, metres, seconds waited for a road to open."""

    drive_s: float
    metres: int
    wait_s: float


def _leg_s(leg: Leg) -> float:
    """Return the seconds from departure to arrival."""
    return leg.wait_s + leg.drive_s


class PairTable(Protocol):
    """
    Whole numbers for all pairs of places, shape (P, P), from row to column.

    An array, or what works out the entries when they are asked for: the metres of
    20,000 places would take gigabytes, and a plan has few legs.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of places, twice."""
        ...

    def __getitem__(self, key: Any, /) -> Any:
        """Return entries as an array (P, P) would."""
        ...


class LegTimes(NamedTuple):
    """Seconds and metres as in ``Travel``: a matrix (P, P) per class of trucks."""

    seconds: tuple[Int32s, ...]
    metres: tuple[PairTable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterTravel:
    """
    Travel times from the first moment on at which roads open or close.

    Attributes
    ----------
    switches_s
        Seconds since midnight, ascending; C moments.
    periods
        C entries: for legs from each moment on.
    across
        C entries: for legs on the road at that moment and no other, over roads open
        before and after it.
    throughout
        For legs over several moments: roads open all day.
    """

    switches_s: tuple[int, ...]
    periods: tuple[LegTimes, ...]
    across: tuple[LegTimes, ...]
    throughout: LegTimes

    def every(self) -> tuple[LegTimes, ...]:
        """Return all that are not those of ``Travel`` itself."""
        return (*self.periods, *self.across, self.throughout)

    def mapped(self, change: Callable[[LegTimes], LegTimes]) -> LaterTravel:
        """Return the same with every entry changed."""
        return LaterTravel(
            switches_s=self.switches_s,
            periods=tuple(change(ways) for ways in self.periods),
            across=tuple(change(ways) for ways in self.across),
            throughout=change(self.throughout),
        )


@dataclass(frozen=True, kw_only=True)
class Travel:
    """
    Travel times and distances of every class of trucks.

    Attributes
    ----------
    place_ids
        The places of both axes: depots, sources, villages, P of them.
    seconds, metres
        One matrix per truck class, each of shape (P, P), from row to column,
        for a truck of speed factor 1; ``NO_ROAD`` where there is no road. Of metres
        only the entries asked for need to be kept.
    class_of_truck
        Position in ``seconds`` and ``metres`` for every truck id.
    method
        What the times rest on; ``straight_line`` is an estimate.
    later
        What holds from the first moment on at which roads open or close during the
        day; None: the same all day.

    Notes
    -----
    Entries that lead to a village are for a loaded truck, all others for an empty
    one: a truck that drives to a source or home is empty (rules 3 and 4).
    """

    place_ids: tuple[str, ...]
    seconds: tuple[Int32s, ...]
    metres: tuple[PairTable, ...]
    class_of_truck: Mapping[str, int]
    method: TravelMethod
    later: LaterTravel | None = None

    def leg(
        self, truck_class: int, row: int, column: int, depart_s: float, factor: float
    ) -> Leg | None:
        """
        Return the fastest drive from place to place for a departure; None: no road.

        Parameters
        ----------
        truck_class
            Position in ``seconds``, from ``class_of_truck``.
        row, column
            Positions in ``place_ids``.
        depart_s
            Seconds since midnight.
        factor
            The truck's speed factor, by which times are divided.

        Notes
        -----
        A leg either is over before roads change, or keeps to roads that are open
        before and after, or waits for a change, whatever is first.
        """
        if self.later is None:
            return self._drive(self, truck_class, row, column, factor)
        switches_s = self.later.switches_s
        period = sum(switch_s <= depart_s for switch_s in switches_s)
        best: Leg | None = None
        start_s = depart_s
        for entered in range(period, len(switches_s) + 1):
            if entered > period:
                start_s = switches_s[entered - 1]
            for times, until_s in self._open_from(self.later, entered):
                leg = self._drive(times, truck_class, row, column, factor)
                if leg is None or start_s + leg.drive_s > until_s:
                    continue
                waited = leg._replace(wait_s=start_s - depart_s)
                if best is None or _leg_s(waited) < _leg_s(best):
                    best = waited
                break  # the next ones are no faster
        return best

    @staticmethod
    def _drive(
        ways: LegTimes | Travel, truck_class: int, row: int, column: int, factor: float
    ) -> Leg | None:
        seconds = int(ways.seconds[truck_class][row, column])
        if seconds == NO_ROAD:
            return None
        return Leg(seconds / factor, int(ways.metres[truck_class][row, column]), 0.0)

    def _open_from(
        self, later: LaterTravel, period: int
    ) -> Iterator[tuple[LegTimes | Travel, float]]:
        """Yield times for legs that set out in a period, and when they must be over."""
        last = len(later.switches_s)
        until_s = (*later.switches_s, math.inf)
        yield (later.periods[period - 1] if period else self), until_s[period]
        if period < last:
            yield later.across[period], until_s[period + 1]
            yield later.throughout, math.inf

    def has_road(self, truck_class: int, row: int, column: int) -> bool:
        """
        Whether there is a road at any time of the day.

        Parameters
        ----------
        truck_class
            Position in ``seconds``, from ``class_of_truck``.
        row, column
            Positions in ``place_ids``.
        """
        matrices = [self.seconds]
        if self.later is not None:
            matrices += [ways.seconds for ways in self.later.every()]
        return any(int(m[truck_class][row, column]) != NO_ROAD for m in matrices)

    @property
    def is_estimate(self) -> bool:
        """Whether no real road stands behind the times."""
        return self.method == "straight_line"

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Position of every place id on both axes."""
        return {place_id: idx for idx, place_id in enumerate(self.place_ids)}
