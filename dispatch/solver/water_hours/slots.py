"""
Supply slots of zones, day by day.

Zones that share neither a tank nor a crew are planned apart. A slot ends by midnight;
what is in jars and tanks then is what the next day starts with.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from dispatch.model.water.hours import HourGoal, Span
from dispatch.model.water.slots import Slot, SlotPlan, UnmetUse, ZoneGap
from dispatch.solver.water_hours.goals import GOAL_LIMIT, GoalChain
from dispatch.solver.water_hours.slot_again import same_hours
from dispatch.solver.water_hours.slot_day import NIGHT, DayState, DayWater, SlotDay
from dispatch.units import DAY_S

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.model.water.slots import SlotReason, SlotRequest, ZoneRequest

_HOUR_S: Final = 3600
#: Goals that yesterday's hours reach wholly, where they may be used again.
_PERFECT: Final = ("unmet_m3", "worst_unmet_share", "jars_short_m3", "steps_changed")
#: Limits that are lifted to find why water is missing, in this order; the flow is what
#: remains.
_LIFTED: Final[tuple[SlotReason, ...]] = ("tank", "jars", "crew", "high")


def plan_slots(request: SlotRequest, *, limit: float = GOAL_LIMIT) -> SlotPlan:
    """
    Return when every zone is open, and what nobody had at the time it was used.

    Goals of each day in order: the fewest litres of use unmet; the smallest share of a
    zone unmet; jars that last until valves are worked again; the same hours as the day
    before; few openings, few of them at night; little time open.

    Where slots by full hours leave nobody short they are taken, as notices are easier
    to keep in mind by them; the bounds of few openings and little time are then those
    of plans by full hours.

    Parameters
    ----------
    request
        Zones with their litres, tanks, hands and days.
    limit
        Most work for each goal of a day.
    """
    # Searches of one thread each, whose work is limited: two beside each other find
    # what they find alone.
    with ThreadPoolExecutor(max_workers=2) as pool:
        plans = pool.map(lambda part: _Planner(part, limit).plan(), _apart(request))
        parts = list(plans)
    goals = [
        _sums(part.goals_by_day[day] for part in parts)
        for day in range(request.num_days if parts else 0)
    ]
    return SlotPlan(
        slots=tuple(
            sorted(
                (slot for part in parts for slot in part.slots),
                key=lambda slot: (slot.span, slot.zone_id),
            )
        ),
        unmet=tuple(
            sorted(
                (gap for part in parts for gap in part.unmet),
                key=lambda gap: (gap.day, gap.zone_id),
            )
        ),
        gaps=tuple(
            sorted(
                (gap for part in parts for gap in part.gaps),
                key=lambda gap: gap.zone_id,
            )
        ),
        goals_by_day=tuple(goals),
    )


def _sums(parts: Iterable[tuple[HourGoal, ...]]) -> tuple[HourGoal, ...]:
    """Return the goals of a day over all parts: they never compete for anything."""
    values: dict[str, float] = {}
    bounds: dict[str, float] = {}
    for goals in parts:
        for goal in goals:
            for kept, new in ((values, goal.value), (bounds, goal.bound)):
                old = kept.get(goal.name, 0.0)
                is_worst = goal.name.startswith("worst")
                kept[goal.name] = max(old, new) if is_worst else old + new
    return tuple(
        HourGoal(name=name, value=value, bound=bounds[name])
        for name, value in values.items()
    )


def _apart(request: SlotRequest) -> list[SlotRequest]:
    """Return requests that share neither tanks nor crews, ordered by their zones."""
    zones = sorted(request.zones, key=lambda zone: zone.zone_id)
    groups: list[list[ZoneRequest]] = []
    for zone in zones:
        touching = [group for group in groups if any(_share(zone, o) for o in group)]
        groups = [group for group in groups if group not in touching]
        groups.append([*(other for group in touching for other in group), zone])
    parts = []
    for group in groups:
        group.sort(key=lambda zone: zone.zone_id)
        tanks = {zone.tank_id for zone in group}
        parts.append(
            replace(
                request,
                zones=tuple(group),
                tanks=tuple(
                    sorted(
                        (tank for tank in request.tanks if tank.tank_id in tanks),
                        key=lambda tank: tank.tank_id,
                    )
                ),
            )
        )
    return sorted(parts, key=lambda part: part.zones[0].zone_id)


def _share(zone: ZoneRequest, other: ZoneRequest) -> bool:
    has_crew = bool(zone.crew_id) and zone.crew_id == other.crew_id
    return zone.tank_id == other.tank_id or has_crew


@dataclass(frozen=True, slots=True)
class _Day:
    """A day as planned."""

    goals: tuple[HourGoal, ...]
    water: DayWater


class _Planner:
    """The days of zones that belong together, one after the other."""

    def __init__(self, request: SlotRequest, limit: float) -> None:
        self._request = request
        self._limit = limit

    def plan(self) -> SlotPlan:
        """Plan all days."""
        request = self._request
        state = DayState(
            jars_ml={zone.zone_id: zone.stock_l * 1000 for zone in request.zones},
            tanks_l={tank.tank_id: tank.stock_l for tank in request.tanks},
        )
        slots: list[Slot] = []
        unmet: list[UnmetUse] = []
        goals: list[tuple[HourGoal, ...]] = []
        dry: dict[str, list[bool]] = {zone.zone_id: [] for zone in request.zones}
        for day in range(request.num_days):
            before = state.copy()
            planned = self._plan_day(day, state)
            goals.append(planned.goals)
            for zone in request.zones:
                missing = state.advance_jars(request, zone, day, planned.water)
                slots += self._slots(zone, day, planned)
                dry[zone.zone_id] += [part > 0 for part in missing]
                litres = -(-sum(missing) // 1000)
                if litres > 0:
                    unmet.append(
                        UnmetUse(
                            zone_id=zone.zone_id,
                            day=day,
                            missing_l=litres,
                            dry_s=sum(part > 0 for part in missing) * request.step_s,
                            reason="flow",
                        )
                    )
            unmet = self._with_reasons(day, before, unmet)
            state.advance_tanks(request, day, planned.water)
            state.is_open = planned.water.is_open
        return SlotPlan(
            slots=tuple(slots),
            unmet=tuple(unmet),
            gaps=tuple(self._gap(zone, slots, dry) for zone in request.zones),
            goals_by_day=tuple(goals),
        )

    def _plan_day(self, day: int, state: DayState) -> _Day:
        """Plan a day; one like another before is the same."""
        again = same_hours(self._request, day, state)
        if again is not None:
            return _Day(self._goals_again(again), again)
        hint = state.is_open
        if not hint and self._request.step_s < _HOUR_S:
            goals, hint = self._full_hours(day, state)
            whole = same_hours(self._request, day, replace(state, is_open=hint))
            if whole is not None:
                return _Day(goals, whole)
        model = SlotDay(self._request, day, state)
        if hint:
            model.start_from(hint)
        chain = GoalChain(model.model, limit=self._limit)
        model.reach(chain)
        return _Day(chain.goals, model.result(chain))

    def _full_hours(
        self, day: int, state: DayState
    ) -> tuple[tuple[HourGoal, ...], dict[str, list[int]]]:
        """Return the goals of the day by full hours, and its hours in finer steps."""
        model = SlotDay(replace(self._request, step_s=_HOUR_S), day, state)
        chain = GoalChain(model.model, limit=self._limit)
        model.reach(chain)
        times = _HOUR_S // self._request.step_s
        return chain.goals, {
            zone_id: [now for now in row for _ in range(times)]
            for zone_id, row in model.result(chain).is_open.items()
        }

    def _goals_again(self, water: DayWater) -> tuple[HourGoal, ...]:
        """Return the goals of yesterday's hours: the first four cannot be better."""
        count = _counts(water, self._request.step_s)
        return tuple(
            HourGoal(name=name, value=value, bound=value)
            for name, value in {
                **dict.fromkeys(_PERFECT, 0.0),
                **count,
            }.items()
        )

    def _slots(self, zone: ZoneRequest, day: int, planned: _Day) -> list[Slot]:
        """Return runs of open steps as slots."""
        step_s = self._request.step_s
        steps = [*planned.water.is_open[zone.zone_id], 0]
        drawn = planned.water.drawn_l[zone.zone_id]
        filled = planned.water.filled_l[zone.zone_id]
        slots, start = [], 0
        for step, now in enumerate(steps):
            if now and (step == 0 or not steps[step - 1]):
                start = step
            elif not now and step and steps[step - 1]:
                first_s = day * DAY_S
                span = Span(first_s + start * step_s, first_s + step * step_s)
                slots.append(
                    Slot(
                        zone_id=zone.zone_id,
                        span=span,
                        drawn_l=tuple(drawn[start:step]),
                        fill_l=sum(filled[start:step]),
                    )
                )
        return slots

    def _with_reasons(
        self, day: int, before: DayState, unmet: list[UnmetUse]
    ) -> list[UnmetUse]:
        """Name the limit without which a zone would lack least."""
        short = [gap for gap in unmet if gap.day == day]
        if not short:
            return unmet
        least: dict[str, tuple[int, SlotReason]] = {
            gap.zone_id: (gap.missing_l, "flow") for gap in short
        }
        for lifted in _LIFTED:
            model = SlotDay(self._request, day, before, lifted=lifted)
            chain = GoalChain(model.model, limit=self._limit / 4)
            model.reach(chain, only_first=True)
            for zone_id, missing_l in model.unmet_l(chain).items():
                if zone_id in least and missing_l < least[zone_id][0]:
                    least[zone_id] = missing_l, lifted
        return [
            replace(gap, reason=least[gap.zone_id][1]) if gap.day == day else gap
            for gap in unmet
        ]

    def _gap(
        self, zone: ZoneRequest, slots: list[Slot], dry: dict[str, list[bool]]
    ) -> ZoneGap:
        """Return the longest times without an open valve, and with dry jars."""
        end_s = self._request.num_days * DAY_S
        own = sorted(slot.span for slot in slots if slot.zone_id == zone.zone_id)
        ends = [0, *(span.end_s for span in own)]
        starts = [*(span.start_s for span in own), end_s]
        longest = run = 0
        for is_dry in dry[zone.zone_id]:
            run = run + 1 if is_dry else 0
            longest = max(longest, run)
        return ZoneGap(
            zone_id=zone.zone_id,
            closed_s=max(s - e for s, e in zip(starts, ends, strict=True)),
            dry_s=longest * self._request.step_s,
        )


def _counts(water: DayWater, step_s: int) -> dict[str, float]:
    """Return openings, work at night and hours open of given hours."""
    openings = night = steps = 0
    for row in water.is_open.values():
        closed = zip([0, *row], [*row, 0], strict=True)
        worked = [step for step, (was, now) in enumerate(closed) if was != now]
        openings += len(worked) // 2
        night += sum(NIGHT.has(step * step_s) for step in worked)
        steps += sum(row)
    return {
        "openings": float(openings),
        "night_work": float(night),
        "open_h": steps * step_s / 3600,
    }
