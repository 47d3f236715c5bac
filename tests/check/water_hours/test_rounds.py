"""Rule 8 kept by rounds made by hand, and broken in one way each."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from dispatch.check.water_hours.rounds import check_rounds
from dispatch.model.road_limits import Moment
from dispatch.model.scenario import TimeWindow
from dispatch.model.water.duty import Door, Person
from dispatch.model.water.hours import Span
from dispatch.model.water.rounds import (
    DoorVisit,
    DryDoor,
    RoundPlan,
    RoundRequest,
    RoundRules,
    Supply,
)

H = 3600
M = Person(person_id="M", name="M")
#: 150 m: 6 minutes of way and 3 of filling a go, 5 minutes at the door. 24 L a day, of
#: which 10 are there at midnight: dry at 10:00 if nobody comes.
DOOR = Door(
    household_id="H1",
    village_id="V",
    lat=27.1,
    lon=112.8,
    people=1,
    jar_l=60,
    stock_l=10,
    l_per_day=24,
    carry_m=150,
    windows=(TimeWindow(8 * H, 12 * H),),
)
FAR = replace(DOOR, household_id="H2", village_id="W", windows=())
REQUEST = RoundRequest(
    first_day=dt.date(2022, 9, 6),
    doors=(DOOR, FAR),
    people=(M,),
    supplies=(
        Supply(supply_id="S", village_id="V", span=Span(7 * H, 20 * H), litres=40),
        Supply(supply_id="T", village_id="W", span=Span(7 * H, 20 * H)),
    ),
    rules=RoundRules(),
)


def visit(label: str, start_s: int, litres: int = 40, trips: int = 2) -> DoorVisit:
    """Two goes of 9 minutes and 5 at the door: 23 minutes."""
    return DoorVisit(
        person_id="M",
        household_id=label,
        supply_id="S" if label == "H1" else "T",
        span=Span(start_s, start_s + 23 * 60),
        litres=litres,
        trips=trips,
    )


#: The second village is half an hour off.
VISITS = (visit("H1", 8 * H), visit("H2", 9 * H))
PLAN = RoundPlan(visits=VISITS)


def keys(request: RoundRequest, plan: RoundPlan) -> set[str]:
    found = check_rounds(request, plan)
    assert all(item.rule == 8 and item.line.text("zh") for item in found)
    return {item.message.key.removeprefix("hours.") for item in found}


def test_the_rounds_made_by_hand_keep_every_rule() -> None:
    assert check_rounds(REQUEST, PLAN) == []
    # Without the first: dry from 10:00 to midnight, and 12 L short for the morning.
    dry = DryDoor(
        household_id="H1", day=0, dry_s=14 * H, missing_l=12, reason="nobody_free"
    )
    assert check_rounds(REQUEST, RoundPlan(visits=VISITS[1:], dry=(dry,))) == []


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        (VISITS[1:], {"door_dry"}),
        (
            (replace(VISITS[0], person_id="X"), VISITS[1]),
            {"visit_of_nobody", "door_dry"},
        ),
        ((replace(VISITS[0], supply_id="T"), VISITS[1]), {"visit_of_nobody"}),
        ((visit("H1", 8 * H, trips=1), VISITS[1]), {"visit_too_heavy"}),
        ((visit("H1", 8 * H, trips=3), VISITS[1]), {"visit_too_fast"}),
        ((visit("H1", 7 * H), VISITS[1]), {"visit_nobody_home"}),
        (
            (VISITS[0], visit("H2", 20 * H)),
            {"visit_nobody_home", "door_dry"} | {"visit_without_water"},
        ),
        ((visit("H1", 8 * H, litres=45), VISITS[1]), {"supply_overdrawn"}),
        ((VISITS[0], visit("H2", int(8.5 * H))), {"carrier_too_fast"}),
        (
            (VISITS[0], visit("H2", 9 * H, litres=60, trips=3)),
            {"visit_overflows", "visit_too_fast"},
        ),
    ],
)
def test_rounds_that_break_a_rule(
    visits: tuple[DoorVisit, ...], expected: set[str]
) -> None:
    assert keys(REQUEST, RoundPlan(visits=visits)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"busy": (("M", Span(6 * H, 9 * H)),)}, {"carrier_not_free"}),
        (
            {"people": (replace(M, free_from=Moment(date=dt.date(2022, 9, 7))),)},
            {"carrier_not_free"},
        ),
        ({"people": (replace(M, max_h_per_day=0.5),)}, {"carrier_too_long"}),
        ({"hours": Span(9 * H, 20 * H)}, {"visit_nobody_home"}),
    ],
)
def test_requests_that_the_rounds_do_not_keep(
    changes: dict[str, object], expected: set[str]
) -> None:
    assert keys(replace(REQUEST, **changes), PLAN) == expected  # type: ignore[arg-type]


def test_nobody_carries_more_than_25_kg() -> None:
    with pytest.raises(ValueError, match="26 L in one go"):
        RoundRules(carry_l=26)
