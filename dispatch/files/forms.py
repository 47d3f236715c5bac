"""Forms that an office hands up, as a workbook: title, unit, table, sums, signature."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter  # type: ignore[import-untyped]  # no stubs

from dispatch.files.plan.workbook import SAFE_OPTIONS, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_WIDTH: Final = 40
_MIN_WIDTH: Final = 8
#: A cell that holds more is nothing that one prints.
MAX_TEXT: Final = 300


class Percent(float):
    """A share, 0-1, that is shown in percent and stays a number."""


Cell = str | int | float | Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """
    One table of a report.

    Attributes
    ----------
    name
        Of its sheet.
    unit
        Who reports, of what time, in which units; the line below the title.
    rows
        Whole numbers, decimals (one place), `Percent`, money as Decimal, or text.
    total
        The sums; None: the table has none.
    notes
        Lines below the table.
    """

    name: str
    title: str
    unit: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] | None = None
    notes: Sequence[str] = ()


def clipped(text: str, most: int = MAX_TEXT) -> str:
    """
    Return a text on one line, no longer than fits a cell, without what Excel refuses.

    Parameters
    ----------
    text
        As somebody wrote it.
    most
        Characters that are kept.
    """
    line = "".join(char if char.isprintable() else " " for char in text[: most + 1])
    return line if len(line) <= most else line[: most - 1] + "…"


def forms_xlsx(
    forms: Sequence[Form], *, date: dt.date, signature: str, page: str
) -> bytes:
    """
    Return forms as a workbook, one sheet each, ready to print and to sign.

    Parameters
    ----------
    forms
        In the order of the sheets.
    date
        Stands in the file, so that equal reports are equal files.
    signature
        The line that is signed, at the end of every sheet.
    page
        The foot of a page, with ``&P`` and ``&N`` for its number and their count.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, SAFE_OPTIONS)
    # Year 1 of a day without a date is none that a sheet can hold.
    created = dt.datetime(max(date.year, 1990), date.month, date.day)
    book.set_properties({"title": clipped(forms[0].title), "created": created})
    styles = _styles(book)
    for form in forms:
        _add_sheet(book, form, styles, signature=signature, page=page)
    book.close()
    return out.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    border = {"border": 1, "border_color": "#777777", "valign": "vcenter"}
    kinds: dict[str, dict[str, Any]] = {
        "text": {"num_format": "@", "text_wrap": True},
        "count": {"num_format": "#,##0"},
        "decimal": {"num_format": "#,##0.0"},
        "percent": {"num_format": "0.0%"},
        "money": {"num_format": "#,##0.00"},
    }
    styles = {name: book.add_format({**border, **kind}) for name, kind in kinds.items()}
    strong = {"bold": True, "bg_color": "#F2F2F2", "top": 2}
    for name, kind in kinds.items():
        styles[f"{name} total"] = book.add_format({**border, **kind, **strong})
    head = {"bold": True, "bg_color": "#E7E6E6", "text_wrap": True, "align": "center"}
    styles["head"] = book.add_format({**border, **head})
    styles["title"] = book.add_format(
        {"bold": True, "font_size": 16, "num_format": "@"}
    )
    styles["line"] = book.add_format({"num_format": "@"})
    return styles


def _kind(cell: Cell) -> str:
    if cell is None or isinstance(cell, str):
        return "text"
    if isinstance(cell, Percent):
        return "percent"
    if isinstance(cell, Decimal):
        return "money"
    return "count" if isinstance(cell, int) else "decimal"


def _add_sheet(
    book: Any, form: Form, styles: dict[str, Any], *, signature: str, page: str
) -> None:
    sheet = book.add_worksheet(form.name)
    sheet.write_string(0, 0, clipped(form.title), styles["title"])
    sheet.set_row(0, 26)
    sheet.write_string(1, 0, clipped(form.unit), styles["line"])
    for column, heading in enumerate(form.headings):
        sheet.write_string(2, column, heading, styles["head"])
    row_idx = 3
    for row in form.rows:
        _write(sheet, row_idx, row, styles, "")
        row_idx += 1
    if form.total is not None:
        _write(sheet, row_idx, form.total, styles, " total")
        row_idx += 1
    for note in form.notes:
        sheet.write_string(row_idx, 0, clipped(note), styles["line"])
        row_idx += 1
    sheet.write_string(row_idx + 1, 0, signature, styles["line"])
    _set_widths(sheet, form)
    sheet.freeze_panes(3, 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 2)
    sheet.set_footer(f"&C{page}")


def _write(
    sheet: Any, row_idx: int, row: Sequence[Cell], styles: dict[str, Any], more: str
) -> None:
    for column, cell in enumerate(row):
        style = styles[_kind(cell) + more]
        if cell is None or cell == "":
            sheet.write_blank(row_idx, column, None, style)
        elif isinstance(cell, str):
            sheet.write_string(row_idx, column, clipped(cell), style)
        else:
            sheet.write_number(row_idx, column, float(cell), style)


def _set_widths(sheet: Any, form: Form) -> None:
    for column, heading in enumerate(form.headings):
        cells = [row[column] for row in (*form.rows, *filter(None, (form.total,)))]
        texts = [f"{c:,}" if isinstance(c, int) else str(c or "") for c in cells]
        longest = max((text_width(text[:_MAX_WIDTH]) for text in texts), default=0)
        # Headings may wrap into two lines.
        width = max(longest, (text_width(heading) + 1) // 2, _MIN_WIDTH)
        sheet.set_column(column, column, min(width + 2, _MAX_WIDTH))
