"""Pumps with their curves, and the stages at which they lift."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  pydantic reads the annotations of kept scenarios
import itertools
from dataclasses import dataclass
from typing import Literal, NamedTuple

from dispatch.model.water.guards import require, require_amounts

Energy = Literal["diesel", "petrol", "electric"]
PumpState = Literal["ok", "broken"]


class CurvePoint(NamedTuple):
    """What a pump lifts at one head."""

    head_m: float
    flow_m3_per_h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pump:
    """
    A pump, own or lent.

    Attributes
    ----------
    curve
        One to three points, by rising head; the flow never rises with it.
    fuel_l_per_h, kwh_per_h
        Of a pump with an engine, of an electric one; None: not known.
    hose_m
        Hose that comes with it.
    available_from, return_by
        First and last day on which it may run; None: not limited.
    move_h
        Hours to take it down, bring it to another lift and set it up there.
    lent_by
        Who lends it; empty: it is the township's own.
    """

    pump_id: str
    name: str
    energy: Energy
    curve: tuple[CurvePoint, ...]
    owner: str = ""
    power_kw: float | None = None
    fuel_l_per_h: float | None = None
    kwh_per_h: float | None = None
    hose_m: float = 0.0
    hours_per_day: float = 24.0
    available_from: dt.date | None = None
    return_by: dt.date | None = None
    lent_by: str = ""
    move_h: float = 2.0
    state: PumpState = "ok"

    def __post_init__(self) -> None:
        """Guard the curve, the kind of energy and the days."""
        label = f"pump {self.pump_id}"
        amounts = ("power_kw", "fuel_l_per_h", "kwh_per_h", "hose_m", "move_h")
        require_amounts(self, label, (*amounts, "hours_per_day"))
        require(self.hours_per_day <= 24, f"{label}: hours_per_day above 24")
        require(1 <= len(self.curve) <= 3, f"{label}: needs one to three points")
        for point in self.curve:
            require(min(point) >= 0, f"{label}: a negative head or flow")
        for low, high in itertools.pairwise(self.curve):
            require(low.head_m < high.head_m, f"{label}: heads must rise")
            require(
                low.flow_m3_per_h >= high.flow_m3_per_h,
                f"{label}: the flow rises with the head",
            )
        is_electric = self.energy == "electric"
        require(
            (self.fuel_l_per_h if is_electric else self.kwh_per_h) is None,
            f"{label}: fuel of an electric pump, or kWh of another one",
        )
        require(
            self.available_from is None
            or self.return_by is None
            or self.available_from <= self.return_by,
            f"{label}: goes back before it comes",
        )

    @property
    def max_head_m(self) -> float:
        """The highest head of its curve: it lifts nothing above."""
        return self.curve[-1].head_m

    def flow_m3_per_h(self, head_m: float) -> float:
        """
        Return what it lifts at a head, on straight lines between the points.

        Below the first point it is the flow there: nothing is promised that nobody
        measured. Above the last it is 0.
        """
        if head_m > self.max_head_m:
            return 0.0
        if head_m <= self.curve[0].head_m:
            return self.curve[0].flow_m3_per_h
        for low, high in itertools.pairwise(self.curve):
            if head_m <= high.head_m:
                share = (head_m - low.head_m) / (high.head_m - low.head_m)
                fall = low.flow_m3_per_h - high.flow_m3_per_h
                return low.flow_m3_per_h - share * fall
        return 0.0

    def may_run_on(self, day: dt.date) -> bool:
        """Whether it is here and in order that day."""
        return (
            self.state == "ok"
            and (self.available_from is None or self.available_from <= day)
            and (self.return_by is None or day <= self.return_by)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """
    A place where pumps lift water from one node to another: one stage of a chain.

    Attributes
    ----------
    head_m, hose_m
        Height, and length of hose that it takes.
    max_pumps
        Pumps that have room beside each other.
    power_kw_available
        Of the line there; None: not limited.
    operator_post_id
        Post of who runs it; empty: nobody is needed.
    """

    lift_id: str
    name: str
    from_node: str
    to_node: str
    head_m: float
    hose_m: float = 0.0
    max_pumps: int = 1
    power_kw_available: float | None = None
    operator_post_id: str = ""

    def __post_init__(self) -> None:
        """Guard its ends and amounts."""
        label = f"lift {self.lift_id}"
        amounts = ("head_m", "hose_m", "max_pumps", "power_kw_available")
        require_amounts(self, label, amounts)
        require(self.from_node != self.to_node, f"{label}: ends where it starts")
