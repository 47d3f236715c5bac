"""The workbook of a plan for people: trips, coverage, sources."""

from __future__ import annotations

import datetime as dt
import io
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter  # type: ignore[import-untyped]  # no stubs

from dispatch.files.plan.tables import (
    coverage_header,
    coverage_rows,
    source_header,
    source_rows,
    trip_header,
    trip_rows,
)
from dispatch.words.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.files.plan.tables import Cells
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.words.message import Lang

#: xlsxwriter never turns text into a formula, a link or a number with these.
SAFE_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_STYLES: Final = {float: "rate", Decimal: "tenth"}
_MAX_WIDTH: Final = 40
_MAX_FOOTER: Final = 120


def plan_xlsx(plan: Plan, scenario: Scenario, lang: Lang = "zh") -> bytes:
    """
    Return the content of ``plan.xlsx``; the same plan gives the same bytes.

    Parameters
    ----------
    plan
        The plan to write.
    scenario
        Gives names, plates and contacts.
    lang
        Language of the texts, ``zh`` or ``en``.
    """
    t = Words(lang)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, SAFE_OPTIONS)
    created = dt.datetime.combine(plan.date, dt.time(), dt.UTC)
    title = t("paper.book.title", name=plan.scenario, date=plan.date)
    book.set_properties({"title": title, "created": _as_xlsx_date(created)})
    for name, header, rows in (
        ("trips", trip_header(t), trip_rows(plan, scenario, t)),
        ("coverage", coverage_header(t), coverage_rows(plan, scenario, t)),
        ("sources", source_header(t), source_rows(plan, scenario, t)),
    ):
        add_table_sheet(book, t(f"paper.book.{name}"), header, rows, footer=title)
    book.close()
    return out.getvalue()


def _as_xlsx_date(moment: dt.datetime) -> dt.datetime:
    # A plan without a date (hand-made) has year 1, which no sheet can hold.
    return moment.replace(year=max(moment.year, 1990), tzinfo=None)


def text_width(text: str) -> int:
    """Return the width of a text in half-width characters."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def add_table_sheet(
    book: Any, name: str, header: Sequence[str], rows: Cells, *, footer: str
) -> None:
    """
    Add a sheet with frozen header, filter and A4 landscape print set-up.

    Parameters
    ----------
    book
        A workbook of xlsxwriter.
    name
        Name of the sheet, 31 characters at most.
    header
        Texts of the first row.
    rows
        Texts, whole numbers, shares (as floats), numbers with a decimal (as Decimals)
        or None, one list per row.
    footer
        Text at the foot of every printed page.
    """
    sheet = book.add_worksheet(name)
    border = {"border": 1, "border_color": "#999999", "valign": "vcenter"}
    head = book.add_format(
        {**border, "bold": True, "bg_color": "#E7E6E6", "text_wrap": True}
    )
    formats = {
        "text": book.add_format({**border, "num_format": "@"}),
        "number": book.add_format({**border, "num_format": "#,##0"}),
        "long": book.add_format({**border, "num_format": "@", "text_wrap": True}),
        "tenth": book.add_format({**border, "num_format": "#,##0.0"}),
        "rate": book.add_format({**border, "num_format": "0%"}),
    }
    for column, label in enumerate(header):
        sheet.write_string(0, column, label, head)
    for row_idx, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if value is None or value == "":
                sheet.write_blank(row_idx, column, None, formats["text"])
            elif isinstance(value, str):
                is_long = "\n" in value or text_width(value) > _MAX_WIDTH
                style = "long" if is_long else "text"
                sheet.write_string(row_idx, column, value, formats[style])
            else:
                style = _STYLES.get(type(value), "number")
                sheet.write_number(row_idx, column, value, formats[style])
    _set_widths(sheet, header, rows)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(header) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    # & starts a code in headers and footers, which hold 255 signs.
    left = footer[:_MAX_FOOTER].replace("&", "&&")
    sheet.set_footer(f"&L{left}&R&P / &N")


def _set_widths(sheet: Any, header: Sequence[str], rows: Cells) -> None:
    for column, label in enumerate(header):
        texts = [str(row[column]) for row in rows if row[column] is not None]
        # Headers may wrap into two lines.
        widest = max([text_width(text) for text in texts], default=0)
        width = max(widest, (text_width(label) + 1) // 2, 6)
        sheet.set_column(column, column, min(width + 2, _MAX_WIDTH))
