"""Rule 5 kept by slots made by hand, and broken in one way each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.check.water_hours.slots import check_slots
from dispatch.model.water.hours import Span
from dispatch.model.water.slots import (
    Slot,
    SlotPlan,
    SlotRequest,
    TankInflow,
    TankRequest,
    UnmetUse,
    ZoneGap,
    ZoneRequest,
)

H = 3600
#: 1,200 L are used from 6 to 18, 100 L an hour, and the jars hold 600. From 6 to 9
#: 300 L/h reach the taps after an hour of filling with 50 L: 600 L.
LOW = ZoneRequest(
    zone_id="low",
    tank_id="T",
    tap_l_by_day=(1200,),
    jars_l=600,
    max_flow_l_per_h=400,
    min_slot_s=H,
    fill_s=H,
    fill_l=50,
    leak_share=0.25,
    stock_l=100,
    crew_id="K",
)
HIGH = replace(LOW, zone_id="high", high=True)
EVEN = tuple(1 / 12 if 6 <= hour < 18 else 0.0 for hour in range(24))
TANK = TankRequest(
    tank_id="T",
    stock_l=1000,
    capacity_l=2000,
    min_l=100,
    inflows=(TankInflow(span=Span(0, 24 * H), l_per_h=200),),
)
REQUEST = SlotRequest(
    zones=(LOW, HIGH),
    tanks=(TANK,),
    crews=(("K", 2),),
    step_s=H,
    use_share_by_hour=EVEN,
)


def slot(label: str, start_h: int, *drawn: int, fill: int = 50) -> Slot:
    return Slot(
        zone_id=label,
        span=Span(start_h * H, (start_h + len(drawn)) * H),
        drawn_l=drawn,
        fill_l=fill,
    )


SLOTS = (
    slot("low", 6, 50, 400, 400, 134),
    slot("high", 10, 50, 400, 400),
    slot("low", 13, 50, 400, 134),
)
#: Low has 0 L at 7, then 200, 400, 400.5 at 10 and 0.5 at 14, 200.5, 201 and 1 at 18.
#: High is dry from 7 to 11, has 200, 400 at 13, and is dry from 17 to 18: 500 L.
PLAN = SlotPlan(
    slots=SLOTS,
    unmet=(UnmetUse(zone_id="high", day=0, missing_l=500, dry_s=5 * H, reason="flow"),),
    gaps=(
        ZoneGap(zone_id="low", closed_s=8 * H, dry_s=0),
        ZoneGap(zone_id="high", closed_s=11 * H, dry_s=4 * H),
    ),
)


def keys(request: SlotRequest, plan: SlotPlan) -> set[str]:
    found = check_slots(request, plan)
    assert all(item.rule == 5 and item.line.text("zh") for item in found)
    return {item.message.key.removeprefix("hours.") for item in found}


def test_the_slots_made_by_hand_keep_every_rule() -> None:
    assert check_slots(REQUEST, PLAN) == []


TOLD = {"unmet_not_said", "gap_not_said"}


@pytest.mark.parametrize(
    ("position", "changed", "expected"),
    [
        (1, slot("else", 10, 50, 400, 400), {"slot_misplaced", *TOLD}),
        (1, slot("high", 22, 50, 400, 400), {"slot_misplaced", *TOLD}),
        (1, slot("high", 10, 50), {"slot_too_short", *TOLD}),
        (1, slot("high", 10, 50, 460, 340), {"slot_too_fast"}),
        (1, slot("high", 10, 40, 400, 400, fill=40), {"slot_not_filled"}),
        (1, slot("high", 9, 50, 400, 400), {"high_not_alone", *TOLD}),
        (
            0,
            slot("low", 6, 50, 400, 400, 534),
            {"jars_overflow", "slot_too_fast", *TOLD},
        ),
        (2, slot("low", 13, 50, 400, 400), {"unmet_not_said", "gap_not_said"}),
    ],
)
def test_a_slot_that_breaks_a_rule(
    position: int, changed: Slot, expected: set[str]
) -> None:
    slots = list(SLOTS)
    slots[position] = changed
    found = keys(REQUEST, replace(PLAN, slots=tuple(slots)))
    assert expected - TOLD <= found <= expected | TOLD


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"crews": (("K", 1),)}, {"valves_at_once"}),
        ({"valve_hours": Span(7 * H, 24 * H)}, {"valve_at_wrong_hour"}),
        ({"valve_hours": Span(6 * H, 15 * H)}, {"valve_at_wrong_hour"}),
        ({"tanks": (replace(TANK, min_l=1900),)}, {"tank_too_low"}),
        ({"tanks": (replace(TANK, inflows=()),)}, {"tank_too_low"}),
    ],
)
def test_a_request_that_the_slots_do_not_keep(
    changes: dict[str, object], expected: set[str]
) -> None:
    assert keys(replace(REQUEST, **changes), PLAN) == expected


def test_what_is_missing_must_be_said() -> None:
    assert keys(REQUEST, replace(PLAN, unmet=())) == {"unmet_not_said"}
    assert keys(REQUEST, replace(PLAN, gaps=PLAN.gaps[:1])) == {"gap_not_said"}
    both = replace(REQUEST, is_high_alone=False)
    moved = (slot("high", 9, 50, 400, 400), *SLOTS[::2])
    assert "high_not_alone" not in keys(both, replace(PLAN, slots=moved))
