"""Headers as offices make them: titles, two or three rows, units beneath."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.errors import DataError
from dispatch.files.scenario.read import read_scenario_files
from dispatch.files.tables.columns import tables
from dispatch.files.tables.heads import find_head
from dispatch.files.tables.raw import parse_csv
from tests.files.tables.office_book import office_book, read, refused, told

TINY = Path(__file__).parents[2] / "data" / "tiny"
GROUPED = [
    ["村编号", "村名", "位置", None, "人口", "牲畜", None, None, "收水时间", None],
    [None, None, "纬度", "经度", None, "牛", "猪", "羊", "收水开始", "收水结束"],
]
ROW = ["V1", "东村", 27.16, 112.81, 100, 3, 2, 1, "08:00", "10:00"]


def grouped(*, title: bool, units: bool, merged: bool):
    book = office_book()
    book.remove(book["村庄"])
    sheet = book.create_sheet("村庄")
    first = 2 if title else 1
    if title:
        sheet.append(["永和镇送水点情况表"])
        sheet.merge_cells("A1:J1")
    for row in GROUPED:
        sheet.append(row)
    if merged:
        for letter in "ABE":
            sheet.merge_cells(f"{letter}{first}:{letter}{first + 1}")
        for cells in ("C{0}:D{0}", "F{0}:H{0}", "I{0}:J{0}"):
            sheet.merge_cells(cells.format(first))
    if units:
        sheet.append([None, None, "度", "度", "人", "头", "头", "只", "时:分", "时:分"])
    sheet.append(ROW)
    return book


@pytest.mark.parametrize("title", [False, True])
@pytest.mark.parametrize("units", [False, True])
@pytest.mark.parametrize("merged", [False, True])
def test_two_rows_of_header(title: bool, units: bool, merged: bool) -> None:
    scenario = read(grouped(title=title, units=units, merged=merged))
    (village,) = scenario.villages
    assert (village.village_id, village.name, village.population) == ("V1", "东村", 100)
    assert (village.cattle, village.pigs, village.sheep) == (3, 2, 1)
    assert (village.lat, village.lon) == (27.16, 112.81)
    assert village.windows[0].early_s == 28800
    assert not scenario.warnings


def test_problems_keep_the_row_of_the_sheet() -> None:
    book = grouped(title=True, units=True, merged=True)
    book["村庄"]["E5"] = -1
    assert "a.xlsx[村庄]，第 5 行，人口 = -1" in refused(book)


def test_units_beneath_hold_for_the_column() -> None:
    book = office_book()
    book["村庄"].insert_rows(2)
    for cell, unit in {"E2": "人", "F2": "头", "G2": "吨", "H2": "（吨）"}.items():
        book["村庄"][cell] = unit
    book["村庄"]["G3"] = 3
    assert read(book).villages[0].storage_l == 3000


def test_a_wrong_unit_beneath_is_named() -> None:
    book = office_book()
    book["村庄"].insert_rows(2)
    book["村庄"]["E2"] = "吨"
    assert "单位“吨”不能用于 population" in refused(book)


def test_headers_in_two_languages() -> None:
    book = office_book()
    book["村庄"].insert_rows(2)
    names = ("village_id", "name", "lat", "lon", "population", "cattle", "storage_l")
    for position, name in enumerate(names, 1):
        book["村庄"].cell(2, position, name)
    assert [v.village_id for v in read(book).villages] == ["V1", "V2", "V3"]


def test_a_transfer_point_is_not_the_position() -> None:
    """纬度 under 交接点 is transfer_lat."""
    text = (
        "村编号,人口,位置,,交接点,\n,,纬度,经度,纬度,经度\nV1,9,27.1,112.8,27.2,112.9\n"
    )
    raw = find_head(parse_csv(text.encode(), "v.csv"), tables()["villages"])
    assert raw.header[2:] == ("纬度", "经度", "交接点纬度", "交接点经度")
    assert (raw.header_row, raw.rows[0][0]) == (2, 3)


@pytest.mark.parametrize(
    ("group", "subs", "heads"),
    [
        ("收水时间", ("开始", "结束"), ("收水开始", "收水结束")),
        ("收水", ("开始", "结束"), ("收水开始", "收水结束")),
        ("收水时间", ("开始时间", "结束时间"), ("收水开始时间", "收水结束时间")),
        ("交接点", ("纬度", "经度"), ("交接点纬度", "交接点经度")),
        ("牲畜（头、只）", ("牛", "猪"), ("牛", "猪")),
        ("牲畜情况", ("大牲畜", "生猪"), ("大牲畜", "生猪")),
    ],
)
def test_groups(group: str, subs: tuple[str, str], heads: tuple[str, str]) -> None:
    row = "V1,27.1,112.8,9,1,2"
    text = f"村编号,纬度,经度,人口,{group},\n,,,,{subs[0]},{subs[1]}\n{row}\n"
    raw = find_head(parse_csv(text.encode(), "v.csv"), tables()["villages"])
    columns = [tables()["villages"].find(head) for head in raw.header[4:]]
    assert columns == [tables()["villages"].find(head) for head in heads]


def test_hours_in_one_column() -> None:
    book = office_book()
    book["村庄"]["I1"], book["村庄"]["I2"] = "收水时间", "08:00-11:00；14:00-18:00"
    assert [len(v.windows) for v in read(book).villages] == [2, 0, 0]


def test_three_rows() -> None:
    text = (
        "村编号,基本情况,,,牲畜,\n,位置,,人口,大牲畜,小牲畜\n,纬度,经度,,牛,羊\n"
        "V1,27.1,112.8,100,3,4\n"
    )
    raw = find_head(parse_csv(text.encode("gbk"), "v.csv"), tables()["villages"])
    assert raw.header == ("村编号", "纬度", "经度", "人口", "牛", "羊")


def test_a_title_with_words_of_headers() -> None:
    """联系人 and 电话 in the line above were taken for the header."""
    files = {path.name: path.read_bytes() for path in TINY.iterdir()}
    files["villages.csv"] = (
        "联系人,李四,电话,13800000000,\n村编号,村名,纬度,经度,人口\n001,东村,27.1,112.8,90\n"
    ).encode()
    (village,) = read_scenario_files(files, name="t").villages
    assert village.population == 90


def test_a_header_that_lacks_a_column_is_still_refused() -> None:
    files = {path.name: path.read_bytes() for path in TINY.iterdir()}
    files["villages.csv"] = "村编号,纬度,经度\n001,27.1,112.8\n".encode()
    with pytest.raises(DataError, match="population"):
        read_scenario_files(files, name="t")


def test_marks_of_needed_columns_are_no_unit() -> None:
    book = office_book()
    for cell, head in {"A1": "*村编号", "E1": "人口（必填）", "F1": "牛(选填)"}.items():
        book["村庄"][cell] = head
    book["村庄"]["G1"] = "蓄水容量\n（方）"
    assert read(book).villages[1].storage_l == 3_000_000


def test_rows_of_data_are_no_header() -> None:
    """A village called 人口 or 水源 stays a village."""
    book = office_book()
    book["村庄"]["B2"], book["村庄"]["B3"] = "人口", "村名"
    assert [v.name for v in read(book).villages] == ["人口", "村名", "南村"]
    assert not told(read(book))
