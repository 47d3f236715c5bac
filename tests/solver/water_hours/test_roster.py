"""Rosters: the bounds of practice, every assignment of tiny ones, random ones."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
)
from dispatch.solver.water_hours.roster import plan_roster
from dispatch.water.watches import least_people, shifts_of

H = 3600
D = 24 * H
DAY = dt.date(2022, 9, 6)
GATE = Post(post_id="G", name="G", object_id="C", kind="gate", persons=2)


def people(count: int, **other: object) -> tuple[Person, ...]:
    return tuple(
        Person(person_id=f"M{n:03d}", name=f"N{n}", **other)  # type: ignore[arg-type]
        for n in range(count)
    )


def watch(days: int, post: Post = GATE) -> PostTimes:
    return PostTimes(post=post, spans=(Span(6 * H, days * D + 6 * H),))


def staff(count: int, days: int = 7, **other: object) -> StaffRequest:
    return StaffRequest(
        first_day=DAY,
        num_days=days,
        posts=(watch(days),),
        people=people(count),
        **other,  # type: ignore[arg-type]
    )


def test_a_gate_for_a_week_takes_five_people() -> None:
    """28 shifts of 12 h, each person at most 6 in 7 days: 5, for which DDNNO works."""
    assert least_people(persons=2) == 5
    request = staff(12)
    roster = plan_roster(request)
    assert check_roster(request, roster) == []
    assert len(roster.duties) == 28
    assert roster.unstaffed == ()
    assert len(roster.person_ids) == 5
    assert roster.goals[1].is_optimal
    four = plan_roster(staff(4))
    assert sum(gap.persons for gap in four.unstaffed) == 4
    assert {gap.reason for gap in four.unstaffed} <= {"rest", "on_duty"}


def test_44_hours_a_week_take_eight_people() -> None:
    """336 h a week / 44 = 7.6. Over 14 days each has 7 shifts: 84 of 88 h."""
    assert least_people(persons=2, mean_h_per_week=44) == 8
    request = staff(9, days=14, rules=DutyRules(mean_h_per_week=44))
    roster = plan_roster(request)
    assert check_roster(request, roster) == []
    assert roster.unstaffed == ()
    assert len(roster.person_ids) == 8
    seven = plan_roster(replace(request, people=people(7)), limit=0.2)
    assert seven.unstaffed


def test_a_hundred_people_hold_25_gates() -> None:
    """12 h on and 12 h off: four people a gate, and no free day."""
    assert 100 // least_people(persons=2, free_day_in=None) == 25
    rules = DutyRules(free_day_in=None, max_nights_in_row=None)

    def gates(count: int) -> StaffRequest:
        posts = [replace(GATE, post_id=f"G{n:02d}") for n in range(count)]
        return StaffRequest(
            first_day=DAY,
            num_days=1,
            posts=tuple(watch(1, post) for post in posts),
            people=people(100),
            rules=rules,
        )

    assert plan_roster(gates(25), limit=0.3).unstaffed == ()
    lacking = plan_roster(gates(26), limit=0.3).unstaffed
    assert sum(gap.persons for gap in lacking) == 4
    assert {gap.reason for gap in lacking} <= {"on_duty", "rest"}


def test_a_watch_is_cut_where_hands_change() -> None:
    """From 09:00 to 20:00 two days on, hands change at 06:00 and 18:00."""
    times = PostTimes(post=GATE, spans=(Span(9 * H, D + 20 * H),))
    ends = [shift.whole.end_s / H for shift in shifts_of(times, DutyRules())]
    assert ends == [18, 30, 42, 44]


def test_short_watches_of_a_day_are_one_shift() -> None:
    """5-8, 11-13 and 17-19 are 7 h of work within 14 h: one shift of 8 h at most."""
    spans = tuple(Span(a * H, b * H) for a, b in ((5, 8), (11, 13), (17, 19)))
    times = PostTimes(post=replace(GATE, shift_h=8), spans=spans)
    (shift,) = shifts_of(times, DutyRules())
    assert (shift.work_s, shift.whole) == (7 * H, Span(5 * H, 19 * H))
    apart = shifts_of(times, DutyRules(max_spread_s=9 * H))
    assert [s.whole for s in apart] == [Span(5 * H, 13 * H), Span(17 * H, 19 * H)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"skills": ()}, "skill"),
        ({"free_until": Moment(date=dt.date(2022, 9, 5))}, "not_free"),
        ({"free_from": Moment(date=DAY, time_s=20 * H)}, "not_free"),
        ({"nights_ok": False}, "night"),
        ({"max_h_per_day": 8.0}, "too_long"),
        ({"rest_h": 11.0}, "rest"),
    ],
)
def test_why_a_shift_lacks_people(changes: dict[str, object], reason: str) -> None:
    """One pump, one person, from 18:00 to 06:00 after a shift until 08:00."""
    person = replace(people(1)[0], **{"skills": ("pump",), **changes})
    post = replace(GATE, persons=1, skill="pump")
    before = Shift(post_id="G", spans=(Span(-4 * H, 8 * H),))
    request = StaffRequest(
        first_day=DAY,
        num_days=1,
        posts=(PostTimes(post=post, spans=(Span(18 * H, 30 * H),)),),
        people=(person,),
        past=(Duty(person_id="M000", shift=before),),
    )
    (gap,) = plan_roster(request).unstaffed
    assert (gap.persons, gap.reason) == (1, reason)
    rested = replace(request, people=(replace(people(1)[0], skills=("pump",)),))
    assert plan_roster(rested).unstaffed == ()


def test_nights_go_by_turns() -> None:
    """Six people for six nights of one: one night each."""
    spans = tuple(Span(day * D + 18 * H, day * D + 30 * H) for day in range(6))
    post = replace(GATE, persons=1)
    request = StaffRequest(
        first_day=DAY,
        num_days=6,
        posts=(PostTimes(post=post, spans=spans),),
        people=people(3),
        rules=DutyRules(max_nights_in_row=2),
    )
    roster = plan_roster(request)
    assert check_roster(request, roster) == []
    assert roster.night_spread <= 1
    assert len(roster.duties) == 6


def test_nobody_is_named_in_errors() -> None:
    request = staff(5)
    text = repr(request) + repr(plan_roster(request, limit=0.1))
    assert "M000" not in text
    assert "N0" not in text


#: Two posts of one person for three days, one by day and one by night: 6 shifts.
TINY = StaffRequest(
    first_day=DAY,
    num_days=3,
    posts=(
        PostTimes(
            post=replace(GATE, post_id="day", persons=1),
            spans=tuple(Span(d * D + 8 * H, d * D + 18 * H) for d in range(3)),
        ),
        PostTimes(
            post=replace(GATE, post_id="night", persons=1, skill="valve"),
            spans=tuple(Span(d * D + 20 * H, d * D + 28 * H) for d in range(3)),
        ),
    ),
    people=(),
)


def best_by_hand(request: StaffRequest) -> tuple[float, int]:
    """Return least hours unstaffed and then fewest people, over all assignments."""
    shifts = [
        shift for times in request.posts for shift in shifts_of(times, request.rules)
    ]
    choices = [None, *(person.person_id for person in request.people)]
    best = (float("inf"), 0)
    for row in itertools.product(choices, repeat=len(shifts)):
        pairs = [(s, p) for s, p in zip(shifts, row, strict=True) if p is not None]
        duties = tuple(Duty(person_id=p, shift=s) for s, p in pairs)
        broken = check_roster(request, Roster(duties=duties))
        if any(item.message.key != "hours.post_not_said" for item in broken):
            continue
        lost = sum(s.work_s for s, p in zip(shifts, row, strict=True) if p is None)
        best = min(best, (lost / H, len({p for p in row if p})))
    return best


@pytest.mark.parametrize(
    "changes",
    [
        [{}, {}, {}],
        [{"skills": ("valve",)}, {}, {}],
        [{"skills": ("valve",)}, {"skills": ("valve",), "nights_ok": False}, {}],
        [{"skills": ("valve",), "rest_h": 16.0}, {"skills": ("valve",)}, {}],
        [{"skills": ("valve",), "max_h_per_day": 9.0}, {"rest_h": 20.0}],
    ],
)
def test_every_assignment_of_a_tiny_one(changes: list[dict[str, object]]) -> None:
    crew = tuple(
        replace(person, **change)
        for person, change in zip(people(len(changes)), changes, strict=True)
    )
    request = replace(TINY, people=crew, rules=DutyRules(max_nights_in_row=2))
    roster = plan_roster(request)
    # Nights that differ are not a rule here: only hours and people are compared.
    reached = (roster.goals[0].value, int(roster.goals[1].value))
    assert reached == best_by_hand(request)


@st.composite
def townships(draw) -> StaffRequest:
    """Return up to three posts and six people for up to five days."""
    num_days = draw(st.integers(1, 5))
    posts = []
    for number in range(draw(st.integers(1, 3))):
        edges = sorted(
            draw(
                st.lists(
                    st.integers(0, num_days * 24), min_size=2, max_size=6, unique=True
                )
            )
        )
        spans = [
            Span(a * H, b * H) for a, b in zip(edges[::2], edges[1::2], strict=False)
        ]
        post = Post(
            post_id=f"P{number}",
            name="P",
            object_id="C",
            kind="gate",
            persons=draw(st.integers(1, 2)),
            shift_h=draw(st.sampled_from([6.0, 8.0, 12.0])),
            skill=draw(st.sampled_from(["", "pump"])),
        )
        posts.append(PostTimes(post=post, spans=tuple(spans)))
    crew = tuple(
        replace(
            person,
            skills=draw(st.sampled_from([(), ("pump",)])),
            nights_ok=draw(st.booleans()),
            rest_h=draw(st.sampled_from([8.0, 10.0, 12.0])),
            max_h_per_day=draw(st.sampled_from([6.0, 8.0, 12.0])),
        )
        for person in people(draw(st.integers(0, 6)))
    )
    rules = DutyRules(
        free_day_in=draw(st.sampled_from([None, 3, 7])),
        max_nights_in_row=draw(st.sampled_from([None, 1, 2])),
    )
    return StaffRequest(
        first_day=DAY,
        num_days=num_days,
        posts=tuple(posts),
        people=crew,
        rules=rules,
    )


QUICK = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


@QUICK
@given(townships())
def test_the_checker_accepts_every_roster(request: StaffRequest) -> None:
    assert check_roster(request, plan_roster(request)) == []


@QUICK
@given(townships())
def test_rows_in_any_order(request: StaffRequest) -> None:
    turned = replace(request, posts=request.posts[::-1], people=request.people[::-1])
    assert plan_roster(turned) == plan_roster(request)


@QUICK
@given(townships())
def test_one_more_person_is_never_worse(request: StaffRequest) -> None:
    more = Person(person_id="A", name="A", skills=("pump",))
    before = plan_roster(request)
    after = plan_roster(replace(request, people=(*request.people, more)))
    assert after.goals[0].value <= before.goals[0].value
