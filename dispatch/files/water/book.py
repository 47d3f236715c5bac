"""The workbook of a dispatch: releases, turns, pumps, slots, watches, and figures."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Final

import xlsxwriter  # type: ignore[import-untyped]  # no stubs

from dispatch.files.plan.workbook import SAFE_OPTIONS, add_table_sheet
from dispatch.files.water.sheet_rows import SheetRows, Table
from dispatch.words.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.model.scenario import Scenario
    from dispatch.model.water.dispatch import WaterDispatch, WaterDuty
    from dispatch.model.water.form import DroughtForm
    from dispatch.words.message import Lang

#: Sheets by their order; only the last of the first six names households.
SHEETS: Final = (
    *("releases", "turns", "pumps", "slots", "watches", "rounds"),
    *("fields", "stores", "goals", "form", "notices"),
)


def water_xlsx(
    scenario: Scenario,
    dispatch: WaterDispatch,
    duty: WaterDuty | None,
    lang: Lang = "zh",
    *,
    form: DroughtForm | None = None,
) -> bytes:
    """
    Return the content of ``water.xlsx``; the same dispatch gives the same bytes.

    Parameters
    ----------
    scenario
        With tables of the water.
    dispatch
        Days and hours.
    duty
        Who is on duty: the workbook is then personal data, with names and rounds;
        None: posts have numbers of persons, and there is no sheet of rounds.
    lang
        Language of the texts, ``zh`` or ``en``.
    form
        The drought form; None: it is made here, without works under way.
    """
    t = Words(lang)
    plan = dispatch.plan
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, SAFE_OPTIONS)
    title = t(
        "water_book.title", name=plan.scenario, date=plan.first_day, days=plan.num_days
    )
    year = max(plan.first_day.year, 1990)
    created = dt.datetime.combine(plan.first_day.replace(year=year), dt.time())
    book.set_properties({"title": title, "created": created})
    rows = SheetRows(scenario, dispatch, duty, t)
    for name in SHEETS:
        if name == "rounds" and duty is None:
            continue
        table = rows.form(form) if name == "form" else _table(rows, name)
        sheet = t(f"water_book.{name}")
        add_table_sheet(book, sheet, table.header, table.rows, footer=title)
    book.close()
    return out.getvalue()


def _table(rows: SheetRows, name: str) -> Table:
    make: Callable[[], Table] = getattr(rows, name)
    return make()
