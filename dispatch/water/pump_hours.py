"""When pumps run on a day, as those who start and watch them are told."""

from __future__ import annotations

from typing import Final

#: Pumps are started in the morning, so that those who watch them sleep at night.
_FROM_H: Final = 6.0


def pump_from_h(day: int, hours: float) -> float:
    """
    Return when a pump starts: in the morning, or so that it ends by midnight.

    Parameters
    ----------
    day
        From 0.
    hours
        That it runs on that day.
    """
    return 24.0 * day + max(0.0, min(_FROM_H, 24.0 - hours))
