"""A merged cell holds for its whole range, or is refused by the name of the range."""

from __future__ import annotations

import pytest

from dispatch.model.scenario import TimeWindow
from tests.files.tables.office_book import office_book, read, refused, told


def test_a_limit_merged_down_holds_for_every_row() -> None:
    """It held for the first row only: a 10 t truck was sent where 3 t may go."""
    book = office_book()
    sheet = book["村庄"]
    sheet["H2"] = 3
    sheet.merge_cells("H2:H4")
    assert [village.max_gross_t for village in read(book).villages] == [3, 3, 3]


def test_a_part_of_the_rows() -> None:
    book = office_book()
    sheet = book["村庄"]
    sheet["H3"] = "8吨"
    sheet.merge_cells("H3:H4")
    assert [village.max_gross_t for village in read(book).villages] == [None, 8, 8]


@pytest.mark.parametrize("both", [False, True])
def test_a_window_merged_down(both: bool) -> None:
    """Also one text over both of its columns."""
    book = office_book()
    sheet = book["村庄"]
    sheet["I1"], sheet["J1"] = "收水开始", "收水结束"
    if both:
        sheet["I2"] = "08:00-10:00"
        sheet.merge_cells("I2:J3")
    else:
        sheet["I2"], sheet["J2"] = "08:00", "10:00"
        sheet.merge_cells("I2:I3")
        sheet.merge_cells("J2:J3")
    window = (TimeWindow(28800, 36000),)
    assert [v.windows for v in read(book).villages] == [window, window, ()]


def test_a_needed_column_merged_down() -> None:
    book = office_book()
    book["车辆"].merge_cells("C2:C3")
    book["车辆"].merge_cells("D2:D3")
    assert [truck.depot_id for truck in read(book).trucks] == ["D1", "D1"]


@pytest.mark.parametrize(
    ("sheet", "cells", "head"),
    [
        ("村庄", "E2:E4", "人口"),
        ("村庄", "F2:F4", "牛"),
        ("村庄", "G3:G4", "蓄水容量"),
        ("村庄", "A2:A3", "村编号"),
        ("村庄", "C2:C3", "纬度"),
        ("水源", "D2:D3", "可供水量"),
        ("水源", "F2:F3", "装水口数"),
    ],
)
def test_amounts_ids_and_positions_are_asked_about(
    sheet: str, cells: str, head: str
) -> None:
    """600 people over three villages can be 600 in each or 600 in all."""
    book = office_book()
    first = cells.partition(":")[0]
    if book[sheet][first].value is None:
        book[sheet][first] = 600
    book[sheet].merge_cells(cells)
    said = refused(book)
    assert f"合并的单元格 {cells}" in said
    assert f"a.xlsx[{sheet}]，第 {first[1:]} 行，{head}" in said


@pytest.mark.parametrize("cells", ["E2:F2", "G2:H3", "A3:H3"])
def test_several_columns_are_asked_about(cells: str) -> None:
    book = office_book()
    book["村庄"]["G2"] = 3
    book["村庄"].merge_cells(cells)
    assert f"合并的单元格 {cells} 跨了几列" in refused(book)


def test_a_header_merged_into_the_rows() -> None:
    book = office_book()
    book["村庄"].merge_cells("H1:H4")
    assert "合并的单元格 H1:H4 从表头连到了下面" in refused(book)


def test_empty_ranges_and_ranges_beside_the_columns_do_no_harm() -> None:
    book = office_book()
    sheet = book["村庄"]
    sheet.merge_cells("H2:H4")
    sheet["I1"], sheet["I2"] = "颜色", "红色是急需"
    sheet.merge_cells("I2:I4")
    sheet["A9"] = None
    sheet.merge_cells("A9:H20")
    scenario = read(book)
    assert [village.max_gross_t for village in scenario.villages] == [None] * 3
    assert "合并" not in told(scenario)


def test_merged_settings() -> None:
    """The value of the second setting was the default, without a word."""
    book = office_book()
    sheet = book["设置"]
    sheet.append(["基本用水", 20])
    sheet.merge_cells("B3:B4")
    assert "合并的单元格 B3:B4 占了几行设置" in refused(book)


def test_a_line_of_title_among_the_settings() -> None:
    book = office_book()
    sheet = book["设置"]
    sheet.insert_rows(3)
    sheet["A3"] = "每人每天用水"
    sheet.merge_cells("A3:D3")
    assert read(book).need.survival_l_per_person == 7.5


def test_a_title_above_the_settings() -> None:
    book = office_book()
    book["设置"].insert_rows(1)
    book["设置"]["A1"] = "永和镇送水设置"
    book["设置"].merge_cells("A1:D1")
    assert not read(book).warnings


def test_a_merged_matrix() -> None:
    book = office_book()
    ids = ["D1", "S1", "S2", "V1", "V2", "V3"]
    sheet = book.create_sheet("行车时间")
    sheet.append(["place_id", *ids])
    for row in ids:
        sheet.append([row, *(0 if row == to else 600 for to in ids)])
    assert read(book).travel_table is not None
    sheet.merge_cells("C2:E2")
    assert "请取消合并单元格 C2:E2" in refused(book)


def test_a_merged_title_above_a_matrix() -> None:
    book = office_book()
    ids = ["D1", "S1", "S2", "V1", "V2", "V3"]
    sheet = book.create_sheet("行车时间")
    sheet.append(["行车时间表（秒）"])
    sheet.merge_cells("A1:G1")
    sheet.append(["place_id", *ids])
    for row in ids:
        sheet.append([row, *(0 if row == to else 600 for to in ids)])
    table = read(book).travel_table
    assert table is not None
    assert table.seconds[0, 1] == 600
