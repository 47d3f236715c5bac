"""
Shares of the clock on a canal: each holding its turn, by area, in a fixed cycle.

Notes
-----
All holdings share the cycle and what drains out at its end, less what fills the canal:
``unit = (cycle - sum of filling + sum of draining) / sum of areas``. A turn is
``area * unit + filling - draining``: who must fill the canal gets that time back, and
who takes what drains into the tail gives it. So the turns add up to the cycle.

References
----------
Warabandi, as the R package of that name works it out, with its worked roster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from dispatch.units import DAY_S

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Turns that are called in the morning start in the evening, and the other way round.
_EVENING_S: Final = 18 * 3600
_MORNING_S: Final = 6 * 3600
_NOON_S: Final = 12 * 3600


class Holding(NamedTuple):
    """What has a share: its area in any unit, its time to fill, and to drain."""

    area: float
    fill_s: float = 0.0
    drain_s: float = 0.0


def seconds_per_area(holdings: Sequence[Holding], *, cycle_s: float) -> float:
    """
    Return the seconds that a unit of area has in a cycle.

    Parameters
    ----------
    holdings
        All that share the canal.
    cycle_s
        Length of the cycle: a week in most places.

    Raises
    ------
    ValueError
        If there is no area, or filling takes the whole cycle.
    """
    area = sum(holding.area for holding in holdings)
    left_s = cycle_s + sum(h.drain_s - h.fill_s for h in holdings)
    if area <= 0 or left_s <= 0:
        raise ValueError(f"nothing to share: area {area}, {left_s} s")
    return left_s / area


def turn_s(holding: Holding, *, seconds_per_area: float) -> float:
    """
    Return the seconds of one turn; below 0 where what drains in is more than a share.

    Parameters
    ----------
    holding
        Whose turn.
    seconds_per_area
        From `seconds_per_area`.
    """
    return holding.area * seconds_per_area + holding.fill_s - holding.drain_s


def turns_s(holdings: Sequence[Holding], *, cycle_s: float) -> list[float]:
    """
    Return the seconds of every turn, in the order of the holdings.

    Parameters
    ----------
    holdings
        All that share the canal.
    cycle_s
        Length of the cycle; the turns add up to it.
    """
    unit_s = seconds_per_area(holdings, cycle_s=cycle_s)
    return [turn_s(holding, seconds_per_area=unit_s) for holding in holdings]


def first_turn_s(signal_s: int) -> int:
    """
    Return when the first turn starts after the gong, in seconds like the signal.

    A gong in the morning calls for 18:00, one in the afternoon for 06:00: who is called
    has half a day to get ready. Before the first turn anybody may take water.

    Parameters
    ----------
    signal_s
        When the gong is beaten, in seconds since midnight of the first day.
    """
    midnight_s = signal_s - signal_s % DAY_S
    if signal_s % DAY_S < _NOON_S:
        return midnight_s + _EVENING_S
    return midnight_s + DAY_S + _MORNING_S
