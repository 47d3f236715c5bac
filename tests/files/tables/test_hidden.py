"""What a sheet hides is read, and one warning says so."""

from __future__ import annotations

from tests.files.tables.office_book import office_book, read, told


def test_hidden_and_filtered_rows() -> None:
    book = office_book()
    sheet = book["村庄"]
    sheet.auto_filter.ref = "A1:H4"
    sheet.row_dimensions[2].hidden = True
    sheet.row_dimensions[3].hidden = True
    scenario = read(book)
    assert len(scenario.villages) == 3
    (line,) = [p.text("zh") for p in scenario.warnings]
    assert line.startswith("a.xlsx[村庄]：第 2-3 行在表格里是隐藏或筛选掉的")


def test_rows_folded_into_a_group() -> None:
    book = office_book()
    book["村庄"].row_dimensions.group(2, 2, hidden=True)
    book["村庄"].row_dimensions.group(4, 4, outline_level=2, hidden=True)
    assert "第 2, 4 行" in told(read(book))


def test_empty_hidden_rows_are_no_matter() -> None:
    book = office_book()
    book["村庄"].row_dimensions[40].hidden = True
    assert not told(read(book))


def test_hidden_columns() -> None:
    """Only those that hold anything."""
    book = office_book()
    book["村庄"].column_dimensions["G"].hidden = True
    book["村庄"].column_dimensions["H"].hidden = True
    (line,) = [p.text("zh") for p in read(book).warnings]
    assert line.startswith("a.xlsx[村庄]：列 蓄水容量 在表格里是隐藏的")


def test_hidden_sheets() -> None:
    book = office_book()
    book["车辆"].sheet_state = "hidden"
    book["设置"].sheet_state = "veryHidden"
    said = told(read(book))
    assert "a.xlsx[车辆]：这张表在工作簿里是隐藏的" in said
    assert "a.xlsx[设置]：这张表在工作簿里是隐藏的" in said
