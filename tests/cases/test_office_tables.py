"""Tables as they came from the field, each with what must be read or said."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.errors import DataError
from dispatch.files.scenario.read import read_scenario
from dispatch.model.scenario import TimeWindow

CASES = Path(__file__).parent


def refused(path: str) -> str:
    with pytest.raises(DataError) as caught:
        read_scenario(CASES / path)
    return caught.value.text("zh")


def told(path: str) -> list[str]:
    return [problem.text("zh") for problem in read_scenario(CASES / path).warnings]


def test_merged_limits_hold_for_their_range() -> None:
    """One cell over five villages: 3 t; one over three: 08:00 to 10:00."""
    villages = read_scenario(CASES / "merged-limits/scenario.xlsx").villages
    assert [village.max_gross_t for village in villages] == [3] * 5
    assert [len(village.windows) for village in villages] == [1, 1, 1, 0, 0]


def test_a_merged_depot_holds_for_its_trucks() -> None:
    trucks = read_scenario(CASES / "merged-limits/merged-required.xlsx").trucks
    assert [truck.depot_id for truck in trucks] == ["D1", "D1", "D1"]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("supply", "可供水量 = =60*1000"),
        ("storage", "蓄水容量 = =2*500"),
        ("population", "人口 = =60+40"),
    ],
)
def test_a_formula_without_a_value_is_named(name: str, cell: str) -> None:
    said = refused(f"formula-without-value/{name}.xlsx")
    assert cell in said
    assert "请用 Excel 或 WPS 打开后再保存一次" in said


def test_a_supply_of_none_is_none() -> None:
    path = "supply-none-means-unlimited/scenario.xlsx"
    (source,) = read_scenario(CASES / path).sources
    assert source.supply_l == 0
    assert any("今天没有水" in line for line in told(path))


def test_dots_between_thousands_are_refused() -> None:
    said = refused("dot-thousands/scenario")
    assert said.count("请不用点号分隔千位") == 4
    assert "population = 1.000：可以是 1，也可以是 1,000" in said


def test_a_header_of_two_rows_is_read() -> None:
    villages = read_scenario(CASES / "group-header/scenario.xlsx").villages
    assert [village.village_id for village in villages] == [
        "V1",
        "V2",
        "V3",
        "V4",
        "V5",
    ]
    assert {village.cattle for village in villages} == {3}
    assert not told("group-header/scenario.xlsx")


def test_hidden_rows_are_told_once() -> None:
    (line,) = told("hidden-rows/scenario.xlsx")
    assert "第 4-5 行在表格里是隐藏或筛选掉的" in line


def test_minutes_for_seconds_are_told() -> None:
    (line,) = told("travel-in-minutes/scenario")
    assert line.startswith(
        "travel_s.csv：12 个行车时间里有 12 个相当于时速 150 公里以上"
    )
    assert "分钟要乘 60" in line


def test_a_window_of_the_night_after_is_told() -> None:
    """02:00 was the morning before, silently."""
    (line,) = told("dead-window-at-night/scenario")
    assert "02:00-03:00 没有车在工作" in line
    assert "请写成 26:00-27:00" in line


def test_touching_windows_are_one() -> None:
    (village,) = read_scenario(CASES / "touching-windows/scenario").villages
    assert village.windows == (TimeWindow(28800, 36000),)


def test_no_word_of_a_road_where_a_truck_gets_home_by_another_place() -> None:
    assert not told("false-no-road-warning/scenario")
