"""Forms as a workbook and the report of one page: print set-up, numbers, odd texts."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pypdf
import pytest
from openpyxl import load_workbook

from dispatch.files.brief import Brief, Table, brief_pdf, cell_text
from dispatch.files.forms import Form, Percent, clipped, forms_xlsx
from dispatch.words.words import Words

DATE = dt.date(2022, 9, 6)
RARE = "塝崀垴磜㵲㙍"
ODD = (
    "=1+1",
    "=cmd|'/C calc'!A0",
    "+49",
    "@SUM(A1)",
    "<img src=x onerror=alert(1)>",
    "&Lleft&P",
    "https://example.org",
    "💧🚚",
    "村" * 10_000,
    "a\tb\nc\x00\x1b\ud800",
    RARE,
)


def form(*rows, **more):
    values = {
        "name": "概况",
        "title": "小镇情况表",
        "unit": "单位：升",
        "headings": ("项目", "甲", "乙", "丙"),
        "rows": rows,
        "total": ("合计", 3, Percent(0.5), Decimal("1.25")),
    }
    return Form(**{**values, **more})


def book_of(*forms):
    content = forms_xlsx(forms, date=DATE, signature="填报人：", page="第 &P 页")
    return load_workbook(io.BytesIO(content))


def test_numbers_stay_numbers_with_their_formats():
    sheet = book_of(form(("a", 1_234, Percent(0.256), 2.5)))["概况"]
    row = list(sheet.iter_rows(min_row=4, max_row=5))
    assert [cell.value for cell in row[0]] == ["a", 1_234, 0.256, 2.5]
    assert [cell.number_format for cell in row[0]] == ["@", "#,##0", "0.0%", "#,##0.0"]
    assert [cell.value for cell in row[1]] == ["合计", 3, 0.5, 1.25]
    assert row[1][3].number_format == "#,##0.00"
    assert all(cell.font.bold for cell in row[1])


def test_a_sheet_is_ready_to_print_and_to_sign():
    sheet = book_of(form(("a", 1, 2, 3), notes=("说明",)))["概况"]
    assert [sheet.cell(k, 1).value for k in (1, 2, 3)] == [
        "小镇情况表",
        "单位：升",
        "项目",
    ]
    assert sheet.freeze_panes == "B4"
    assert sheet.print_title_rows == "$1:$3"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == (
        "landscape",
        9,
    )
    assert sheet.page_setup.fitToHeight == 0
    assert "&P" in sheet.oddFooter.center.text or sheet.oddFooter.center.text
    assert [sheet.cell(k, 1).value for k in (6, 8)] == ["说明", "填报人："]


@pytest.mark.parametrize("text", ODD)
def test_texts_never_become_formulas_links_or_faults(text):
    sheet = book_of(form((text, None, "", 1), title=text, notes=(text,)))["概况"]
    cell = sheet["A4"]
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    assert cell.value.strip() == clipped(text).strip()
    assert len(cell.value) <= 300


def test_equal_forms_are_equal_files():
    first, second = (
        forms_xlsx([form(("a", 1, 2, 3))], date=DATE, signature="s", page="p")
        for _ in range(2)
    )
    assert first == second
    # A day made by hand may have no date.
    assert forms_xlsx([form()], date=dt.date(1, 1, 1), signature="s", page="p")


def brief(text="上村", rows=1, lines=1):
    table = Table(
        title="缺水的送水点",
        headings=("送水点", "人均"),
        widths=(3, 1),
        rows=[(text, 1.5)] * rows,
    )
    return Brief(
        title="情况表",
        unit="单位",
        headline=text,
        lines=[text] * lines,
        warnings=[text],
        counts=[("人口", "1,000", text)],
        tables=[table, table],
        notes=["口径"],
        signature="填报人：",
    )


def text_of(content):
    reader = pypdf.PdfReader(io.BytesIO(content))
    assert len(reader.pages) == 1
    return reader.pages[0].extract_text().replace("\n", "").replace("\0", "")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("text", ODD)
def test_odd_texts_stay_on_one_page(text, lang):
    content = brief_pdf(brief(text, rows=30, lines=20), date=DATE, words=Words(lang))
    assert "填报人" in text_of(content)


def test_rare_characters_are_printed():
    shown = text_of(brief_pdf(brief(f"{RARE}村"), date=DATE, words=Words("zh")))
    assert all(char in shown for char in RARE)
    assert "无法打印" not in shown


def test_what_the_font_lacks_is_told():
    shown = text_of(brief_pdf(brief("上村💧"), date=DATE, words=Words("zh")))
    assert "U+1F4A7" in shown


def test_rows_that_do_not_fit_are_counted():
    shown = text_of(brief_pdf(brief(rows=60), date=DATE, words=Words("zh")))
    assert "另有" in shown


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, "–"),
        (1_234, "1,234"),
        (1.25, "1.2"),
        (Percent(0.125), "12.5%"),
        (Decimal("1234.5"), "1,234.50"),
        ("x", "x"),
    ],
)
def test_cells_on_paper(cell, text):
    assert cell_text(cell) == text
