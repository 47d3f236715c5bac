"""Opening hours of conditional tags on one day, a Tuesday that is no holiday."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.roads.osm.conditions import clauses, hours_of

TUESDAY = dt.date(2022, 9, 6)


def told(text: str) -> list[str]:
    found = hours_of(text, TUESDAY)
    assert found is not None, text
    return [
        "-".join(f"{s // 3600:02}:{s % 3600 // 60:02}" for s in span)
        for span in found.intervals
    ]


ALL_DAY = ["00:00-24:00"]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("07:00-09:00", ["07:00-09:00"]),
        ("Mo-Fr 07:00-09:00,16:30-18:30", ["07:00-09:00", "16:30-18:30"]),
        ("Sa,Su 07:00-09:00", []),
        ("Sa-Tu", ALL_DAY),
        ("Fr-Mo", []),
        ("22:00-06:00", ["00:00-06:00", "22:00-24:00"]),
        ("Mo 22:00-02:00", ["00:00-02:00"]),
        ("Tu 22:00-02:00", ["22:00-24:00"]),
        ("Mo-Fr 22:00-26:00", ["00:00-02:00", "22:00-24:00"]),
        ("24/7", ALL_DAY),
        ("Jun-Sep", ALL_DAY),
        ("Nov-Mar", []),
        ("Oct-Sep", ALL_DAY),
        ("Jun 15-Sep 05", []),
        ("Sep 01-10 08:00-10:00", ["08:00-10:00"]),
        ("Sep 06", ALL_DAY),
        ("2021 Jun 01-2022 Sep 06", ALL_DAY),
        ("2021", []),
        ("2020-2023 Tu 08:00-09:00", ["08:00-09:00"]),
        ("Mo-Fr 07:00-09:00; Sa 08:00-10:00", ["07:00-09:00"]),
        ("Mo-Sa 07:00-09:00; Tu off", []),
        ("Mo-Sa 07:00-09:00; Tu 10:00-11:00", ["10:00-11:00"]),
        ("Sa 08:00-09:00, Tu 14:00-16:00", ["14:00-16:00"]),
    ],
)
def test_hours(text: str, hours: list[str]) -> None:
    assert told(text) == hours
    assert told(text.upper().replace("OFF", "off")) == hours


@pytest.mark.parametrize("text", ["Su,PH 10:00-20:00", "Mo-Fr 07:00-09:00; PH off"])
def test_holidays_are_in_doubt(text: str) -> None:
    found = hours_of(text, TUESDAY)
    assert found is not None
    assert not found.is_sure


@pytest.mark.parametrize(
    "text", ["sunrise-sunset", "wet", "week 1-20", "Tu[1]", "7-9", "winter", "Xx 07:00"]
)
def test_what_is_not_understood_is_none(text: str) -> None:
    assert hours_of(text, TUESDAY) is None


@given(st.text(max_size=20) | st.from_regex(r"[MoTuSa:;,\- 0-9@()ANDoff]{0,25}"))
def test_no_text_raises(text: str) -> None:
    clauses(text)
    hours_of(text, TUESDAY)


def test_parts_and_weights() -> None:
    first, second = clauses(
        "no @ (Mo-Fr 07:00-09:00 AND weight>7.5); destination @ (weight<=12 t)"
    )
    assert (first.value, first.hours, first.over_t) == ("no", "mo-fr 07:00-09:00", 7.5)
    assert (second.value, second.hours, second.up_to_t) == ("destination", "", 12.0)
    assert first.is_read
    assert second.is_read
    assert not clauses("no @ (wet AND 07:00-09:00)")[0].is_read
    assert not clauses("no")[0].is_read
    assert clauses("no @ weight>=7.5")[0].over_t == pytest.approx(7.49)
