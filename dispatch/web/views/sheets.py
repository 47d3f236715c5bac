"""Sheets of what was planned, delivered and is to be paid, over days."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from dispatch.day.payment import compared_sheet, payment_sheet, township_rules
from dispatch.operations.payment import (
    COMPARED_COLUMNS,
    PAYMENT_COLUMNS,
    compared_rows,
    payment_rows,
)
from dispatch.web.kept import show_table
from dispatch.web.report import write_sheet
from dispatch.web.views.labels import truck_label

if TYPE_CHECKING:
    from dispatch.web.context import Context

_BY: Final = ("truck", "village", "day")


def show(context: Context) -> None:
    """Let days be chosen, and show the sheets of them."""
    t, date = context.t, context.desk.date
    columns = st.columns(2)
    first, last = (
        column.date_input(
            t(f"sheet.{name}"), value=date, key=f"sheet_{name}", format="YYYY-MM-DD"
        )
        for column, name in zip(columns, ("first", "last"), strict=False)
    )
    if not isinstance(first, dt.date) or not isinstance(last, dt.date):
        return
    if last < first or (last - first).days > 400:
        st.error(t("sheet.order"), icon="⛔")
        return
    tables = {t(f"sheet.by_{by}"): _compared(context, first, last, by) for by in _BY}
    price = township_rules(context.db, context.desk.township).price_per_m3
    tables[t("sheet.payment")] = _payment(context, first, last)
    st.download_button(
        t("sheet.excel"),
        data=lambda: _workbook(tables),
        file_name=f"{context.desk.name[:60]}-{first}-{last}.xlsx",
        icon="📄",
        on_click="ignore",
    )
    for name, table in tables.items():
        st.markdown(f"**{name}**")
        show_table(table)
    if not price:
        st.caption(t("sheet.no_price"))


def _compared(context: Context, first: dt.date, last: dt.date, by: str) -> pd.DataFrame:
    t = context.t
    rows = compared_sheet(context.db, context.desk.township, first, last, by)  # type: ignore[arg-type]  # one of _BY
    cells = compared_rows(rows)
    for cell in cells:
        cell[0] = _label(context, by, str(cell[0]))
        cell[4] = t.percent(float(cell[4] or 0))
    heads = [t(f"sheet.{name}") for name in COMPARED_COLUMNS]
    return pd.DataFrame(cells, columns=[t(f"sheet.by_{by}"), *heads[1:]])


def _label(context: Context, by: str, label: str) -> str:
    if by == "truck":
        return truck_label(context.scenario, label)
    return context.scenario.label(label) if by == "village" else label


def _payment(context: Context, first: dt.date, last: dt.date) -> pd.DataFrame:
    t = context.t
    rows = payment_rows(payment_sheet(context.db, context.desk.township, first, last))
    for cell in rows[:-1]:
        cell[0] = truck_label(context.scenario, str(cell[0]))
    if rows:
        rows[-1][0] = t("sheet.sum")
    heads = [t(f"sheet.{name}") for name in PAYMENT_COLUMNS]
    return pd.DataFrame(rows, columns=heads)


def _workbook(tables: dict[str, pd.DataFrame]) -> bytes:
    buffer = io.BytesIO()
    # Names come from people: none may become a formula or a link.
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with pd.ExcelWriter(
        buffer, engine="xlsxwriter", engine_kwargs={"options": options}
    ) as writer:
        for name, table in tables.items():
            write_sheet(writer, name, table)
    return buffer.getvalue()
