"""Duty on paper and as calendar files: one person each, and no other name."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.files.water.duty_calendar import duty_calendar, escaped, folded
from dispatch.files.water.duty_lists import clocks, duty_lists, duty_rows
from dispatch.model.water.duty import Person, Post
from dispatch.model.water.hours import Span
from dispatch.model.water.rounds import DoorVisit, RoundPlan
from dispatch.model.water.shifts import Duty, Roster, Shift
from dispatch.words.words import Words

H = 3600
DAY = dt.date(2022, 9, 6)
MADE_AT = dt.datetime(2022, 9, 5, 20, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
PEOPLE = tuple(
    Person(person_id=label, name=name)
    for label, name in (("M2", "李四"), ("M1", "张三"), ("M3", "王五"))
)
LONG = "左干渠下段巡渠，" * 12
POST = Post(post_id="G", name=LONG, object_id="C", kind="canal")
ROSTER = Roster(
    duties=(
        Duty(
            person_id="M1",
            shift=Shift(
                post_id="G", spans=(Span(18 * H, 30 * H), Span(31 * H, 32 * H))
            ),
        ),
        Duty(person_id="M2", shift=Shift(post_id="X", spans=(Span(6 * H, 18 * H),))),
    )
)
ROUNDS = RoundPlan(
    visits=(
        DoorVisit(
            person_id="M1",
            household_id="H01",
            supply_id="S",
            span=Span(8 * H, 8 * H + 1800),
            litres=40,
            trips=2,
        ),
    )
)
LISTS = duty_lists(PEOPLE, {"G": POST}, ROSTER, ROUNDS, first_day=DAY)


def test_everybody_with_something_to_do_has_a_list() -> None:
    assert [duty.person_id for duty in LISTS] == ["M1", "M2"]
    assert [item.place_id for item in LISTS[0].items] == ["H01", "G"]
    assert "张三" not in repr(LISTS)


def test_rows_for_paper() -> None:
    rows = duty_rows(LISTS[0], Words("zh"))
    assert rows.headings == ("日期", "从", "到", "事项", "地点", "升", "趟数")
    assert rows.rows == [
        ("2022-09-06", "08:00", "08:30", "送水上门", "H01", "40", "2"),
        ("2022-09-06", "18:00", "次日 06:00", "值守", LONG, "", ""),
        ("2022-09-07", "07:00", "08:00", "值守", LONG, "", ""),
    ]


@pytest.mark.parametrize(
    ("end_h", "zh", "en"),
    [
        (24, "24:00", "24:00"),
        (30, "次日 06:00", "06:00 (next day)"),
        (48, "次日 24:00", "24:00 (next day)"),
        (55, "2 天后 07:00", "07:00 (2 days later)"),
    ],
)
def test_an_end_on_a_later_day_says_so(end_h: int, zh: str, en: str) -> None:
    span = Span(20 * H, end_h * H)
    assert clocks(span, Words("zh")) == ("20:00", zh)
    assert clocks(span, Words("en")) == ("20:00", en)


def unfolded(data: bytes) -> list[str]:
    """Read a calendar as RFC 5545 3.1 says: CR LF, and a blank goes on."""
    text = data.decode("utf-8")
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def test_a_calendar() -> None:
    data = duty_calendar(LISTS[0], Words("zh"), made_at=MADE_AT)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    lines = unfolded(data)
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 3
    assert lines.count("BEGIN:VTIMEZONE") == 1
    assert "DTSTART;TZID=Asia/Shanghai:20220906T180000" in lines
    assert "DTEND;TZID=Asia/Shanghai:20220907T060000" in lines
    assert f"SUMMARY:值守 {LONG}" in lines
    assert "DESCRIPTION:40 升，2 趟" in lines
    # 20:30 in China is 12:30 UTC.
    assert lines.count("DTSTAMP:20220905T123000Z") == 3
    marks = [line for line in lines if line.startswith("UID:")]
    assert len(set(marks)) == 3


def test_a_calendar_names_nobody() -> None:
    """Phones are lent and lost: not even the own name is in it."""
    text = duty_calendar(LISTS[0], Words("zh"), made_at=MADE_AT).decode("utf-8")
    assert not any(word in text for word in ("张三", "李四", "王五", "M1", "M2"))


def test_a_shift_keeps_its_mark_when_it_moves() -> None:
    moved = Roster(
        duties=(
            Duty(
                person_id="M2", shift=Shift(post_id="X", spans=(Span(7 * H, 19 * H),))
            ),
        )
    )
    later = duty_lists(PEOPLE, {}, moved, RoundPlan(visits=()), first_day=DAY)
    marks = [
        [
            line
            for line in unfolded(duty_calendar(duty, Words("en"), made_at=MADE_AT))
            if line.startswith("UID:")
        ]
        for duty in (LISTS[1], later[0])
    ]
    assert marks[0] == marks[1]


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no zone"):
        duty_calendar(
            LISTS[0],
            Words("en"),
            made_at=dt.datetime(2022, 9, 5),
        )


@given(st.text())
def test_lines_are_folded_between_characters(text: str) -> None:
    line = "SUMMARY:" + escaped(text).replace("\r", "")
    parts = list(folded(line))
    assert all(len(part.encode("utf-8", "surrogatepass")) <= 75 for part in parts)
    assert parts[0] + "".join(part[1:] for part in parts[1:]) == line
    assert all(part.startswith(" ") for part in parts[1:])


def test_escapes() -> None:
    assert escaped("a;b,c\\d\ne") == r"a\;b\,c\\d\ne"
