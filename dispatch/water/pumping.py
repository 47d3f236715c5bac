"""
What engines of pumps burn.

References
----------
Course material on pump audits: 0.683 L of diesel lift 1 ML by 1 m without losses.
1 ML by 1 m is 2.725 kWh; at 0.25 L per kWh of the shaft that is 0.681 L.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
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


#: Work that lifts a megalitre by a metre, in kWh: 1e6 kg x 9.81 m/s2 x 1 m / 3.6e6.
_KWH_PER_ML_M: Final = 9.81 / 3.6


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpAudit:
    """
    What measured figures say of a pump.

    Attributes
    ----------
    efficiency
        Of pump and motor together: work done on the water by energy taken.
    """

    kwh_per_ml: float
    kwh_per_ml_m: float
    efficiency: float


def pump_audit(*, flow_l_per_s: float, head_m: float, power_kw: float) -> PumpAudit:
    """
    Return the energy that a pump takes for its water, and its efficiency.

    kWh/ML = power / flow; kWh/ML/m = that / head; 2.725 kWh/ML/m without any loss.

    Parameters
    ----------
    flow_l_per_s, head_m, power_kw
        As measured while it runs.
    """
    per_ml = power_kw / (3.6e-3 * flow_l_per_s)
    per_ml_m = per_ml / head_m
    return PumpAudit(
        kwh_per_ml=per_ml,
        kwh_per_ml_m=per_ml_m,
        efficiency=_KWH_PER_ML_M / per_ml_m,
    )


def stage_power_kw(flow_m3_per_h: float, head_m: float, *, efficiency: float) -> float:
    """
    Return the power that one stage of a chain takes.

    Parameters
    ----------
    flow_m3_per_h, head_m
        Through it.
    efficiency
        Of pump and motor together.
    """
    return flow_m3_per_h / 1000 * head_m * _KWH_PER_ML_M / efficiency


def first_stage_m3_per_h(
    last_m3_per_h: float, *, stages: int, lost_between: float
) -> float:
    """
    Return what the first stage lifts so that the last one has its flow.

    In a chain flows are equal and heads add, but for what is lost between two stages:
    first = last / (1 - lost) ** (stages - 1).

    Parameters
    ----------
    last_m3_per_h
        Flow of the last stage.
    stages
        How many there are.
    lost_between
        Share of the water lost from each stage to the next.
    """
    return last_m3_per_h / (1 - lost_between) ** (stages - 1)


def mean_power_kw(steps: Iterable[tuple[float, float]], *, efficiency: float) -> float:
    """
    Return the mean power of a pump over equal steps of time while it runs.

    power = flow x head x 2.725 / efficiency; steps without flow are left out.

    Parameters
    ----------
    steps
        Flow in m3/h and head in m of each step.
    efficiency
        Of pump and motor together.
    """
    powers = [
        stage_power_kw(flow, head_m, efficiency=efficiency)
        for flow, head_m in steps
        if flow > 0
    ]
    return math.fsum(powers) / len(powers) if powers else 0.0
