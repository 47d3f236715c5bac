"""Situation (情况汇总): who is short today and why; officials change nothing here."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pandas as pd
import streamlit as st
from streamlit_folium import st_folium  # type: ignore[import-untyped]  # no types

from dispatch.day.official import official_day, townships_short
from dispatch.day.official_forms import (
    official_xlsx,
    places_form,
    reasons_form,
    title_of,
)
from dispatch.day.official_paper import official_pdf
from dispatch.day.official_text import answers_of
from dispatch.day.overview import township_days
from dispatch.files.forms import Percent
from dispatch.maps.page import live_map
from dispatch.web import official_charts as charts
from dispatch.web.context import frame_of_page, show_table
from dispatch.web.views import helping
from dispatch.web.views.labels import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.day.desk import Desk
    from dispatch.day.official import OfficialDay
    from dispatch.day.official_text import Answers
    from dispatch.files.forms import Form
    from dispatch.web.context import Frame
    from dispatch.words.words import Words

_COUNTY_COLUMNS = (
    "name",
    "state",
    "version",
    "people",
    "people_short",
    "needs_l",
    "planned_l",
    "delivered_l",
    "num_alarms",
    "num_open_calls",
    "num_overdue_calls",
)


def show() -> None:
    """Draw the page."""
    frame = frame_of_page()
    t, desk = frame.t, frame.desk
    if desk is None:
        st.info(t("page.no_township"), icon="ℹ️")
        return
    day = official_day(frame.db, desk.township, desk.date, today=frame.now.date())
    answers = answers_of(day, t, now=frame.now)
    _first_screen(answers)
    _files(frame, day)
    if len(frame.townships) > 1:
        _county(frame, desk)
    if day.figures is not None:
        _reasons(day, t)
        _helps(frame, day)
        _places(day, t)
    st.subheader(t("brief.trend", days=len(day.trend)))
    left, right = st.columns(2)
    left.altair_chart(charts.trend_chart(day, t), alt=t("brief.trend_alt"))
    left.caption(t("brief.trend_help"))
    right.altair_chart(charts.short_chart(day, t), alt=t("brief.short_alt"))
    right.caption(t("brief.short_alt"))
    if day.plan is not None and day.scenario is not None:
        _map(frame, day)
    st.caption(plain(answers.definition))


def _first_screen(answers: Answers) -> None:
    """Say who is short, by what came and by the plan, why, and what would help."""
    st.title(plain(answers.headline))
    for line in answers.warnings:
        st.warning(plain(line), icon="⚠️")
    st.markdown("\n".join(f"- {plain(line)}" for line in answers.lines))
    if not answers.counts:
        return
    for column, count in zip(
        st.columns(len(answers.counts)), answers.counts, strict=True
    ):
        column.metric(count.label, f"{count.value:,}", border=True)
        column.caption(plain(count.detail))


def _files(frame: Frame, day: OfficialDay) -> None:
    """Offer the forms, the page to print, and the light page."""
    t, now = frame.t, frame.now
    rows = (
        townships_short(frame.db, frame.townships, day.date)
        if len(frame.townships) > 1
        else []
    )
    name = title_of(day, t).replace("/", "-")[:80]
    with st.container(horizontal=True):
        st.download_button(
            t("brief.excel"),
            data=lambda: official_xlsx(day, t, now=now, townships=rows),
            file_name=f"{name}.xlsx",
            type="primary",
            on_click="ignore",
        )
        st.download_button(
            t("brief.pdf"),
            data=lambda: official_pdf(day, t, now=now, townships=rows),
            file_name=f"{name}.pdf",
            on_click="ignore",
        )
        root = st.get_option("server.baseUrlPath").strip("/")
        values = {"township": day.township, "date": day.date, "lang": t.lang}
        address = f"{'/' + root if root else ''}/brief?{urlencode(values)}"
        st.link_button(t("brief.light"), address)


def _county(frame: Frame, desk: Desk) -> None:
    """Show all townships of the day side by side, most people short first."""
    t = frame.t
    rows = township_days(frame.db, frame.townships, desk.date, today=frame.now.date())
    planned, delivered = (
        sum(row.planned_l for row in rows),
        sum(row.delivered_l for row in rows),
    )
    st.subheader(
        t(
            "county.headline",
            count=len(rows),
            date=desk.date,
            delivered=t.litres(delivered),
            planned=t.litres(planned),
        )
    )
    rows.sort(key=lambda row: -row.people_short)
    table = pd.DataFrame([asdict(row) for row in rows])[list(_COUNTY_COLUMNS)]
    table["state"] = [t(f"county.state_{state}") for state in table["state"]]
    table["version"] = table["version"].astype("Int64")
    show_table(
        table.rename(columns={name: t(f"county.{name}") for name in table.columns})
    )


def _reasons(day: OfficialDay, t: Words) -> None:
    st.subheader(t("brief.reasons"))
    form = reasons_form(day, t)
    if form.rows:
        show_table(_table(form, range(len(form.headings)), t))
    else:
        st.success(t("brief.none_short"), icon="✅")


def _helps(frame: Frame, day: OfficialDay) -> None:
    """Say what would help the published plan; it is worked out on another page."""
    t = frame.t
    if day.version is None or day.scenario is None:
        return
    st.subheader(t("helping.title"))
    is_running = helping.follow(frame)
    if day.helps is not None:
        helping.show_helps(day.helps, day.scenario, t)
    elif not is_running:
        st.info(t("helping.none_official"), icon="ℹ️")


def _places(day: OfficialDay, t: Words) -> None:
    """Show litres a person, and every place with what it was to get and got."""
    if any(place.l_per_person is not None for place in day.places):
        st.subheader(t("brief.litres_chart"))
        st.altair_chart(charts.litres_chart(day, t), alt=t("brief.litres_alt"))
        st.caption(t("brief.litres_help"))
    form = places_form(day, t)
    st.subheader(t("brief.all_places", count=len(day.places)))
    # Place, people, litres a person, delivered and planned, short, reason, help.
    show_table(_table(form, (0, 2, 7, 5, 4, 9, 12, 15, 16, 17), t))


def _table(form: Form, columns: Sequence[int], t: Words) -> pd.DataFrame:
    """Return columns of a form as a table of the page."""
    table = pd.DataFrame(
        {
            form.headings[k]: [
                t.percent(row[k]) if isinstance(row[k], Percent) else row[k]  # type: ignore[arg-type]  # a share
                for row in form.rows
            ]
            for k in columns
        }
    )
    for name in table.columns:
        if pd.api.types.is_float_dtype(table[name].dtype):
            table[name] = table[name].astype("Float64").round(1)
    return table


def _map(frame: Frame, day: OfficialDay) -> None:
    """Show places in the colours of what they have now, on the plan's map."""
    st.subheader(frame.t("brief.map"))
    if day.scenario is None:
        return
    chart = live_map(
        day.scenario,
        day.plan,
        day.figures,
        frame.lang,
        base_url=st.get_option("server.baseUrlPath"),
    )
    stamp = f"{day.township}-{day.date}-{day.version}-{len(day.reports)}"
    st_folium(
        chart,
        key=f"brief-map-{stamp}-{frame.lang}",
        height=480,
        use_container_width=True,
        returned_objects=[],
    )
