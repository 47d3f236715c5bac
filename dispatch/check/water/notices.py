"""Rules 5 and 10: notices tell the hours planned, and have room for approval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.check.water.facts import WaterViolation
from dispatch.model.need import BANDS
from dispatch.units import DAY_S, format_clock
from dispatch.words.message import joined, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch.model.scenario import Scenario
    from dispatch.model.water.dispatch import WaterDispatch
    from dispatch.model.water.told import SupplyNotice, WaterNotices

#: Water at a field that is none.
_NOTHING_M3: Final = 1.0

_Clocks = list[tuple[int, int]]


def check_notices(
    scenario: Scenario, dispatch: WaterDispatch, notices: WaterNotices
) -> list[WaterViolation]:
    """
    Return every broken rule of notices; an empty list means that they are right.

    Parameters
    ----------
    scenario
        With tables of the water; without them nothing is known.
    dispatch
        What is told.
    notices
        What is to be checked.
    """
    if scenario.water is None:
        return []
    found = list(check_everybody_is_told(dispatch, notices))
    known = {zone.zone_id for zone in scenario.water.zones}
    for notice in notices.supply:
        if notice.zone_id not in known:
            message = say("water_broken.notice_unknown")
            found.append(WaterViolation(5, message, notice.zone_id))
            continue
        found += check_hours_told(dispatch, notice)
        found += check_approval(dispatch, notice)
    found += check_turns_told(dispatch, notices)
    found += check_other_water_told(dispatch, notices)
    return found


def check_everybody_is_told(
    dispatch: WaterDispatch, notices: WaterNotices
) -> Iterator[WaterViolation]:
    """
    Rule 5: every zone of the plan has one notice.

    Parameters
    ----------
    dispatch
        What is told.
    notices
        All notices.
    """
    told = [notice.zone_id for notice in notices.supply]
    for zone_id in sorted({row.zone_id for row in dispatch.plan.zones} | set(told)):
        if told.count(zone_id) != 1:
            message = say("water_broken.notice_times", count=told.count(zone_id))
            yield WaterViolation(5, message, zone_id)


def _planned(dispatch: WaterDispatch, zone_id: str, day: int) -> _Clocks:
    """Return the hours of a zone on a day; slots that touch are one."""
    own = [slot.span for slot in dispatch.slots.slots if slot.zone_id == zone_id]
    if not own and _gets_water(dispatch, zone_id):
        return [(0, DAY_S)]
    clocks: _Clocks = []
    for span in sorted(own):
        start = max(span.start_s - day * DAY_S, 0)
        end = min(span.end_s - day * DAY_S, DAY_S)
        if start >= end:
            continue
        if clocks and clocks[-1][1] == start:
            clocks[-1] = (clocks[-1][0], end)
        else:
            clocks.append((start, end))
    return clocks


def _gets_water(dispatch: WaterDispatch, zone_id: str) -> bool:
    return any(row.into_m3 > 0 for row in dispatch.plan.zones if row.zone_id == zone_id)


def check_hours_told(
    dispatch: WaterDispatch, notice: SupplyNotice
) -> Iterator[WaterViolation]:
    """
    Rule 5: on every day a notice tells the hours of the plan.

    Parameters
    ----------
    dispatch
        Has the hours.
    notice
        Of one zone.
    """
    plan = dispatch.plan
    if (notice.first_day, notice.num_days) != (plan.first_day, plan.num_days):
        yield WaterViolation(5, say("water_broken.notice_days"), notice.zone_id)
        return
    for day in range(plan.num_days):
        told = [
            (span.start_s, span.end_s)
            for same in notice.slots
            if day in same.days
            for span in same.spans
        ]
        planned = _planned(dispatch, notice.zone_id, day)
        if told != planned:
            message = say(
                "water_broken.notice_hours",
                told=joined(_texts(told)),
                planned=joined(_texts(planned)),
            )
            yield WaterViolation(5, message, notice.zone_id, day)


def _texts(clocks: _Clocks) -> list[str]:
    texts = [f"{format_clock(start)}-{format_clock(end)}" for start, end in clocks]
    return texts or ["-"]


def check_approval(
    dispatch: WaterDispatch, notice: SupplyNotice
) -> Iterator[WaterViolation]:
    """
    Rule 10: where water is cut or given by the clock, approval has its place.

    Parameters
    ----------
    dispatch
        Has hours and litres.
    notice
        Of one zone.

    References
    ----------
    抗旱条例 (regulation on fighting drought), article 35: such measures are approved.
    """
    rows = [row for row in dispatch.plan.zones if row.zone_id == notice.zone_id]
    is_cut = any(
        row.need_l[band] - row.served_l[band] > 1 for row in rows for band in BANDS
    )
    days = range(dispatch.plan.num_days)
    is_by_clock = any(
        _planned(dispatch, notice.zone_id, day) != [(0, DAY_S)] for day in days
    )
    if (is_cut or is_by_clock) and notice.approval is None:
        yield WaterViolation(10, say("water_broken.no_approval"), notice.zone_id)


def check_turns_told(
    dispatch: WaterDispatch, notices: WaterNotices
) -> Iterator[WaterViolation]:
    """
    Rule 3: villages are told the turns of their canals, each once and no other.

    Parameters
    ----------
    dispatch
        Has the turns.
    notices
        All notices.
    """
    planned = {
        (turn.canal_id, turn.group_id, turn.span)
        for rota in dispatch.rotas
        for turn in rota.turns
    }
    told = [
        (turn.canal_id, turn.field_id, turn.span)
        for notice in notices.turns
        for turn in notice.turns
    ]
    for key in sorted(planned | set(told)):
        if told.count(key) != (key in planned):
            message = say("water_broken.notice_turn", canal=key[0], span=key[2])
            yield WaterViolation(3, message, key[1])


def check_other_water_told(
    dispatch: WaterDispatch, notices: WaterNotices
) -> Iterator[WaterViolation]:
    """
    Rule 3: water that comes to a field without a turn is told, with its days.

    Parameters
    ----------
    dispatch
        Has fields and turns.
    notices
        All notices.
    """
    with_turn = {turn.group_id for rota in dispatch.rotas for turn in rota.turns}
    comes: dict[str, dict[int, float]] = {}
    for row in dispatch.plan.fields:
        if row.field_m3 > _NOTHING_M3 and row.field_id not in with_turn:
            comes.setdefault(row.field_id, {})[row.day] = row.field_m3
    told = [water for notice in notices.turns for water in notice.other]
    for field_id in sorted({*comes, *(water.field_id for water in told)}):
        own = [water for water in told if water.field_id == field_id]
        days = comes.get(field_id, {})
        is_right = (
            len(own) == bool(days)
            and all(water.days == tuple(sorted(days)) for water in own)
            and all(abs(water.field_m3 - sum(days.values())) < 1 for water in own)
        )
        if not is_right:
            message = say("water_broken.notice_water", m3=sum(days.values()))
            yield WaterViolation(3, message, field_id)
