"""Windows, openings, shifts and pauses that miss each other are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dispatch.model.scenario import TimeWindow
from tests.files.tables.office_book import office_book, read, refused, told

if TYPE_CHECKING:
    import openpyxl


def with_window(open_from: str, open_until: str) -> openpyxl.Workbook:
    book = office_book()
    sheet = book["村庄"]
    sheet["I1"], sheet["J1"] = "收水开始", "收水结束"
    sheet["I2"], sheet["J2"] = open_from, open_until
    return book


@pytest.mark.parametrize(
    ("open_from", "open_until", "says"),
    [
        ("19:00", "21:00", "19:00-21:00 没有车能来：车辆工作时间是 07:00-18:00"),
        ("04:00;08:00", "05:00;09:00", "04:00-05:00 没有车能来"),
        ("26:00", "27:00", "26:00-27:00 没有车能来"),
    ],
)
def test_a_window_that_no_shift_meets(
    open_from: str, open_until: str, says: str
) -> None:
    (line,) = [p.text("zh") for p in read(with_window(open_from, open_until)).warnings]
    assert "第 2 行，收水开始" in line
    assert says in line


def test_a_window_before_any_source_opens() -> None:
    book = with_window("07:00", "08:00")
    for row in (2, 3):
        book["水源"][f"G{row}"], book["水源"][f"H{row}"] = "09:00", "18:00"
    book["水源"]["G1"], book["水源"]["H1"] = "开放开始", "开放结束"
    assert "07:00-08:00 没有车能来：车辆工作时间是 09:00-18:00" in told(read(book))


def test_the_night_after() -> None:
    book = with_window("22:00;02:00", "23:00;03:00")
    for row in (2, 3):
        book["车辆"][f"D{row}"], book["车辆"][f"E{row}"] = "20:00", "30:00"
    said = told(read(book))
    assert "02:00-03:00 没有车在工作" in said
    assert "请写成 26:00-27:00" in said
    book = with_window("22:00;26:00", "23:00;27:00")
    for row in (2, 3):
        book["车辆"][f"D{row}"], book["车辆"][f"E{row}"] = "20:00", "30:00"
    assert not told(read(book))


def test_a_source_that_opens_at_night() -> None:
    book = office_book()
    book["水源"]["G1"], book["水源"]["H1"] = "开放开始", "开放结束"
    book["水源"]["G2"], book["水源"]["H2"] = "20:00", "22:00"
    (line,) = [p.text("zh") for p in read(book).warnings]
    assert "a.xlsx[水源]，第 2 行，开放开始 = 20:00" in line
    book["水源"]["G3"], book["水源"]["H3"] = "20:00", "22:00"
    assert "班次 07:00-18:00 内没有一个水源开放" in told(read(book))


def test_a_pause_outside_the_shift() -> None:
    book = office_book()
    heads = {"G1": "休息时长", "H1": "休息最早", "I1": "休息最晚"}
    for cell, text in {**heads, "G2": 1800, "H2": "19:00", "I2": "20:00"}.items():
        book["车辆"][cell] = text
    assert "不在班次 07:00-18:00 之内" in told(read(book))
    book["车辆"]["D2"], book["车辆"]["E2"] = "20:00", "30:00"
    book["车辆"]["H2"], book["车辆"]["I2"] = "02:00", "03:00"
    assert "请写成 26:00-27:00" in told(read(book))


@pytest.mark.parametrize(
    ("open_from", "open_until", "windows"),
    [
        ("08:00;09:00", "09:00;10:00", [(8, 10)]),
        ("09:00;08:00;12:00", "10:00;09:00;13:00", [(8, 10), (12, 13)]),
        ("08:00-09:00；09:00-10:00", "", [(8, 10)]),
    ],
)
def test_touching_windows_are_one(
    open_from: str, open_until: str, windows: list[tuple[int, int]]
) -> None:
    village = read(with_window(open_from, open_until)).villages[0]
    assert village.windows == tuple(TimeWindow(a * 3600, b * 3600) for a, b in windows)


def test_windows_that_overlap_are_refused() -> None:
    assert "几段时间重叠" in refused(with_window("08:00;08:59", "09:00;10:00"))
