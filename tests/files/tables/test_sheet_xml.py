"""The XML of workbooks as different programs write it."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest

from dispatch.files.tables.raw import RawTable, TableError
from dispatch.files.tables.workbook import read_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def book(
    sheet: str,
    *,
    ns: str = MAIN,
    strings: str = "",
    styles: str = "",
    settings: str = "",
    prefix: str = "",
    target: str = "worksheets/sheet1.xml",
) -> bytes:
    """Return a workbook of one sheet; ``prefix`` stands before every tag."""
    mark = f'xmlns:{prefix[:-1]}="{ns}"' if prefix else f'xmlns="{ns}"'
    parts = {
        "_rels/.rels": f'<Relationships><Relationship Id="a" Type="{LINKS}/'
        'officeDocument" Target="/xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": "<Relationships>"
        f'<Relationship Id="r1" Type="{LINKS}/worksheet" Target="{target}"/>'
        f'<Relationship Id="r2" Type="{LINKS}/sharedStrings" Target="texts.xml"/>'
        f'<Relationship Id="r3" Type="{LINKS}/styles" Target="/xl/styles.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<{prefix}workbook {mark} xmlns:r="{LINKS}">{settings}'
        f'<{prefix}sheets><{prefix}sheet name="villages" sheetId="1" r:id="r1"/>'
        f"</{prefix}sheets></{prefix}workbook>",
        "xl/texts.xml": f"<{prefix}sst {mark}>{strings}</{prefix}sst>",
        "xl/styles.xml": f"<{prefix}styleSheet {mark}>{styles}</{prefix}styleSheet>",
        "xl/worksheets/sheet1.xml": f"<{prefix}worksheet {mark}><{prefix}sheetData>"
        f"{sheet}</{prefix}sheetData></{prefix}worksheet>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def rows(data: bytes) -> list[list[object]]:
    """Return header and cells of the only sheet."""
    (table,) = read_workbook(data, "a.xlsx", lambda _: 100).values()
    assert isinstance(table, RawTable)
    return [[*table.header], *(cells for _, cells in table.rows)]


HEAD = "<row><c t='str'><v>id</v></c><c t='str'><v>n</v></c></row>"


def test_cells_without_a_place_follow_each_other() -> None:
    assert rows(book(f"{HEAD}<row><c><v>1</v></c><c><v>2.5</v></c></row>")) == [
        ["id", "n"],
        [1, 2.5],
    ]


def test_cells_with_a_place_leave_gaps() -> None:
    sheet = f'{HEAD}<row r="9"><c r="B9"><v>1E3</v></c></row>'
    (table,) = read_workbook(book(sheet), "a.xlsx", lambda _: 100).values()
    assert isinstance(table, RawTable)
    assert table.rows == [(9, [None, 1000.0])]


@pytest.mark.parametrize("ns", [MAIN, STRICT])
def test_other_namespaces_and_prefixes(ns: str) -> None:
    sheet = (
        "<x:row><x:c t='inlineStr'><x:is><x:t>id</x:t></x:is></x:c></x:row>"
        "<x:row><x:c t='s'><x:v>0</x:v></x:c></x:row>"
    )
    data = book(sheet, ns=ns, prefix="x:", strings="<x:si><x:t>村</x:t></x:si>")
    assert rows(data) == [["id"], ["村"]]


def test_rich_text_is_joined_without_its_phonetic_signs() -> None:
    strings = (
        "<si><r><t>东</t></r><r><rPr><b/></rPr><t>村</t></r>"
        "<rPh sb='0' eb='1'><t>dong</t></rPh></si><si><t>a_x000A_b</t></si><si/>"
    )
    sheet = f"{HEAD}<row><c t='s'><v>0</v></c><c t='s'><v>1</v></c></row>"
    assert rows(book(sheet, strings=strings))[1] == ["东村", "a\nb"]


STYLES = (
    "<numFmts><numFmt numFmtId='164' formatCode='yyyy/m/d'/></numFmts>"
    "<cellXfs><xf numFmtId='0'/><xf numFmtId='164'/><xf numFmtId='20'/>"
    "<xf numFmtId='46'/></cellXfs>"
)


def test_dates_and_times() -> None:
    sheet = (
        f"{HEAD}<row><c s='1'><v>44810</v></c><c s='2'><v>0.375</v></c>"
        "<c s='3'><v>1.25</v></c><c s='0'><v>44810</v></c><c s='1'><v>9e99</v></c>"
        "<c t='b'><v>1</v></c><c t='e'><v>#REF!</v></c><c s='77'><v>5</v></c></row>"
    )
    assert rows(book(sheet, styles=STYLES))[1] == [
        dt.datetime(2022, 9, 6),
        dt.time(9),
        dt.timedelta(hours=30),
        44810,
        "#VALUE!",
        True,
        "#REF!",
        5,
    ]


def test_days_that_count_from_1904() -> None:
    sheet = f"{HEAD}<row><c s='1'><v>43348</v></c></row>"
    settings = "<workbookPr date1904='1'/>"
    data = book(sheet, styles=STYLES, settings=settings)
    assert rows(data)[1] == [dt.datetime(2022, 9, 6)]


def test_a_sheet_in_another_folder_and_one_that_is_missing() -> None:
    good = book(
        HEAD + "<row><c><v>1</v></c></row>", target="../xl/worksheets/sheet1.xml"
    )
    assert rows(good)[1] == [1]
    with pytest.raises(TableError, match="damaged"):
        read_workbook(book(HEAD, target="worksheets/none.xml"), "a", lambda _: 9)


def test_a_formula_that_gave_an_empty_text_is_empty() -> None:
    sheet = f"{HEAD}<row><c><v>1</v></c><c t='str'><f>A1</f><v></v></c></row>"
    assert rows(book(sheet))[1] == [1]


def test_a_zero_is_a_result_if_the_program_calculates() -> None:
    sheet = f"{HEAD}<row><c><v>1</v></c><c><f>A1-A1</f><v>0</v></c></row>"
    assert rows(book(sheet))[1] == [1, 0]
    data = book(sheet, settings="<calcPr fullCalcOnLoad='1'/>")
    assert rows(data)[1] == [1, "=A1-A1"]


def test_too_many_rows_are_refused() -> None:
    data = book(HEAD + "<row><c><v>1</v></c></row>" * 20)
    (problem,) = read_workbook(data, "a.xlsx", lambda _: 10).values()
    assert "more than 10 rows" in str(problem)
