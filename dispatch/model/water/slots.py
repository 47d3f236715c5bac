"""Piped supply by the quarter hour: what is asked for, and the slots that were made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from dispatch.model.water.guards import require, require_amounts, require_share
from dispatch.model.water.hours import HourGoal, Span, require_apart
from dispatch.units import DAY_S

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Why people lack water that the day has for them: the tank is down, the jars hold too
#: little between slots, too few hands for the valves, low zones stay open, or the
#: flow, the shortest slot and the hours of the valves do not allow more.
SlotReason = Literal["tank", "jars", "crew", "high", "flow"]

WHOLE_DAY: Final = Span(0, DAY_S)

#: Share of the day's use in each hour. Course material on rural supply: 25 % from 5
#: to 7, 30 to 12, 15 to 17, 20 to 19, and 10 in the night.
USE_SHARE_BY_HOUR: Final = (
    *(0.01,) * 5,
    *(0.125,) * 2,
    *(0.06,) * 5,
    *(0.03,) * 5,
    *(0.1,) * 2,
    *(0.01,) * 5,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRequest:
    """
    What a zone is to get, and how it can be supplied.

    Attributes
    ----------
    tap_l_by_day
        Litres that people are to use at taps and from jars, on each day.
    jars_l, stock_l
        What all households can keep, and what they have at the start.
    max_flow_l_per_h
        Through its valve.
    min_slot_s, fill_s, fill_l
        Shortest slot after the pipes are full; time and water that fill them at each
        opening.
    high
        Whether it is closed while lower zones of its tank are open.
    crew_id
        Whose hands work its valve; empty: nobody's, it is never scarce.
    """

    zone_id: str
    tank_id: str
    tap_l_by_day: tuple[int, ...]
    jars_l: int
    max_flow_l_per_h: int
    stock_l: int = 0
    min_slot_s: int = 0
    fill_s: int = 0
    fill_l: int = 0
    leak_share: float = 0.0
    high: bool = False
    crew_id: str = ""

    def __post_init__(self) -> None:
        """Guard amounts."""
        label = f"slots of {self.zone_id}"
        amounts = ("jars_l", "stock_l", "max_flow_l_per_h", "min_slot_s", "fill_s")
        require_amounts(self, label, (*amounts, "fill_l"))
        require_share(self, label, "leak_share")
        require(min(self.tap_l_by_day, default=0) >= 0, f"{label}: negative litres")
        require(self.stock_l <= self.jars_l, f"{label}: more water than jars")

    @property
    def tap_ml_per_l(self) -> int:
        """Millilitres that taps give of a litre into full pipes, in whole ones."""
        return math.floor((1 - self.leak_share) * 1000 + 1e-6)


@dataclass(frozen=True, slots=True, kw_only=True)
class TankInflow:
    """Water that comes into a tank for a while."""

    span: Span
    l_per_h: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TankRequest:
    """
    A service tank.

    Attributes
    ----------
    min_l
        Kept for fire and clinic: nothing is drawn below it.
    inflows
        What comes in, at times that do not overlap; what does not fit is turned away.
    """

    tank_id: str
    stock_l: int
    capacity_l: int
    min_l: int = 0
    inflows: tuple[TankInflow, ...] = ()

    def __post_init__(self) -> None:
        """Guard amounts."""
        label = f"tank {self.tank_id}"
        require_amounts(self, label, ("stock_l", "capacity_l", "min_l"))
        require(self.stock_l <= self.capacity_l, f"{label}: stock above capacity")
        require_apart((inflow.span for inflow in self.inflows), label)

    def inflow_l(self, span: Span) -> int:
        """Return what comes in during a span, rounded down."""
        parts = (i.l_per_h * i.span.overlap_s(span) / 3600 for i in self.inflows)
        return math.floor(sum(parts) + 1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRequest:
    """
    Zones, tanks and hands for some days.

    Attributes
    ----------
    crews
        Valves that each crew can work at once: its persons.
    valve_hours
        Part of every day in which valves are opened and closed.
    is_high_alone
        Whether high zones open only when no low zone of their tank is open.
    use_share_by_hour
        Of the day's litres, 24 shares.
    """

    zones: tuple[ZoneRequest, ...]
    tanks: tuple[TankRequest, ...]
    crews: tuple[tuple[str, int], ...] = ()
    num_days: int = 1
    step_s: int = 900
    valve_hours: Span = WHOLE_DAY
    is_high_alone: bool = True
    use_share_by_hour: tuple[float, ...] = USE_SHARE_BY_HOUR

    def __post_init__(self) -> None:
        """Guard ids, days and steps."""
        label = "slots"
        require(DAY_S % self.step_s == 0, f"{label}: {self.step_s} s part no day")
        require(3600 % self.step_s == 0, f"{label}: {self.step_s} s part no hour")
        shares = self.use_share_by_hour
        is_day = len(shares) == 24 and min(shares) >= 0
        require(is_day and abs(sum(shares) - 1) < 1e-6, f"{label}: use of a day")
        for ids in (
            [zone.zone_id for zone in self.zones],
            [tank.tank_id for tank in self.tanks],
            [crew for crew, _ in self.crews],
        ):
            require(len(set(ids)) == len(ids), f"{label}: an id is used twice")
        for zone in self.zones:
            require(
                len(zone.tap_l_by_day) == self.num_days,
                f"{label}: {zone.zone_id} has litres of other days",
            )
            require(zone.tank_id in self.tank_by_id, f"{label}: no {zone.tank_id}")
            require(
                not zone.crew_id or zone.crew_id in dict(self.crews),
                f"{label}: no crew {zone.crew_id}",
            )

    @property
    def tank_by_id(self) -> Mapping[str, TankRequest]:
        """Tanks by id."""
        return {tank.tank_id: tank for tank in self.tanks}

    @property
    def steps_per_day(self) -> int:
        """Steps of a day."""
        return DAY_S // self.step_s

    def use_ml(self, zone: ZoneRequest, day: int) -> list[int]:
        """
        Return millilitres used in each step of a day; they add up to its litres.

        Parameters
        ----------
        zone
            Whose use.
        day
            Counted from 0.
        """
        per_hour = 3600 // self.step_s
        total = zone.tap_l_by_day[day] * 1000
        used, before, share = [], 0, 0.0
        for step in range(self.steps_per_day):
            share += self.use_share_by_hour[step // per_hour] / per_hour
            until = round(total * min(1.0, share))
            used.append(until - before)
            before = until
        used[-1] += total - before
        return used


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """
    A zone is open.

    Attributes
    ----------
    drawn_l
        Litres that leave the tank for it, step by step; those of the first steps fill
        the pipes, and of the others the share that leaks reaches no tap.
    fill_l
        What of them fills the pipes.
    """

    zone_id: str
    span: Span
    drawn_l: tuple[int, ...]
    fill_l: int = 0

    def __post_init__(self) -> None:
        """Guard litres."""
        label = f"slot of {self.zone_id}"
        require(min(self.drawn_l, default=-1) >= 0, f"{label}: litres of no step")
        require(0 <= self.fill_l <= self.total_l, f"{label}: fills more than it draws")

    @property
    def total_l(self) -> int:
        """All that leaves the tank for it."""
        return sum(self.drawn_l)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmetUse:
    """Litres that a zone was to have on a day, and at the time nobody had there."""

    zone_id: str
    day: int
    missing_l: int
    dry_s: int
    reason: SlotReason

    def __post_init__(self) -> None:
        """Refuse a zone that lacks nothing."""
        require(self.missing_l > 0, f"slots of {self.zone_id}: nothing is missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneGap:
    """The longest time for which a zone is closed, and for which its jars are dry."""

    zone_id: str
    closed_s: int
    dry_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPlan:
    """Slots of all zones by time, what they leave missing, and the goals by day."""

    slots: tuple[Slot, ...]
    unmet: tuple[UnmetUse, ...] = ()
    gaps: tuple[ZoneGap, ...] = ()
    goals_by_day: tuple[tuple[HourGoal, ...], ...] = ()

    def __post_init__(self) -> None:
        """Guard that a zone is in one state at a time."""
        for zone_id in {slot.zone_id for slot in self.slots}:
            own = [slot.span for slot in self.slots if slot.zone_id == zone_id]
            require_apart(sorted(own), f"slots of {zone_id}")

    @property
    def missing_l_by_zone(self) -> dict[str, int]:
        """What each zone lacks on all days: the plan of the days can ask for less."""
        missing: dict[str, int] = {}
        for gap in self.unmet:
            missing[gap.zone_id] = missing.get(gap.zone_id, 0) + gap.missing_l
        return missing
