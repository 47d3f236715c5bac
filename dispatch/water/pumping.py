"""
What engines of pumps burn.

References
----------
Course material on pump audits: 0.683 L of diesel lift 1 ML by 1 m without losses.
1 ML by 1 m is 2.725 kWh; at 0.25 L per kWh of the shaft that is 0.681 L.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_DIESEL_L_PER_ML_M: Final = 0.683


def derating(factors: Iterable[float]) -> float:
    """Return what is left of an engine's power when heat, height, belts take theirs."""
    return math.prod(factors)


def diesel_l_per_ml(head_m: float, *, efficiency: float, derated: float = 1.0) -> float:
    """
    Return the litres of diesel that lift a megalitre (1,000 m3).

    Parameters
    ----------
    head_m
        Height, with what the hose takes.
    efficiency
        Of the pump, 0 < efficiency <= 1.
    derated
        What is left of the engine's power, from `derating`.
    """
    return _DIESEL_L_PER_ML_M * head_m / (derated * efficiency)
