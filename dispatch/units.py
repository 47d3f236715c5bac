"""Conversions at the border: times of day and integer scaling to the safe side."""

from __future__ import annotations

import math
import re
from typing import Literal

DAY_S = 86_400

_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?")


def parse_clock_s(text: str) -> int:
    """
    Return the seconds since midnight of ``HH:MM`` or ``HH:MM:SS``.

    ``24:00`` is the end of the day; hours up to 47 name the next day.

    Raises
    ------
    ValueError
        If the text is no time of day.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no time of day such as 08:30")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    if hours > 47:
        raise ValueError(f"{text!r} is no time of day: the hour is too large")
    return hours * 3600 + minutes * 60 + seconds


def format_clock(time_s: int, *, seconds: Literal["cut", "any", "all"] = "cut") -> str:
    """
    Return ``HH:MM`` or ``HH:MM:SS`` of seconds since midnight.

    Parameters
    ----------
    time_s
        Seconds since midnight; above 86400 it is the next day, and hours go on.
    seconds
        ``cut`` leaves them out, ``any`` shows them where there are some, ``all``
        always.
    """
    text = f"{time_s // 3600:02d}:{time_s % 3600 // 60:02d}"
    if seconds == "cut" or (seconds == "any" and time_s % 60 == 0):
        return text
    return f"{text}:{time_s % 60:02d}"


def flow_duration_s(litres: int, rate_l_per_min: float | None) -> int:
    """
    Return the whole seconds that ``litres`` take at a rate, rounded up.

    ``None`` means that the rate is not limited: the water takes no time.

    Parameters
    ----------
    litres
        Litres to fill or unload.
    rate_l_per_min
        Litres a minute; None: not limited, the water takes no time.
    """
    if rate_l_per_min is None:
        return 0
    return math.ceil(litres * 60 / rate_l_per_min - 1e-9)


def scaled_travel_s(travel_s: int, speed_factor: float) -> int:
    """
    Return the travel time of a faster or slower truck, rounded up.

    Parameters
    ----------
    travel_s
        Seconds of a truck with factor 1.
    speed_factor
        Driving times are divided by it; positive.
    """
    return math.ceil(travel_s / speed_factor - 1e-9)


#: Square metres of a mu: 15 of them are a hectare.
M2_PER_MU = 10_000 / 15


def m3_per_mu(depth_mm: float) -> float:
    """Return the cubic metres that a depth of water is on one mu: 2/3 a millimetre."""
    return depth_mm * M2_PER_MU / 1000


def depth_mm(water_m3_per_mu: float) -> float:
    """Return the depth that cubic metres on one mu are."""
    return water_m3_per_mu * 1000 / M2_PER_MU
