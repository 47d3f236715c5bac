"""
What a service tank must hold between an inflow and a draw that repeat every day.

References
----------
Course material on rural water supply: the size is the highest less the lowest point
of what has come in less what has gone out, over a day (mass curve of Rippl, 1883).
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_DAY_H = 24.0


class Flow(NamedTuple):
    """Water that flows evenly between two hours of every day; it may pass midnight."""

    from_h: float
    until_h: float
    m3: float

    @property
    def m3_per_h(self) -> float:
        """The flow while it flows."""
        return self.m3 / self.hours

    @property
    def hours(self) -> float:
        """How long it flows: at most a day."""
        hours = (self.until_h - self.from_h) % _DAY_H
        return hours or _DAY_H

    def hours_between(self, early_h: float, late_h: float) -> float:
        """
        Return the hours that it flows in a part of the day.

        Parameters
        ----------
        early_h, late_h
            Hours since midnight, 0 to 24.
        """
        start_h = self.from_h % _DAY_H
        return sum(
            max(0.0, min(late_h, end_h) - max(early_h, begin_h))
            for begin_h, end_h in (
                (start_h, start_h + self.hours),
                (start_h - _DAY_H, start_h - _DAY_H + self.hours),
            )
        )


def tank_size_m3(inflow: Sequence[Flow], draw: Sequence[Flow]) -> float:
    """
    Return what a tank must hold so that it neither overflows nor runs empty.

    Parameters
    ----------
    inflow, draw
        Of every day; both must bring as much.

    Raises
    ------
    ValueError
        If more comes in than goes out in a day, or less.
    """
    come, gone = (sum(flow.m3 for flow in flows) for flows in (inflow, draw))
    if abs(come - gone) > 1e-6 * max(1.0, come):
        raise ValueError(f"{come} m3 come in a day and {gone} m3 go: it never repeats")
    level, levels = 0.0, [0.0]
    for early_h, late_h in itertools.pairwise(_hours((*inflow, *draw))):
        for flow, sign in (*((f, 1) for f in inflow), *((f, -1) for f in draw)):
            level += sign * flow.m3_per_h * flow.hours_between(early_h, late_h)
        levels.append(level)
    return max(levels) - min(levels)


def _hours(flows: Iterable[Flow]) -> list[float]:
    """Return all hours at which a flow starts or ends: levels turn only there."""
    ends = {hour % _DAY_H for flow in flows for hour in (flow.from_h, flow.until_h)}
    return sorted(ends | {0.0, _DAY_H})
