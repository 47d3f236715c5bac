"""
What taps give at a lower pressure, and how long a store lasts.

References
----------
Wagner, Shamir, Marks (1988), Water distribution reliability: simulation methods,
J. Water Resour. Plan. Manage. 114(3): flow goes with the root of the pressure.
"""

from __future__ import annotations

import math
from typing import Final

_S_PER_D: Final = 86_400


def delivered_m3_per_h(
    demand_m3_per_h: float,
    *,
    pressure_m: float,
    required_m: float,
    least_m: float = 0.0,
) -> float:
    """
    Return what taps give: all at the required pressure, nothing at the least.

    Parameters
    ----------
    demand_m3_per_h
        What they give at the required pressure.
    pressure_m
        Pressure there is.
    required_m, least_m
        Pressure at which they give all, and nothing.
    """
    if pressure_m >= required_m:
        return demand_m3_per_h
    share = max(0.0, (pressure_m - least_m) / (required_m - least_m))
    return demand_m3_per_h * math.sqrt(share)


def mean_flow_m3_per_s(volume_m3: float, *, days: float) -> float:
    """
    Return the flow that empties a volume in some days.

    Parameters
    ----------
    volume_m3
        Water that may be taken.
    days
        For how long it is to last.
    """
    return volume_m3 / (days * _S_PER_D)


def days_at_flow(volume_m3: float, *, flow_m3_per_s: float) -> float:
    """
    Return how long a volume lasts at a flow.

    Parameters
    ----------
    volume_m3
        Water that may be taken.
    flow_m3_per_s
        Flow at which it is taken.
    """
    return volume_m3 / (flow_m3_per_s * _S_PER_D)
