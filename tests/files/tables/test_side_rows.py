"""Sums, signatures and notes are told and left out, never counted as places."""

from __future__ import annotations

import pytest

from tests.files.tables.office_book import office_book, read, refused, told


@pytest.mark.parametrize(
    "row",
    [
        ["合计", None, None, None, 600],
        ["合 计", None, None, None, 600, 5, 3000],
        [None, "小计：", None, None, 600],
        ["总计（3个村）", None, None, None, 600],
        ["永和镇合计", None, None, None, 600],
        ["平均", None, 27.16, 112.805, 200],
        ["Total", None, None, None, 600],
        ["共计3个村", None, None, None, 600],
        ["合计", "3个村", None, None, 600],
        ["计", None, None, None, 600],
        ["共3个村", None, None, None, 600],
    ],
)
@pytest.mark.parametrize("place", [3, 5])
def test_a_row_of_sums(row: list[object], place: int) -> None:
    book = office_book()
    book["村庄"].insert_rows(place)
    for position, value in enumerate(row, 1):
        book["村庄"].cell(place, position, value)
    scenario = read(book)
    assert [v.village_id for v in scenario.villages] == ["V1", "V2", "V3"]
    (line,) = [p.text("zh") for p in scenario.warnings]
    assert f"a.xlsx[村庄]，第 {place} 行" in line
    assert "是合计或平均行" in line


def test_a_merged_word_of_sums() -> None:
    book = office_book()
    book["村庄"]["A5"], book["村庄"]["E5"] = "合计", 600
    book["村庄"].merge_cells("A5:D5")
    assert len(read(book).villages) == 3


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (["填表人：张三  审核：李四  日期：2022-9-6"], "是填表签字行"),
        (["填表人：张三", None, "审核：李四", None, "日期：2022-9-6"], "是填表签字行"),
        (["单位负责人（签字）："], "是填表签字行"),
        (["制表：王五", None, "2022年9月6日"], "是填表签字行"),
        (["注：人口为常住人口"], "是说明或小标题"),
        (["说明：1. 蓄水容量按实际填写"], "是说明或小标题"),
        (["2022年9月6日"], "是填表签字行"),
        (["*红色为急需"], "是说明或小标题"),
        (["一、和平片区"], "是说明或小标题"),
        (["（二）角山片区"], "是说明或小标题"),
    ],
)
def test_lines_below_the_table(row: list[object], says: str) -> None:
    book = office_book()
    for position, value in enumerate(row, 1):
        book["村庄"].cell(7, position, value)
    scenario = read(book)
    assert len(scenario.villages) == 3
    assert "a.xlsx[村庄]，第 7 行" in told(scenario)
    assert says in told(scenario)


def test_sums_and_signatures_of_other_tables() -> None:
    book = office_book()
    book["水源"]["A4"], book["水源"]["D4"] = "合计", 90000
    book["车辆"]["A4"], book["车辆"]["B4"] = "合计", 10000
    book["车场"]["A3"] = "填表人：张三"
    scenario = read(book)
    assert len(scenario.sources) == len(scenario.trucks) == 2
    assert len(scenario.depots) == 1
    assert len(scenario.warnings) == 3


def test_an_example_of_how_to_fill_in() -> None:
    """It had all that a village needs, and water was sent to it."""
    book = office_book()
    book["村庄"].insert_rows(2)
    for position, value in enumerate(("示例", "某村", 27.1, 112.8, 100), 1):
        book["村庄"].cell(2, position, value)
    scenario = read(book)
    assert [v.village_id for v in scenario.villages] == ["V1", "V2", "V3"]
    assert "第 2 行，示例：是填写示例" in told(scenario)


def test_a_row_of_what_must_be_filled_in() -> None:
    book = office_book()
    book["村庄"].insert_rows(2)
    for position in range(1, 9):
        book["村庄"].cell(2, position, "必填" if position < 6 else "选填")
    scenario = read(book)
    assert [v.village_id for v in scenario.villages] == ["V1", "V2", "V3"]
    assert not scenario.warnings


def test_the_header_of_the_next_page() -> None:
    book = office_book()
    book["村庄"].insert_rows(4)
    for position, value in enumerate(("村编号", "村名", "纬度", "经度", "人口"), 1):
        book["村庄"].cell(4, position, value)
    scenario = read(book)
    assert [v.village_id for v in scenario.villages] == ["V1", "V2", "V3"]
    assert "第 4 行" in told(scenario)


def test_a_whole_row_is_an_object_whatever_its_name() -> None:
    """注 and 合计 inside a name with all it needs are no reason to lose a village."""
    book = office_book()
    names = ["老合计", "注溪", "合计"]
    for row, name in enumerate(names, 2):
        book["村庄"][f"B{row}"] = name
    assert [v.name for v in read(book).villages] == names


def test_a_village_of_that_name_stays_where_positions_have_two_forms() -> None:
    """A row with lat and lon is whole: the empty column beside them asks nothing."""
    book = office_book()
    sheet = book["村庄"]
    sheet["I1"], sheet["B3"] = "位置", "TOTAL"
    sheet["C4"] = sheet["D4"] = None
    sheet["B4"], sheet["I4"] = "合计", "27.15, 112.805"
    names = [village.name for village in read(book).villages]
    assert names == ["东村", "TOTAL", "合计"]


def test_a_half_row_is_still_refused() -> None:
    book = office_book()
    book["村庄"]["A5"], book["村庄"]["B5"] = "V4", "北村"
    assert "第 5 行，人口" in refused(book)
