"""Closures with times -> periods of the day, each with roads of its own."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dispatch.model.scenario import Scenario
    from dispatch.roads.limits import MatchedLimit

#: Periods of a day; each more is a matrix per class of trucks, and one more for
#: the legs between it and the next.
MAX_PERIODS: Final = 6

#: From which period to which, both included.
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Widened:
    """A limit that counts for longer than it holds, seconds since midnight."""

    item: MatchedLimit
    held_s: tuple[int, int]
    counted_s: tuple[int, int]


@dataclass(frozen=True, slots=True)
class DayPeriods:
    """
    Which limits hold when, over one working day.

    Attributes
    ----------
    first_s, last_s
        When the first truck may set out and the last one must be back.
    switches_s
        The moments, ascending, at which roads change; empty: the same all day.
    limits
        One entry per period, that is one more than moments.
    held_s
        From when until when each limit really holds, cut to the working day.
    """

    first_s: int
    last_s: int
    switches_s: tuple[int, ...]
    limits: tuple[tuple[MatchedLimit, ...], ...]
    held_s: tuple[tuple[MatchedLimit, int, int], ...]

    @property
    def last(self) -> int:
        """The number of the last period."""
        return len(self.switches_s)

    @property
    def all_limits(self) -> tuple[MatchedLimit, ...]:
        """Every limit that holds at some time of the day."""
        return self.limits_of((0, self.last))

    @property
    def spans(self) -> tuple[Span, ...]:
        """The periods, neighbours of two, and the whole day, each once."""
        spans = [(p, p) for p in range(self.last + 1)]
        spans += [(p, p + 1) for p in range(self.last)]
        return tuple(dict.fromkeys([*spans, (0, self.last)]))

    def limits_of(self, span: Span) -> tuple[MatchedLimit, ...]:
        """Return the limits that hold at any time of some periods, each once."""
        chosen = self.limits[span[0] : span[1] + 1]
        return tuple(dict.fromkeys(itertools.chain.from_iterable(chosen)))

    def period_at(self, time_s: int) -> int:
        """Return the number of the period of a time."""
        return sum(switch_s <= time_s for switch_s in self.switches_s)

    def hours(self, period: int) -> tuple[int, int]:
        """
        Return from when until when a period lasts.

        Returns
        -------
        tuple[int, int]
            Seconds since midnight.
        """
        bounds = (self.first_s, *self.switches_s, self.last_s)
        return bounds[period], bounds[period + 1]

    def without(self, moment: int) -> DayPeriods:
        """Return the day without its moment of that position: two periods are one."""
        merged = self.limits_of((moment, moment + 1))
        return DayPeriods(
            self.first_s,
            self.last_s,
            (*self.switches_s[:moment], *self.switches_s[moment + 1 :]),
            (*self.limits[:moment], merged, *self.limits[moment + 2 :]),
            self.held_s,
        )

    def widened(self) -> list[Widened]:
        """Return the limits that count for longer than they hold."""
        widened = []
        for item, early_s, late_s in self.held_s:
            within = [p for p in range(self.last + 1) if item in self.limits[p]]
            if not within:
                continue
            counted_s = self.hours(within[0])[0], self.hours(within[-1])[1]
            if counted_s[0] < early_s or counted_s[1] > late_s:
                widened.append(Widened(item, (early_s, late_s), counted_s))
        return widened


def periods_of_day(scenario: Scenario, matched: Sequence[MatchedLimit]) -> DayPeriods:
    """
    Return the periods of a scenario's day: a new one where any limit changes.

    Parameters
    ----------
    scenario
        The day to plan.
    matched
        Limits on the roads; those of other days are left out.
    """
    first_s = min((truck.shift_start_s for truck in scenario.trucks), default=0)
    last_s = max((truck.shift_end_s for truck in scenario.trucks), default=86_400)
    active: list[tuple[MatchedLimit, int, int]] = []
    for item in matched:
        interval = item.limit.interval_s(scenario.date)
        # Nothing is known of the next day: what holds at midnight goes on.
        if interval is None:
            continue
        early_s, late_s = interval
        late_s = last_s + 1 if late_s >= 86_400 else late_s
        if early_s <= last_s and late_s > first_s:
            active.append((item, max(early_s, first_s), min(late_s, last_s + 1)))
    moments = sorted(
        {
            moment
            for _, early_s, late_s in active
            for moment in (early_s, late_s)
            if first_s < moment <= last_s
        }
    )
    begins = (first_s, *moments)
    limits = tuple(
        tuple(item for item, early_s, late_s in active if early_s <= begin < late_s)
        for begin in begins
    )
    return DayPeriods(first_s, last_s, tuple(moments), limits, tuple(active))


def merged(
    day: DayPeriods, is_same: Callable[[int, int], bool], most: int = MAX_PERIODS
) -> DayPeriods:
    """
    Return a day of fewer periods.

    Parameters
    ----------
    day
        Periods as the limits make them.
    is_same
        Whether no truck drives otherwise in two neighbouring periods of ``day``:
        such a change is none.
    most
        Number of periods to keep at most.

    Notes
    -----
    Then, as long as there are more than ``most``, the two neighbours become one for
    which limits count least longer than they hold (the earliest of equals). A limit
    of either counts in both: what is open in a plan is open on the road.
    """
    for moment in reversed(range(day.last)):
        if is_same(moment, moment + 1):
            day = day.without(moment)
    while day.last >= most:

        def added_s(moment: int, day: DayPeriods = day) -> int:
            """Return by how much limits would count longer, over all of them."""
            here, there = set(day.limits[moment]), set(day.limits[moment + 1])
            before_s = day.switches_s[moment] - day.hours(moment)[0]
            after_s = day.hours(moment + 1)[1] - day.switches_s[moment]
            return len(there - here) * before_s + len(here - there) * after_s

        day = day.without(min(range(day.last), key=lambda k: (added_s(k), k)))
    return day
