"""Who is told what: hours said once, needs kept and cut, turns of villages."""

from __future__ import annotations

from dataclasses import replace

from dispatch.model.water.hours import Span
from dispatch.model.water.plan import ZoneDay
from dispatch.model.water.slots import Slot
from dispatch.model.water.told import DryField, SameSlots
from dispatch.model.water.turns import Rota, Turn, UnkeptTurn
from dispatch.units import DAY_S
from dispatch.water.notices import kept_and_cut, same_slots, water_notices
from dispatch.water.pump_hours import pump_from_h
from dispatch.water.turn_rows import turn_rows
from tests.files.water.dispatched import demo

H = 3600


def test_days_with_the_same_hours_are_told_once() -> None:
    """6 to 8 on days 0 and 2; on day 1 two slots that touch are one; day 3 is shut."""
    spans = [
        Span(6 * H, 8 * H),
        Span(DAY_S + 6 * H, DAY_S + 7 * H),
        Span(DAY_S + 7 * H, DAY_S + 9 * H),
        Span(2 * DAY_S + 6 * H, 2 * DAY_S + 8 * H),
    ]
    assert same_slots(spans, 4) == (
        SameSlots(days=(0, 2), spans=(Span(6 * H, 8 * H),)),
        SameSlots(days=(1,), spans=(Span(6 * H, 9 * H),)),
        SameSlots(days=(3,), spans=()),
    )


def test_a_slot_over_midnight_is_told_on_both_days() -> None:
    (first, second) = same_slots([Span(22 * H, 26 * H)], 2)
    assert first.spans == (Span(22 * H, DAY_S),)
    assert second.spans == (Span(0, 2 * H),)


def test_open_all_the_time() -> None:
    (same,) = same_slots([Span(0, 3 * DAY_S)], 3)
    assert same.is_all_day
    assert same.days == (0, 1, 2)


def litres(**bands: int) -> dict[str, int]:
    names = ("facility", "survival_vulnerable", "survival", "basic_vulnerable")
    return dict.fromkeys((*names, "basic", "livestock", "normal"), 0) | bands


def test_needs_are_cut_if_they_are_on_any_day() -> None:
    need = litres(survival=100, livestock=40, normal=50)
    rows = [
        ZoneDay(
            zone_id="Z", day=0, into_m3=1, filling_m3=0, need_l=need, served_l=need
        ),
        ZoneDay(
            zone_id="Z",
            day=1,
            into_m3=1,
            filling_m3=0,
            need_l=need,
            served_l=litres(survival=100, livestock=39, normal=20),
        ),
    ]
    # A litre is lost by rounding; needs that are not there are in neither.
    assert kept_and_cut(rows) == (("survival", "livestock"), ("normal",))
    # Of 70 litres of the last need 60 are lost by the hours, then some for animals.
    assert kept_and_cut(rows, missing_l=60)[0] == ("survival", "livestock")
    assert kept_and_cut(rows, missing_l=80)[0] == ("survival",)


def test_zones_of_the_demo() -> None:
    scenario, dispatch, _ = demo()
    notices = water_notices(scenario.water, dispatch)
    first, _, high = notices.supply
    assert (first.zone_id, high.zone_id) == ("Z-A", "Z-C")
    (same,) = first.slots
    assert same.days == (0, 1, 2)
    assert same.spans == (Span(6 * H, 8 * H), Span(17 * H, 19 * H))
    assert first.closed_s == 11 * H
    assert first.fill_s == H // 2
    assert "facility" in first.kept
    assert first.cut == ("normal",)
    assert first.approval.number == "永抗旱〔2022〕示例号"
    assert high.is_high
    assert [same.days for same in high.slots] == [(0, 2), (1,)]
    # From 15:00 of the first day to 11:00 of the third.
    assert high.closed_s == 44 * H


def test_who_always_has_water_needs_no_approval() -> None:
    scenario, dispatch, _ = demo()
    rows = tuple(replace(row, served_l=row.need_l) for row in dispatch.plan.zones)
    slots = [
        Slot(zone_id="Z-A", span=Span(d * DAY_S, (d + 1) * DAY_S), drawn_l=(9,) * 96)
        for d in range(3)
    ]
    whole = replace(
        dispatch,
        plan=replace(dispatch.plan, zones=rows),
        slots=replace(dispatch.slots, slots=tuple(slots)),
    )
    first, second, _ = water_notices(scenario.water, whole).supply
    assert not first.is_limited
    assert first.approval is None
    # No hours were planned for it: what it gets, it gets at any time.
    assert not second.is_limited


def test_villages_with_fields() -> None:
    scenario, dispatch, _ = demo()
    notices = {n.village_id: n for n in water_notices(scenario.water, dispatch).turns}
    told = notices["430423201218-1"]
    assert [turn.field_id for turn in told.turns] == ["F-WQ"]
    assert 0 < told.turns[0].mu < 280
    # F-LL gets less than a cubic metre.
    assert notices["430423201221-1"].dry == (DryField(field_id="F-LL"),)
    # F-ST is lifted to and has no turn on a canal.
    (pumped,) = notices["430423201201-1"].other
    assert pumped.days == (0, 1, 2)
    assert round(pumped.field_m3) == 5138
    assert round(pumped.mu) == 114  # 170 mu that need 7,650 m3


def test_water_of_a_field_is_shared_out_over_its_turns() -> None:
    """1,000 m3 come to the field for 500 and 300 m3 at the head and 200 not kept."""
    scenario, dispatch, _ = demo()
    outcome = replace(
        next(o for o in dispatch.plan.outcomes if o.field_id == "F-WQ"),
        need_m3=2000.0,
        field_m3=1000.0,
    )

    def rota(day: int, gross_m3: float, *unkept: UnkeptTurn) -> Rota:
        turn = Turn(
            canal_id="C-Z1",
            group_id="F-WQ",
            span=Span(day * DAY_S, day * DAY_S + H),
            gross_m3=gross_m3,
            flow_m3_per_h=500.0,
        )
        return Rota(canal_id="C-Z1", turns=(turn,), unkept=unkept)

    short = UnkeptTurn(group_id="F-WQ", missing_m3=200.0, reason="time_taken")
    parted = replace(
        dispatch,
        plan=replace(dispatch.plan, outcomes=(outcome,)),
        rotas=(rota(0, 500.0), rota(1, 300.0, short)),
    )
    rows = turn_rows(scenario.water, parted)
    assert [round(row.field_m3, 6) for row in rows] == [500, 300]
    # Half of the need of 280 mu is there: 140 mu, parted in the same way.
    assert [round(row.mu, 6) for row in rows] == [70, 42]


def test_pumps_start_in_the_morning_and_end_by_midnight() -> None:
    assert pump_from_h(0, 8) == 6
    assert pump_from_h(1, 20) == 24 + 4
    assert pump_from_h(2, 24) == 48
