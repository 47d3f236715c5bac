"""Formulas without results, and failed ones, are named wherever they stand."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl.worksheet.formula import ArrayFormula

from dispatch.errors import DataError
from dispatch.files.scenario.read import read_scenario_files
from tests.files.tables.office_book import SHEETS, office_book, read, refused, saved

TINY = Path(__file__).parents[2] / "data" / "tiny"
SAYS = "是没有存下结果的公式"


@pytest.mark.parametrize(
    ("sheet", "cell", "where"),
    [
        ("村庄", "A2", "第 2 行，村编号"),
        ("村庄", "B2", "第 2 行，村名"),
        ("村庄", "C2", "第 2 行，纬度"),
        ("村庄", "E2", "第 2 行，人口"),
        ("村庄", "F3", "第 3 行，牛"),
        ("村庄", "G2", "第 2 行，蓄水容量"),
        ("村庄", "H4", "第 4 行，限重"),
        ("村庄", "H1", "第 1 行，=60*1000"),
        ("水源", "D2", "第 2 行，可供水量"),
        ("水源", "E2", "第 2 行，可饮用"),
        ("水源", "F2", "第 2 行，装水口数"),
        ("车辆", "B2", "第 2 行，载水量"),
        ("车辆", "C3", "第 3 行，车场编号"),
        ("车辆", "E2", "第 2 行，下班时间"),
        ("设置", "B2", "第 2 行，日期"),
        ("设置", "B3", "第 3 行，生存用水"),
    ],
)
def test_a_formula_without_a_result(sheet: str, cell: str, where: str) -> None:
    """An optional cell was read as empty, that is, not limited."""
    book = office_book()
    book[sheet][cell] = "=60*1000"
    said = refused(book)
    assert where in said
    assert SAYS in said


def test_a_window_by_formula() -> None:
    book = office_book()
    book["村庄"]["I1"], book["村庄"]["I2"] = "收水开始", "=TIME(8,0,0)"
    assert SAYS in refused(book)


def test_an_array_formula_lacks_the_results_of_all_its_cells() -> None:
    book = office_book()
    book["村庄"]["H2"] = ArrayFormula("H2:H4", "=E2:E4/100")
    assert refused(book).count(SAYS) == 3


def test_a_matrix_by_formula() -> None:
    book = office_book()
    ids = ["D1", "S1", "S2", "V1", "V2", "V3"]
    sheet = book.create_sheet("行车时间")
    sheet.append(["place_id", *ids])
    for row in ids:
        sheet.append([row, *(0 if row == to else 600 for to in ids)])
    sheet["C2"] = "=10*60"
    said = refused(book)
    assert "第 2 行，S1 = =10*60" in said
    assert SAYS in said


def test_a_program_that_stores_0_for_every_formula() -> None:
    """Xlsxwriter calculates nothing and stores 0; real results are kept."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    for name, rows in SHEETS.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.get_worksheet_by_name("村庄").write_formula("G2", "=2*500")
    book.get_worksheet_by_name("村庄").write_formula("G3", "=2*700", None, 1400)
    book.close()
    with pytest.raises(DataError) as caught:
        read_scenario_files({"a.xlsx": out.getvalue()}, name="t")
    assert "第 2 行，蓄水容量 = =2*500" in caught.value.text("zh")
    assert len(caught.value.problems) == 1


def with_results(data: bytes, old: bytes, new: bytes) -> bytes:
    """Return a workbook with the XML of a sheet changed, as programs store it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as then:
        for name in before.namelist():
            content = before.read(name)
            then.writestr(name, content.replace(old, new))
    return out.getvalue()


def test_stored_results_are_read() -> None:
    book = office_book()
    book["村庄"]["G2"], book["村庄"]["H2"] = "=2*500", '=IF(1=1,"","x")'
    data = saved(book)
    data = with_results(data, b"<f>2*500</f><v />", b"<f>2*500</f><v>1000</v>")
    data = with_results(data, b'<c r="H2"><f>', b'<c r="H2" t="str"><f>')
    village = read_scenario_files({"a.xlsx": data}, name="t").villages[0]
    assert (village.storage_l, village.max_gross_t) == (1000, None)


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#NAME?", "#VALUE!"])
@pytest.mark.parametrize("cell", ["A2", "B2", "E2", "G2", "H2"])
def test_a_failed_formula(error: str, cell: str) -> None:
    book = office_book()
    book["村庄"][cell] = error
    assert "公式出错" in refused(book)


@pytest.mark.parametrize("column", ["name", "population", "storage_l", "max_gross_t"])
def test_a_formula_in_a_text_file(column: str) -> None:
    values = {"name": "东村", "population": "100", "storage_l": "", "max_gross_t": ""}
    values[column] = "=60*1000"
    files = {path.name: path.read_bytes() for path in TINY.iterdir()}
    files["villages.csv"] = (
        f"village_id,lat,lon,{','.join(values)}\n001,27.1,112.8,{','.join(values.values())}\n"
    ).encode()
    with pytest.raises(DataError) as caught:
        read_scenario_files(files, name="t")
    assert f"第 2 行，{column} = =60*1000：{SAYS}" in caught.value.text("zh")


def test_the_wrapping_of_an_id_is_no_formula() -> None:
    """Excel keeps the zeros of an id in a CSV file by ="001"."""
    files = {path.name: path.read_bytes() for path in TINY.iterdir()}
    files["villages.csv"] = (
        b'village_id,lat,lon,population,notes\n="001",27.1,112.8,="100",=) fine\n'
    )
    (village,) = read_scenario_files(files, name="t").villages
    assert (village.village_id, village.population) == ("001", 100)


def test_a_good_book_has_no_such_problem() -> None:
    assert len(read(office_book()).villages) == 3
