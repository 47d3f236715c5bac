"""The drought form for officials: figures with their meaning, as published."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dispatch.check.water.form import check_form
from dispatch.day.water import shown_water, water_desk
from dispatch.files.water.book import water_xlsx
from dispatch.files.water.form_rows import form_rows
from dispatch.water.drought_form import drought_form
from dispatch.web.kept import show_table
from dispatch.web.views.labels import plain

if TYPE_CHECKING:
    import datetime as dt

    from dispatch.day.water import ShownWater
    from dispatch.model.water.form import DroughtForm
    from dispatch.web.context import Frame


def show(frame: Frame, township: str, date: dt.date) -> None:
    """
    Draw the form of the dispatch that a date lies in; nothing without one.

    Parameters
    ----------
    frame
        Who looks.
    township, date
        Where and when.
    """
    desk = water_desk(frame.db, township, date)
    if desk.published is None:
        return
    t = frame.t
    shown = shown_water(frame.db, township, *desk.published)
    form, broken = _form(shown)
    st.subheader(t("drought_page.title"))
    st.markdown(t("drought_page.of", date=shown.first_day, number=shown.number))
    if broken:
        st.error(t("drought_page.broken", count=broken), icon="⛔")
        return
    rows = form_rows(form, t)
    table = pd.DataFrame(rows.rows, columns=list(rows.headings))
    show_table(table.drop(columns=rows.headings[-1]))
    with st.expander(t("drought_page.means"), icon="📖"):
        for row in rows.rows:
            st.markdown(f"- **{plain(row[0])}** {plain(row[-1])}")
    st.download_button(
        t("drought_page.file"),
        data=lambda: water_xlsx(
            shown.scenario, shown.dispatch, None, t.lang, form=form
        ),
        file_name=f"{shown.scenario.name.replace('/', '-')[:40]}"
        f"-{shown.first_day}-water.xlsx",
        key="download-drought",
        icon="📄",
        on_click="ignore",
    )


@lru_cache(maxsize=16)
def _form(shown: ShownWater) -> tuple[DroughtForm, int]:
    """Return the form, and how many of its figures the check adds up otherwise."""
    form = drought_form(shown.scenario, shown.dispatch, shown.duty)
    found = list(check_form(shown.scenario, shown.dispatch, shown.duty, form))
    return form, len(found)
