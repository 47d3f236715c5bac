"""The hours of yesterday once more, where nobody lacks water by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.solver.water_hours.slot_day import UNITS, DayWater, carry_ml, inflow_l

if TYPE_CHECKING:
    from dispatch.model.water.slots import SlotRequest, TankRequest, ZoneRequest
    from dispatch.solver.water_hours.slot_day import DayState


def same_hours(request: SlotRequest, day: int, state: DayState) -> DayWater | None:
    """
    Return the day with yesterday's hours; None: somebody would lack water.

    In every step each open zone fills its jars as far as its flow, its day's litres
    and its tank allow, which no other way of using the same hours beats for one zone.

    Parameters
    ----------
    request
        Zones that belong together.
    day
        Counted from 0.
    state
        Jars and tanks at midnight, and yesterday's hours.
    """
    if not state.is_open:
        return None
    water = DayWater(state.is_open, {}, {})
    for tank in request.tanks:
        own = [zone for zone in request.zones if zone.tank_id == tank.tank_id]
        if not _Tank(request, day, state, tank, own).fill(water):
            return None
    return water


class _Tank:
    """A tank and its zones for one day."""

    def __init__(
        self,
        request: SlotRequest,
        day: int,
        state: DayState,
        tank: TankRequest,
        zones: list[ZoneRequest],
    ) -> None:
        self._request, self._tank, self._zones = request, tank, zones
        self._come_l = inflow_l(request, tank, day)
        self._level_l = state.tanks_l[tank.tank_id]
        self._is_open = state.is_open
        self._use = {zone.zone_id: request.use_ml(zone, day) for zone in zones}
        self._jars = {zone.zone_id: state.jars_ml[zone.zone_id] for zone in zones}
        self._carry = {zone.zone_id: carry_ml(request, zone, day) for zone in zones}
        self._left = {
            zone.zone_id: sum(self._use[zone.zone_id])
            + max(0, self._carry[zone.zone_id] - self._jars[zone.zone_id])
            for zone in zones
        }

    def fill(self, water: DayWater) -> bool:
        """Fill in the litres; whether nobody lacks any, and jars last the night."""
        for zone in self._zones:
            water.drawn_l[zone.zone_id], water.filled_l[zone.zone_id] = [], []
        for step, come_l in enumerate(self._come_l):
            there_l = self._level_l + come_l - self._tank.min_l
            drawn_l = 0
            for zone in self._zones:
                filled, tapped = self._step(zone, step, there_l - drawn_l)
                water.filled_l[zone.zone_id].append(filled)
                water.drawn_l[zone.zone_id].append(filled + tapped)
                drawn_l += filled + tapped
                if self._jars[zone.zone_id] < 0:
                    return False
            if drawn_l > max(0, there_l):
                return False
            level = self._level_l + come_l - drawn_l
            self._level_l = min(self._tank.capacity_l, level)
        # Within what the search rounds off, too.
        return all(
            self._jars[label] >= carry - 2 * sum(self._use[label]) // UNITS
            for label, carry in self._carry.items()
        )

    def _step(self, zone: ZoneRequest, step: int, there_l: int) -> tuple[int, int]:
        """Return litres that fill pipes and that go to taps in a step."""
        label, step_s = zone.zone_id, self._request.step_s
        fill_steps = -(-zone.fill_s // step_s)
        run = self._run(label, step)
        filled = 0
        if 0 < run <= max(1, fill_steps):
            filled = -(-zone.fill_l // max(1, fill_steps))
        tapped = 0
        if run > fill_steps:
            flow_l = zone.max_flow_l_per_h * step_s // 3600 - filled
            use = self._use[label][step]
            room_ml = zone.jars_l * 1000 + use - self._jars[label]
            most_ml = min(room_ml, self._left[label])
            by_water = max(0, most_ml) // zone.tap_ml_per_l
            tapped = max(0, min(flow_l, by_water, there_l - filled))
        self._left[label] -= tapped * zone.tap_ml_per_l
        self._jars[label] += tapped * zone.tap_ml_per_l - self._use[label][step]
        return filled, tapped

    def _run(self, label: str, step: int) -> int:
        """Return for how many steps the valve has been open, this one included."""
        run = 0
        while run <= step and self._is_open[label][step - run]:
            run += 1
        return run
