"""Who is told what of a dispatch: hours of zones, turns of fields; facts only."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dispatch.model.need import BANDS
from dispatch.model.water.hours import Span, joined_spans
from dispatch.model.water.told import (
    Approval,
    DryField,
    OtherWater,
    SameSlots,
    SupplyNotice,
    TurnNotice,
    WaterNotices,
)
from dispatch.units import DAY_S
from dispatch.water.turn_rows import turn_rows, watered_mu

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dispatch.model.need import Band
    from dispatch.model.water.dispatch import WaterDispatch
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.plan import WaterPlan, ZoneDay
    from dispatch.model.water.supply import Zone

#: Litres that rounding may take from a need.
_ROUNDING_L: Final = 1
#: Water at a field that is none.
_NOTHING_M3: Final = 1.0


def water_notices(network: WaterNetwork, dispatch: WaterDispatch) -> WaterNotices:
    """
    Return a notice for every zone in the plan, and for every village with fields.

    Parameters
    ----------
    network
        Gives zones, fields and the texts of notices.
    dispatch
        What is told.
    """
    days: defaultdict[str, list[ZoneDay]] = defaultdict(list)
    for row in dispatch.plan.zones:
        days[row.zone_id].append(row)
    return WaterNotices(
        supply=tuple(
            _supply(network, dispatch, zone, days[zone.zone_id])
            for zone in network.zones
            if zone.zone_id in days
        ),
        turns=_turn_notices(network, dispatch),
    )


def _supply(
    network: WaterNetwork,
    dispatch: WaterDispatch,
    zone: Zone,
    rows: list[ZoneDay],
) -> SupplyNotice:
    plan = dispatch.plan
    own = [slot.span for slot in dispatch.slots.slots if slot.zone_id == zone.zone_id]
    open_spans = joined_spans(own)
    if not own and any(row.into_m3 > 0 for row in rows):
        # Hours were not planned: what it gets, it gets at any time.
        open_spans = (Span(0, plan.num_days * DAY_S),)
    missing_l = dispatch.slots.missing_l_by_zone.get(zone.zone_id, 0)
    kept, cut = kept_and_cut(rows, missing_l=missing_l)
    notice = SupplyNotice(
        zone_id=zone.zone_id,
        village_ids=zone.village_ids,
        first_day=plan.first_day,
        num_days=plan.num_days,
        slots=same_slots(open_spans, plan.num_days),
        fill_s=math.ceil(zone.fill_h * 3600),
        closed_s=_longest_closed_s(open_spans, plan.num_days),
        kept=kept,
        cut=cut,
        is_high=zone.high,
    )
    if not notice.is_limited:
        return notice
    texts = {text.key: text.zh for text in network.notices}
    approval = Approval(
        number=texts.get("approval_number", ""),
        approved_by=texts.get("approved_by", ""),
    )
    return replace(notice, approval=approval)


def same_slots(open_spans: Iterable[Span], num_days: int) -> tuple[SameSlots, ...]:
    """
    Return days with the same hours together, by the first of them.

    Parameters
    ----------
    open_spans
        In seconds since the first day began.
    num_days
        Days told of.
    """
    spans = joined_spans(open_spans)
    days: dict[tuple[Span, ...], list[int]] = {}
    for day in range(num_days):
        begin, end = day * DAY_S, (day + 1) * DAY_S
        clocks = tuple(
            Span(max(span.start_s, begin) - begin, min(span.end_s, end) - begin)
            for span in spans
            if span.start_s < end and span.end_s > begin
        )
        days.setdefault(clocks, []).append(day)
    return tuple(
        SameSlots(days=tuple(own), spans=clocks) for clocks, own in days.items()
    )


def _longest_closed_s(open_spans: tuple[Span, ...], num_days: int) -> int:
    ends = [0, *(span.end_s for span in open_spans)]
    starts = [*(span.start_s for span in open_spans), num_days * DAY_S]
    return max(max(0, start - end) for end, start in zip(ends, starts, strict=True))


def kept_and_cut(
    rows: Iterable[ZoneDay], *, missing_l: int = 0
) -> tuple[tuple[Band, ...], tuple[Band, ...]]:
    """
    Return the needs of a zone that are met on all days, and those that are not.

    Parameters
    ----------
    rows
        Its days; needs that it does not have are in neither.
    missing_l
        Litres that the hours cannot bring: the last needs go without.
    """
    need: dict[Band, int] = dict.fromkeys(BANDS, 0)
    short: dict[Band, int] = dict.fromkeys(BANDS, 0)
    for row in rows:
        for band in BANDS:
            need[band] += row.need_l[band]
            lack = row.need_l[band] - row.served_l[band]
            short[band] += lack if lack > _ROUNDING_L else 0
    needed = [band for band in BANDS if need[band]]
    for band in reversed(needed):
        taken = min(missing_l, need[band] - short[band])
        short[band] += taken if taken > _ROUNDING_L else 0
        missing_l -= taken
    return (
        tuple(band for band in needed if not short[band]),
        tuple(band for band in needed if short[band]),
    )


def _turn_notices(
    network: WaterNetwork, dispatch: WaterDispatch
) -> tuple[TurnNotice, ...]:
    plan = dispatch.plan
    turns, watered = turn_rows(network, dispatch), watered_mu(network, plan)
    needing = {row.field_id: row for row in plan.outcomes if row.need_m3 > 0}
    reasons = {row.object_id: row.reason for row in plan.shortages}
    by_village: Mapping[str, list[str]] = defaultdict(list)
    for block in network.fields:
        by_village[block.village_id].append(block.field_id)
    notices = []
    for village_id, field_ids in by_village.items():
        own = tuple(turn for turn in turns if turn.field_id in field_ids)
        others = tuple(
            water
            for field_id in field_ids
            if not any(turn.field_id == field_id for turn in own)
            for water in _other_water(field_id, plan, watered)
        )
        dry = tuple(
            DryField(field_id=field_id, reason=reasons.get(field_id))
            for field_id in field_ids
            if field_id in needing and needing[field_id].field_m3 <= _NOTHING_M3
        )
        if own or others or dry:
            notice = TurnNotice(
                village_id=village_id,
                first_day=plan.first_day,
                num_days=plan.num_days,
                turns=own,
                other=others,
                dry=dry,
            )
            notices.append(notice)
    return tuple(notices)


def _other_water(
    field_id: str, plan: WaterPlan, watered: Mapping[str, float]
) -> Iterator[OtherWater]:
    """Yield what comes to a field without a turn, if that is any."""
    rows = [row for row in plan.fields if row.field_id == field_id]
    given = {row.day: row.field_m3 for row in rows if row.field_m3 > _NOTHING_M3}
    if given:
        yield OtherWater(
            field_id=field_id,
            days=tuple(sorted(given)),
            field_m3=sum(given.values()),
            mu=watered.get(field_id, 0.0),
        )
