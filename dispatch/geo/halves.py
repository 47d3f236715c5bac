"""Closures with times -> two halves of the day, each with roads of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.geo.limits import PlacedLimit
    from dispatch.scenario import Scenario


@dataclass(frozen=True, slots=True)
class DayHalves:
    """
    Which limits hold before and after the one moment when roads change.

    Attributes
    ----------
    switch_s
        Seconds since midnight; None: the same limits all day.
    before, after
        Limits that hold at any time of that half: a closure counts for the whole
        half that it reaches into.
    """

    switch_s: int | None
    before: tuple[PlacedLimit, ...]
    after: tuple[PlacedLimit, ...]

    @property
    def all_limits(self) -> tuple[PlacedLimit, ...]:
        """Every limit that holds at some time of the day."""
        return (*self.before, *(item for item in self.after if item not in self.before))

    def limits(self, half: str) -> tuple[PlacedLimit, ...]:
        """Return the limits of ``before``, ``after`` or, of both, ``across``."""
        if half == "before":
            return self.before
        return self.after if half == "after" else self.all_limits


def split_of_day(scenario: Scenario, placed: Sequence[PlacedLimit]) -> DayHalves:
    """
    Return the halves of a scenario's day.

    Notes
    -----
    Of all moments at which a limit begins or ends while trucks work, the one at
    which the limits count least longer than they hold; the earliest of equals.
    """
    first_s = min((truck.shift_start_s for truck in scenario.trucks), default=0)
    last_s = max((truck.shift_end_s for truck in scenario.trucks), default=86_400)
    held: list[tuple[PlacedLimit, int, int]] = []
    for item in placed:
        interval = item.limit.interval_s(scenario.date)
        # Nothing is known of the next day: what holds at midnight goes on.
        if interval is None:
            continue
        early_s, late_s = interval
        late_s = last_s + 1 if late_s >= 86_400 else late_s
        if early_s <= last_s and late_s > first_s:
            held.append((item, early_s, late_s))
    moments = sorted(
        {
            moment
            for _, early_s, late_s in held
            for moment in (early_s, late_s)
            if first_s < moment <= last_s
        }
    )
    if not moments:
        everything = tuple(item for item, _, _ in held)
        return DayHalves(None, everything, everything)

    def counted_s(switch_s: int) -> int:
        total = 0
        for _, early_s, late_s in held:
            total += (switch_s - first_s) if early_s < switch_s else 0
            total += (last_s - switch_s) if late_s > switch_s else 0
        return total

    switch_s = min(moments, key=lambda moment: (counted_s(moment), moment))
    return DayHalves(
        switch_s,
        tuple(item for item, early_s, _ in held if early_s < switch_s),
        tuple(item for item, _, late_s in held if late_s > switch_s),
    )
