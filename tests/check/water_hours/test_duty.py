"""Rule 8 kept by a roster made by hand, and broken in one way each."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from dispatch.check.water_hours.duty import check_roster
from dispatch.model.road_limits import Moment
from dispatch.model.water.duty import Person, Post
from dispatch.model.water.hours import Span
from dispatch.model.water.shifts import (
    Duty,
    DutyRules,
    PostTimes,
    Roster,
    Shift,
    StaffRequest,
    Unstaffed,
)

H = 3600
D = 24 * H
GATE = Post(post_id="G", name="G", object_id="C", kind="gate", skill="gate")
A, B = (Person(person_id=label, name=label, skills=("gate",)) for label in "AB")
REQUEST = StaffRequest(
    first_day=dt.date(2022, 9, 6),
    num_days=3,
    posts=(PostTimes(post=GATE, spans=(Span(6 * H, 2 * D + 18 * H),)),),
    people=(A, B),
    rules=DutyRules(max_nights_in_row=2, free_day_in=None),
)


def shift(start_h: float, end_h: float, post: str = "G") -> Shift:
    return Shift(post_id=post, spans=(Span(int(start_h * H), int(end_h * H)),))


#: Five shifts of 12 h in turn: A by day, B by night.
SHIFTS = [shift(6 + 12 * n, 18 + 12 * n) for n in range(5)]
DUTIES = tuple(Duty(person_id="AB"[n % 2], shift=item) for n, item in enumerate(SHIFTS))
ROSTER = Roster(duties=DUTIES, night_spread=2)


def keys(request: StaffRequest, roster: Roster) -> set[str]:
    found = check_roster(request, roster)
    assert all(item.rule == 8 and item.line.text("zh") for item in found)
    return {item.message.key.removeprefix("hours.") for item in found}


def with_duty(number: int, **changes: object) -> Roster:
    duties = list(DUTIES)
    duties[number] = replace(duties[number], **changes)  # type: ignore[arg-type]
    return replace(ROSTER, duties=tuple(duties))


def test_the_roster_made_by_hand_keeps_every_rule() -> None:
    assert check_roster(REQUEST, ROSTER) == []
    gap = Unstaffed(shift=SHIFTS[4], persons=1, reason="rest")
    assert (
        check_roster(REQUEST, replace(ROSTER, duties=DUTIES[:4], unstaffed=(gap,)))
        == []
    )


@pytest.mark.parametrize(
    ("roster", "expected"),
    [
        (replace(ROSTER, duties=DUTIES[:4]), {"post_not_said"}),
        (
            replace(ROSTER, duties=(*DUTIES, Duty(person_id="B", shift=shift(54, 60)))),
            {"post_too_many", "rest_too_short"},
        ),
        (with_duty(0, person_id="X"), {"duty_of_nobody"}),
        (
            with_duty(0, shift=shift(6, 18, "other")),
            {"duty_of_nobody", "post_not_said"},
        ),
        (with_duty(1, person_id="A"), {"rest_too_short", "two_shifts_a_day"}),
        (with_duty(1, shift=shift(18, 31)), {"post_too_many", "shift_too_long"}),
        (
            replace(
                ROSTER, duties=(*DUTIES, Duty(person_id="A", shift=shift(7, 9, "G")))
            ),
            {"person_twice", "post_too_many", "rest_too_short", "two_shifts_a_day"},
        ),
        (replace(ROSTER, night_spread=0), {"nights_uneven"}),
    ],
)
def test_a_roster_that_breaks_a_rule(roster: Roster, expected: set[str]) -> None:
    assert keys(REQUEST, roster) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"skills": ()}, {"no_skill"}),
        ({"nights_ok": False}, {"not_at_night"}),
        ({"free_until": Moment(date=dt.date(2022, 9, 7))}, {"not_free"}),
        ({"max_h_per_day": 8.0}, {"shift_too_long"}),
        ({"rest_h": 12.5}, {"rest_too_short"}),
    ],
)
def test_people_who_do_not_fit(changes: dict[str, object], expected: set[str]) -> None:
    request = replace(REQUEST, people=(A, replace(B, **changes)))  # type: ignore[arg-type]
    assert keys(request, ROSTER) == expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (DutyRules(max_nights_in_row=1), {"nights_in_row"}),
        (DutyRules(free_day_in=3), {"no_free_day"}),
        (DutyRules(mean_h_per_week=60), {"week_too_long"}),
    ],
)
def test_rules_that_the_roster_does_not_keep(
    rules: DutyRules, expected: set[str]
) -> None:
    """A has 36 h in three days: 84 a week."""
    assert keys(replace(REQUEST, rules=rules), ROSTER) == expected


def test_the_past_goes_on() -> None:
    """A ended at 22:00 the day before: eight hours of rest are too few."""
    past = (Duty(person_id="A", shift=shift(-8, -2)),)
    assert keys(replace(REQUEST, past=past), ROSTER) == {"rest_too_short"}
