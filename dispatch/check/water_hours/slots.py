"""Rule 5: supply slots of zones, by the step."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from dispatch.check.water_hours.facts import HourViolation
from dispatch.model.water.hours import Span, moment_text
from dispatch.units import DAY_S
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.model.water.slots import Slot, SlotPlan, SlotRequest, ZoneRequest


class SlotCase(NamedTuple):
    """What was asked for, and what was planned."""

    request: SlotRequest
    plan: SlotPlan

    @property
    def zone_by_id(self) -> dict[str, ZoneRequest]:
        """Zones by id."""
        return {zone.zone_id: zone for zone in self.request.zones}

    def known(self) -> Iterator[tuple[Slot, ZoneRequest]]:
        """Yield slots of zones that there are, with as many litres as steps."""
        zones = self.zone_by_id
        for slot in self.plan.slots:
            steps = slot.span.duration_s // self.request.step_s
            if slot.zone_id in zones and len(slot.drawn_l) == steps:
                yield slot, zones[slot.zone_id]

    def fill_steps(self, zone: ZoneRequest) -> int:
        """Return steps in which the pipes of a zone fill after it is opened."""
        return -(-zone.fill_s // self.request.step_s)

    def drawn_l(self, zone: ZoneRequest) -> list[int]:
        """Return what leaves the tank for a zone in each step of all days."""
        return [sum(pair) for pair in self._by_step(zone)]

    def taps_l(self, zone: ZoneRequest) -> list[int]:
        """Return what goes into full pipes of a zone in each step of all days."""
        return [tapped for tapped, _ in self._by_step(zone)]

    def _by_step(self, zone: ZoneRequest) -> list[tuple[int, int]]:
        """Return litres to taps and litres that fill pipes, by step."""
        count = self.request.num_days * self.request.steps_per_day
        rows = [(0, 0)] * count
        fill_steps = self.fill_steps(zone)
        for slot, owner in self.known():
            first = slot.span.start_s // self.request.step_s
            if owner.zone_id != zone.zone_id:
                continue
            for number, litres in enumerate(slot.drawn_l):
                filled = litres if number < fill_steps else 0
                if number == 0 and not fill_steps:
                    filled = min(litres, slot.fill_l)
                if 0 <= first + number < count:
                    rows[first + number] = litres - filled, filled
        return rows

    def is_open(self, zone: ZoneRequest) -> list[bool]:
        """Return whether a zone is open in each step of all days."""
        step_s = self.request.step_s
        own = [s.span for s in self.plan.slots if s.zone_id == zone.zone_id]
        steps = range(self.request.num_days * self.request.steps_per_day)
        return [
            any(span.start_s <= step * step_s < span.end_s for span in own)
            for step in steps
        ]


def check_slots(request: SlotRequest, plan: SlotPlan) -> list[HourViolation]:
    """
    Return every broken rule of supply slots.

    Parameters
    ----------
    request
        Zones, tanks and hands.
    plan
        Any slots, made by hand or by the planner.
    """
    case = SlotCase(request, plan)
    return [found for rule in SLOT_RULES for found in rule(case)]


def check_slot_ids(case: SlotCase) -> Iterator[HourViolation]:
    """Slots are of known zones, within one day, on full steps, with their litres."""
    step_s = case.request.step_s
    for slot in case.plan.slots:
        span = slot.span
        days = {span.start_s // DAY_S, (span.end_s - 1) // DAY_S}
        if (
            slot.zone_id not in case.zone_by_id
            or len(days) > 1
            or not 0 <= min(days) <= max(days) < case.request.num_days
            or span.start_s % step_s
            or span.end_s % step_s
            or len(slot.drawn_l) != span.duration_s // step_s
        ):
            message = say("hours.slot_misplaced", span=str(span))
            yield HourViolation(5, message, slot.zone_id)


def check_slot_runs(case: SlotCase) -> Iterator[HourViolation]:
    """Length >= shortest slot + filling."""
    step_s = case.request.step_s
    for slot, zone in case.known():
        steps = -(-zone.min_slot_s // step_s) + case.fill_steps(zone)
        if slot.span.duration_s < steps * step_s:
            message = say(
                "hours.slot_too_short",
                span=str(slot.span),
                least=steps * step_s // 60,
            )
            yield HourViolation(5, message, zone.zone_id)


def check_slot_flow(case: SlotCase) -> Iterator[HourViolation]:
    """Litres of a step <= flow x step once pipes are full; they fill with their own."""
    step_s = case.request.step_s
    for slot, zone in case.known():
        fill_steps = case.fill_steps(zone)
        most = zone.max_flow_l_per_h * step_s // 3600
        # Millilitres of rounding in each step and litres of filling in the first.
        for number, litres in enumerate(slot.drawn_l[fill_steps:]):
            spare = slot.fill_l if number == 0 and not fill_steps else 0
            if litres > max(most, spare) + 1:
                time = moment_text(slot.span.start_s + (number + fill_steps) * step_s)
                message = say(
                    "hours.slot_too_fast", time=time, litres=litres, most=most
                )
                yield HourViolation(5, message, zone.zone_id)
        filled = sum(slot.drawn_l[:fill_steps]) if fill_steps else slot.fill_l
        if filled < zone.fill_l or filled != slot.fill_l:
            message = say(
                "hours.slot_not_filled",
                span=str(slot.span),
                litres=filled,
                needed=zone.fill_l,
            )
            yield HourViolation(5, message, zone.zone_id)


def check_valve_crew(case: SlotCase) -> Iterator[HourViolation]:
    """Valves worked in a step <= hands of the crew, within the hours for it."""
    hours = case.request.valve_hours
    worked: Counter[tuple[str, int]] = Counter()
    for slot, zone in case.known():
        for time_s in (slot.span.start_s, slot.span.end_s):
            worked[zone.crew_id, time_s] += 1
            clock_s = time_s % DAY_S
            if clock_s == 0 and time_s == slot.span.end_s:
                clock_s = DAY_S
            if not hours.start_s <= clock_s <= hours.end_s:
                message = say("hours.valve_at_wrong_hour", time=moment_text(time_s))
                yield HourViolation(5, message, zone.zone_id)
    hands = dict(case.request.crews)
    # A day ends where the next one begins, but valves of the two are worked in turn:
    # closing at midnight counts with the day before.
    for (crew, time_s), count in sorted(worked.items()):
        most = hands.get(crew)
        if most is None or time_s % DAY_S == 0 or count <= most:
            continue
        message = say(
            "hours.valves_at_once", time=moment_text(time_s), count=count, most=most
        )
        yield HourViolation(5, message, crew)


def check_high_alone(case: SlotCase) -> Iterator[HourViolation]:
    """No high zone is open while a low zone of its tank is."""
    if not case.request.is_high_alone:
        return
    for (slot, zone), (other, low) in itertools.product(case.known(), case.known()):
        if (
            zone.high
            and not low.high
            and zone.tank_id == low.tank_id
            and slot.span.overlap_s(other.span)
        ):
            message = say("hours.high_not_alone", span=str(slot.span), low=low.zone_id)
            yield HourViolation(5, message, zone.zone_id)


def check_jars(case: SlotCase) -> Iterator[HourViolation]:
    """
    Jars next = jars + taps - use, 0 <= jars <= what they hold; what is unmet is said.

    Litres said to be missing on a day are those recomputed, and the longest times
    closed and dry are those of the slots.
    """
    told = {(gap.zone_id, gap.day): gap.missing_l for gap in case.plan.unmet}
    gaps = {gap.zone_id: gap for gap in case.plan.gaps}
    for zone in case.request.zones:
        taps, steps = case.taps_l(zone), case.request.steps_per_day
        level, dry_steps = zone.stock_l * 1000, []
        for day in range(case.request.num_days):
            missing = 0
            # Nobody measures jars finer than two thousandths of a day's use.
            spare_ml = 2000 + 2 * zone.tap_l_by_day[day]
            for number, use in enumerate(case.request.use_ml(zone, day)):
                step = day * steps + number
                level += zone.tap_ml_per_l * taps[step] - use
                dry_steps.append(level < 0)
                missing += max(0, -level)
                level = max(0, level)
                if level > zone.jars_l * 1000 + spare_ml:
                    message = say(
                        "hours.jars_overflow",
                        time=moment_text(step * case.request.step_s),
                        litres=level // 1000,
                        most=zone.jars_l,
                    )
                    yield HourViolation(5, message, zone.zone_id)
                    level = zone.jars_l * 1000
            litres = -(-missing // 1000)
            if litres != told.get((zone.zone_id, day), 0):
                message = say(
                    "hours.unmet_not_said",
                    day=day + 1,
                    litres=litres,
                    told=told.get((zone.zone_id, day), 0),
                )
                yield HourViolation(5, message, zone.zone_id)
        closed_s = _longest([not is_open for is_open in case.is_open(zone)])
        closed_s, dry_s = (
            count * case.request.step_s for count in (closed_s, _longest(dry_steps))
        )
        gap = gaps.get(zone.zone_id)
        if gap is None or (gap.closed_s, gap.dry_s) != (closed_s, dry_s):
            message = say(
                "hours.gap_not_said", closed=closed_s / 3600, dry=dry_s / 3600
            )
            yield HourViolation(5, message, zone.zone_id)


def _longest(flags: list[bool]) -> int:
    """Return the length of the longest run of true ones."""
    return max(
        (sum(1 for _ in run) for flag, run in itertools.groupby(flags) if flag),
        default=0,
    )


def check_tanks(case: SlotCase) -> Iterator[HourViolation]:
    """Nothing is drawn that would bring a tank below its minimum."""
    step_s = case.request.step_s
    for tank in case.request.tanks:
        rows = [
            case.drawn_l(zone)
            for zone in case.request.zones
            if zone.tank_id == tank.tank_id
        ]
        level = tank.stock_l
        for step in range(case.request.num_days * case.request.steps_per_day):
            start_s = step * step_s
            level += tank.inflow_l(Span(start_s, start_s + step_s))
            drawn = sum(row[step] for row in rows)
            level = min(level - drawn, tank.capacity_l)
            if drawn and level < tank.min_l:
                message = say(
                    "hours.tank_too_low",
                    time=moment_text(start_s),
                    litres=level,
                    least=tank.min_l,
                )
                yield HourViolation(5, message, tank.tank_id)


#: Every rule of slots, in the order in which violations are listed.
SLOT_RULES: Final = (
    check_slot_ids,
    check_slot_runs,
    check_slot_flow,
    check_valve_crew,
    check_high_alone,
    check_jars,
    check_tanks,
)
