"""One day of supply slots as a model: zones, tanks, jars and hands by the step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ortools.sat.python import cp_model

from dispatch.model.water.hours import Night, Span
from dispatch.units import DAY_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.model.water.slots import (
        SlotReason,
        SlotRequest,
        TankRequest,
        ZoneRequest,
    )
    from dispatch.solver.water_hours.goals import GoalChain

#: Where valves may be worked at any hour, jars need not last longer than until then.
_MORNING_S: Final = 6 * 3600
NIGHT: Final = Night()
#: The litres of a day are counted in so many units; what rounds off is less than one.
UNITS: Final = 1000
_ML_PER_M3: Final = 1_000_000
#: More than any jars hold, in units.
_MUCH: Final = 10 * UNITS


@dataclass
class DayState:
    """What is in jars and tanks at midnight, and when zones were open before."""

    jars_ml: dict[str, int]
    tanks_l: dict[str, int]
    is_open: dict[str, list[int]] = field(default_factory=dict)

    def copy(self) -> DayState:
        """Return the same, which stays when the day goes on."""
        return DayState(dict(self.jars_ml), dict(self.tanks_l), self.is_open)

    def advance_jars(
        self,
        request: SlotRequest,
        zone: ZoneRequest,
        day: int,
        water: DayWater,
    ) -> list[int]:
        """
        Return the millilitres of use unmet in each step, and bring jars to its end.

        Parameters
        ----------
        request
            All that was asked for.
        zone
            Whose jars.
        day
            Counted from 0.
        water
            The day as planned.
        """
        level, missing = self.jars_ml[zone.zone_id], []
        drawn, filled = water.drawn_l[zone.zone_id], water.filled_l[zone.zone_id]
        for step, use in enumerate(request.use_ml(zone, day)):
            level += zone.tap_ml_per_l * (drawn[step] - filled[step]) - use
            missing.append(max(0, -level))
            level = max(0, level)
        self.jars_ml[zone.zone_id] = level
        return missing

    def advance_tanks(self, request: SlotRequest, day: int, water: DayWater) -> None:
        """
        Bring tanks to the end of a day.

        Parameters
        ----------
        request
            All that was asked for.
        day
            Counted from 0.
        water
            The day as planned.
        """
        for tank in request.tanks:
            level = self.tanks_l[tank.tank_id]
            own = [z.zone_id for z in request.zones if z.tank_id == tank.tank_id]
            for step, come in enumerate(inflow_l(request, tank, day)):
                level += come - sum(water.drawn_l[zone_id][step] for zone_id in own)
                level = min(level, tank.capacity_l)
            self.tanks_l[tank.tank_id] = level


def inflow_l(request: SlotRequest, tank: TankRequest, day: int) -> list[int]:
    """
    Return the litres that come into a tank in each step of a day.

    Parameters
    ----------
    request
        All that was asked for.
    tank
        Which tank.
    day
        Counted from 0.
    """
    step_s = request.step_s
    starts = range(day * DAY_S, (day + 1) * DAY_S, step_s)
    return [tank.inflow_l(Span(start, start + step_s)) for start in starts]


def carry_ml(request: SlotRequest, zone: ZoneRequest, day: int) -> int:
    """
    Return what jars should hold at midnight: use until valves are worked again.

    Parameters
    ----------
    request
        All that was asked for.
    zone
        Whose jars.
    day
        The day that ends, counted from 0.
    """
    hours = request.valve_hours
    until_s = hours.start_s or min(_MORNING_S, hours.end_s)
    use = request.use_ml(zone, min(day + 1, request.num_days - 1))
    return min(zone.jars_l * 1000, sum(use[: -(-until_s // request.step_s)]))


@dataclass(frozen=True, slots=True)
class DayWater:
    """
    What a day of slots comes to, by zone and step.

    Attributes
    ----------
    is_open
        1 where the valve is open.
    drawn_l, filled_l
        Litres out of the tank, and those of them that fill the pipes.
    """

    is_open: dict[str, list[int]]
    drawn_l: dict[str, list[int]]
    filled_l: dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class _Zone:
    """
    The variables of a zone, one a step.

    Water at its taps is counted in units of `unit_ml`, so that numbers stay small.
    """

    zone: ZoneRequest
    is_open: list[cp_model.IntVar]
    starts: list[cp_model.IntVar]
    ends: list[cp_model.IntVar]
    taps: list[cp_model.IntVar]
    unmet: cp_model.IntVar
    short: cp_model.IntVar
    unit_ml: int
    fill_l: int

    @property
    def drawn_ml(self) -> int:
        """Millilitres out of the tank for one unit at the taps, rounded up."""
        return -(-self.unit_ml * 1000 // self.zone.tap_ml_per_l)


def _total(parts: Sequence[cp_model.LinearExpr]) -> cp_model.LinearExpr:
    """Return a sum that is an expression, however few parts it has."""
    return sum(parts, start=0 * parts[0])


class SlotDay:
    """The model of a day."""

    def __init__(
        self,
        request: SlotRequest,
        day: int,
        state: DayState,
        *,
        lifted: SlotReason | None = None,
    ) -> None:
        """
        Set up zones, tanks and hands.

        Parameters
        ----------
        request
            Zones that belong together.
        day
            Counted from 0.
        state
            Jars and tanks at midnight.
        lifted
            A limit that is left out, to see what it costs.
        """
        self.model = cp_model.CpModel()
        self._request = request
        self._day = day
        self._state = state
        self._lifted = lifted
        self._steps = range(request.steps_per_day)
        self._zones = [self._add_zone(zone) for zone in request.zones]
        for tank in request.tanks:
            self._add_tank(tank)
        self._add_crews()
        if request.is_high_alone and lifted != "high":
            self._add_high_alone()

    def _add_zone(self, zone: ZoneRequest) -> _Zone:
        model, count = self.model, len(self._steps)
        day_ml = 1000 * zone.tap_l_by_day[self._day]
        unit_ml = max(1000, day_ml // UNITS)
        tap_ml = zone.max_flow_l_per_h * zone.tap_ml_per_l
        most = tap_ml * self._request.step_s // 3600 // unit_ml
        fill_steps = -(-zone.fill_s // self._request.step_s)
        item = _Zone(
            zone=zone,
            is_open=[model.new_bool_var("") for _ in self._steps],
            starts=[model.new_bool_var("") for _ in self._steps],
            ends=[model.new_bool_var("") for _ in range(count + 1)],
            taps=[model.new_int_var(0, most, "") for _ in self._steps],
            unmet=model.new_int_var(0, -(-day_ml // unit_ml), ""),
            short=model.new_int_var(0, zone.jars_l * 1000 // unit_ml + 1, ""),
            unit_ml=unit_ml,
            fill_l=-(-zone.fill_l // max(1, fill_steps)),
        )
        self._add_runs(item, fill_steps)
        self._add_flow(item, most, fill_steps)
        self._add_jars(item)
        return item

    def _add_runs(self, item: _Zone, fill_steps: int) -> None:
        """Run >= shortest slot + filling; valves are worked in the hours for it."""
        model, zone, count = self.model, item.zone, len(self._steps)
        least = max(1, -(-zone.min_slot_s // self._request.step_s) + fill_steps)
        hours, step_s = self._request.valve_hours, self._request.step_s
        for step in self._steps:
            before = item.is_open[step - 1] if step else 0
            model.add(
                item.is_open[step] - before == item.starts[step] - item.ends[step]
            )
            model.add(item.starts[step] + item.ends[step] <= 1)
            run = item.is_open[step : step + least]
            if len(run) < least:
                model.add(item.starts[step] == 0)
            for later in run:
                model.add_implication(item.starts[step], later)
        # Whatever is open at midnight is closed then.
        model.add(item.ends[count] == item.is_open[-1])
        for step in range(count + 1):
            if not hours.start_s <= step * step_s <= hours.end_s:
                model.add(item.ends[step] == 0)
                if step < count:
                    model.add(item.starts[step] == 0)

    def _filling(self, item: _Zone, step: int) -> cp_model.LinearExpr:
        """Return whether its pipes fill in a step: it opened few steps before."""
        fill_steps = max(1, -(-item.zone.fill_s // self._request.step_s))
        return _total(item.starts[max(0, step - fill_steps + 1) : step + 1])

    def _add_flow(self, item: _Zone, most: int, fill_steps: int) -> None:
        """0 <= water <= flow while open and full; none while the pipes fill."""
        for step in self._steps:
            # What fills the pipes goes through the same valve.
            fill = min(most, -(-item.fill_l * 1000 // item.drawn_ml))
            taken = most if fill_steps else fill
            self.model.add(
                item.taps[step]
                <= most * item.is_open[step] - taken * self._filling(item, step)
            )

    def _add_jars(self, item: _Zone) -> None:
        """
        Jars next = jars + taps - use + unmet, and 0 <= jars <= what they hold.

        Use is rounded up and jars are rounded down, by less than a unit each.
        """
        zone, model = item.zone, self.model
        most = max(0, zone.jars_l * 1000 // item.unit_ml - 2)
        if self._lifted == "jars":
            most = _MUCH
        level: cp_model.LinearExpr | int = min(
            most, self._state.jars_ml[zone.zone_id] // item.unit_ml
        )
        unmet: list[cp_model.IntVar] = []
        used_ml = used = 0
        for use_ml in self._request.use_ml(zone, self._day):
            used_ml += use_ml
            use = -(-used_ml // item.unit_ml) - used
            used += use
            after, lacks = model.new_int_var(0, most, ""), model.new_int_var(0, use, "")
            self.model.add(after == level + item.taps[len(unmet)] - use + lacks)
            level = after
            unmet.append(lacks)
        model.add(item.unmet == sum(unmet))
        carry = carry_ml(self._request, zone, self._day)
        model.add(item.short >= carry // item.unit_ml - level)
        # No more than the day has for them, and what the jars need for the night.
        spare_ml = max(0, carry - self._state.jars_ml[zone.zone_id])
        model.add(sum(item.taps) <= used + -(-spare_ml // item.unit_ml) + 1)

    def _drawn(self, item: _Zone, step: int) -> cp_model.LinearExpr:
        """Return the millilitres that leave the tank for a zone in a step."""
        fill = 1000 * item.fill_l * self._filling(item, step)
        return item.drawn_ml * item.taps[step] + fill

    def _add_tank(self, tank: TankRequest) -> None:
        """Tank next = tank + inflow - drawn - turned away; >= minimum, <= capacity."""
        own = [item for item in self._zones if item.zone.tank_id == tank.tank_id]
        start_l = self._state.tanks_l[tank.tank_id]
        come_l = inflow_l(self._request, tank, self._day)
        if self._lifted == "tank" or not own:
            return
        most, undrawn = max(tank.capacity_l, start_l), start_l
        level: cp_model.LinearExpr | int = start_l * 1000
        for step in self._steps:
            drawn = _total([self._drawn(item, step) for item in own])
            # Below the minimum from the start: it stays as it is, and nothing is drawn.
            undrawn = min(most, undrawn + come_l[step])
            # A litre a zone is kept for rounding.
            least = min(tank.min_l + len(own), undrawn)
            after = self.model.new_int_var(least * 1000, most * 1000, "")
            self.model.add(after <= level + come_l[step] * 1000 - drawn)
            level = after

    def _add_crews(self) -> None:
        """Valves opened or closed in a step <= hands of their crew."""
        if self._lifted == "crew":
            return
        for crew, hands in self._request.crews:
            own = [item for item in self._zones if item.zone.crew_id == crew]
            if len(own) <= hands:
                continue
            for step in range(len(self._steps) + 1):
                worked = [item.ends[step] for item in own]
                if step < len(self._steps):
                    worked += [item.starts[step] for item in own]
                self.model.add(sum(worked) <= hands)

    def _add_high_alone(self) -> None:
        """No high zone is open while a low zone of its tank is."""
        for tank in self._request.tanks:
            own = [item for item in self._zones if item.zone.tank_id == tank.tank_id]
            high = [item for item in own if item.zone.high]
            low = [item for item in own if not item.zone.high]
            if not high or not low:
                continue
            for step in self._steps:
                is_low = self.model.new_bool_var("")
                for item in low:
                    self.model.add_implication(item.is_open[step], is_low)
                for item in high:
                    self.model.add_implication(item.is_open[step], ~is_low)

    def reach(self, chain: GoalChain, *, only_first: bool = False) -> None:
        """
        Solve goal after goal.

        Parameters
        ----------
        chain
            Of this model.
        only_first
            Whether the litres unmet are all that matters.
        """
        zones = self._zones
        unmet = [item.unmet * item.unit_ml for item in zones]
        chain.minimise("unmet_m3", sum(unmet), unit=_ML_PER_M3)
        if only_first:
            return
        if not chain.goals[0].value:
            chain.record("worst_unmet_share", 0.0)
        else:
            self._reach_fairness(chain)
        self._reach_comfort(chain)

    def _reach_fairness(self, chain: GoalChain) -> None:
        zones = self._zones
        worst = self.model.new_int_var(0, UNITS, "")
        for item in zones:
            day_ml = 1000 * item.zone.tap_l_by_day[self._day]
            if day_ml:
                share = UNITS * item.unit_ml * item.unmet
                self.model.add(day_ml * worst >= share - item.unit_ml * UNITS)
        chain.minimise("worst_unmet_share", worst, unit=UNITS)

    def _reach_comfort(self, chain: GoalChain) -> None:
        zones = self._zones
        short = [item.short * item.unit_ml for item in zones]
        chain.minimise("jars_short_m3", sum(short), unit=_ML_PER_M3)
        if self._state.is_open:
            chain.minimise("steps_changed", sum(self._changes()))
        starts = [start for item in zones for start in item.starts]
        chain.minimise("openings", sum(starts))
        chain.minimise("night_work", sum(self._night_work()))
        opened = [is_open for item in zones for is_open in item.is_open]
        chain.minimise("open_h", sum(opened), unit=3600 / self._request.step_s)

    def start_from(self, is_open: dict[str, list[int]]) -> None:
        """
        Give the search hours to start from.

        Parameters
        ----------
        is_open
            1 where the valve of a zone is open, by step.
        """
        for item in self._zones:
            row = is_open[item.zone.zone_id]
            before = [0, *row]
            for step, now in enumerate(row):
                self.model.add_hint(item.is_open[step], now)
                self.model.add_hint(item.starts[step], now > before[step])
                self.model.add_hint(item.ends[step], now < before[step])

    def _night_work(self) -> list[cp_model.IntVar]:
        """Return valves opened or closed at night."""
        step_s = self._request.step_s
        return [
            worked
            for item in self._zones
            for row in (item.starts, item.ends)
            for step, worked in enumerate(row)
            if NIGHT.has(step * step_s)
        ]

    def _changes(self) -> list[cp_model.LinearExpr]:
        """Return what is open now and was not the day before, and the other way."""
        return [
            1 - now if was else 1 * now
            for item in self._zones
            for now, was in zip(
                item.is_open, self._state.is_open[item.zone.zone_id], strict=True
            )
        ]

    def unmet_l(self, chain: GoalChain) -> dict[str, int]:
        """Return the litres that each zone lacks in the plan."""
        return {
            item.zone.zone_id: chain.value(item.unmet) * item.unit_ml // 1000
            for item in self._zones
        }

    def result(self, chain: GoalChain) -> DayWater:
        """Return the day as planned."""
        fill_steps = {
            item.zone.zone_id: -(-item.zone.fill_s // self._request.step_s)
            for item in self._zones
        }
        water = DayWater({}, {}, {})
        for item in self._zones:
            zone_id = item.zone.zone_id
            starts = chain.values(item.starts)
            taps, given, drawn_l = [], 0, 0
            for units in chain.values(item.taps):
                # Whole litres of the sum so far, rounded up: it never adds up.
                given += units
                until_l = -(-given * item.unit_ml // item.zone.tap_ml_per_l)
                taps.append(until_l - drawn_l)
                drawn_l = until_l
            long = max(1, fill_steps[zone_id])
            filled = [
                item.fill_l * sum(starts[max(0, step - long + 1) : step + 1])
                for step in self._steps
            ]
            water.is_open[zone_id] = chain.values(item.is_open)
            water.filled_l[zone_id] = filled
            water.drawn_l[zone_id] = [a + b for a, b in zip(taps, filled, strict=True)]
        return water
