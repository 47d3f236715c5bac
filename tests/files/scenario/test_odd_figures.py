"""Figures in another unit, and positions with a wrong digit, are told."""

from __future__ import annotations

import pytest

from dispatch.files.scenario import notices
from tests.files.tables.office_book import office_book, read, told


@pytest.mark.parametrize(
    ("sheet", "cell", "head", "value", "says"),
    [
        ("村庄", "E2", "人口", 200_000, "远远超出用车送水的规模"),
        ("村庄", "G2", "蓄水容量", 5, "是不是按吨（方）填的"),
        ("村庄", "I2", "机构用水", 3, "是不是按吨（方）填的"),
        ("水源", "D2", "可供水量", 60, "是不是按吨（方）填的"),
        ("水源", "G2", "装水速度", 1, "请核对单位"),
        ("车辆", "B2", "载水量", 200_000, "是不是按吨（方）填的"),
        ("车辆", "G2", "卸水速度", 90_000, "请核对单位"),
        ("车辆", "H2", "总重", 3, "比一车水本身（5 吨）还轻"),
        ("车辆", "I2", "速度系数", 0.1, "不合常理"),
    ],
)
def test_an_odd_figure(
    sheet: str, cell: str, head: str, value: float, says: str
) -> None:
    book = office_book()
    book[sheet][f"{cell[0]}1"], book[sheet][cell] = head, value
    (line,) = [p.text("zh") for p in read(book).warnings]
    assert f"第 2 行，{head} = {value}" in line
    assert says in line


@pytest.mark.parametrize(
    ("lat", "lon", "km"),
    [(27.560, 112.810, 43), (27.160, 113.210, 38), (28.160, 112.810, 110)],
)
def test_a_digit_of_a_position(lat: float, lon: float, km: int) -> None:
    """27.56 for 27.16: only beyond 200 km was anything said."""
    book = office_book()
    book["村庄"]["C2"], book["村庄"]["D2"] = lat, lon
    (line,) = [p.text("zh") for p in read(book).warnings]
    assert line.startswith("a.xlsx[村庄]，第 2 行，纬度")
    assert f"东村 离最近的其他地点有 {km} 公里" in line


def test_of_many_places_the_gaps_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tree finds them where the table of all pairs would be too large."""
    book = office_book()
    book["村庄"]["C2"] = 27.560
    few = told(read(book))
    monkeypatch.setattr(notices, "_FEW_PLACES", 0)
    assert told(read(book)) == few
    assert "43 公里" in few


def test_two_places_with_the_same_wrong_digit() -> None:
    book = office_book()
    book["村庄"]["C2"], book["村庄"]["C3"] = 27.56, 27.57
    said = told(read(book))
    assert "东村 离最近的" in said
    assert "西村 离最近的" in said


def test_a_county_where_all_lie_apart() -> None:
    """Forty kilometres from each to the next are no typing error in the steppe."""
    book = office_book()
    for row, lat in ((2, 27.5), (3, 27.9), (4, 28.3)):
        book["村庄"][f"C{row}"] = lat
    book["水源"]["C2"] = book["水源"]["C3"] = 112.81
    book["水源"]["B2"], book["水源"]["B3"] = 26.7, 26.3
    assert not told(read(book))
