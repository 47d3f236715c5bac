"""For township and county: who has how much water, who has not, and why."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dispatch.day.following import follow_day
from dispatch.day.overview import township_days
from dispatch.web import tables
from dispatch.web.context import context_of_page, frame_of_page, show_table
from dispatch.web.finished import Finished, finished
from dispatch.web.report import report_xlsx

if TYPE_CHECKING:
    from dispatch.day.following import FollowedDay
    from dispatch.web.context import Context, Frame
    from dispatch.words.words import Words

_WORST_COLUMNS = (
    "name",
    "l_per_person",
    "reason",
    "shortage_l",
    "population",
    "level",
)

_COUNTY_COLUMNS = (
    "name",
    "state",
    "version",
    "people",
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
    if len(frame.townships) > 1:
        _county(frame)
    context = context_of_page()
    if context is None:
        return
    t = context.t
    day = follow_day(context.db, context.desk.township, context.desk.date)
    plan = finished(context.db, context.desk, context.desk.published)
    if plan is None:
        st.info(t("page.no_valid_plan"), icon="ℹ️")
        return
    _headline(context, plan, day)
    st.download_button(
        t("official.excel"),
        data=lambda: report_xlsx(plan, t),
        file_name=f"{plan.result.scenario.name}-{plan.result.scenario.date}.xlsx",
        type="primary",
        on_click="ignore",
    )
    figures = plan.figures
    st.subheader(t("official.standards"))
    show_table(tables.standards_table(figures, t))
    if figures.shortage_l:
        st.subheader(t("official.worst"))
        worst = tables.places_table(figures.worst_places(), t, _WORST_COLUMNS)
        show_table(worst)
        st.subheader(t("official.reasons"))
        show_table(tables.reasons_table(figures, t))
    st.subheader(t("official.fairness"))
    fairness = figures.fairness
    columns = st.columns(4)
    for column, key, value in zip(
        columns,
        ("min_l", "mean", "gini", "jain"),
        (
            fairness.min_l_per_person,
            fairness.mean_l_per_person,
            fairness.gini,
            fairness.jain,
        ),
        strict=True,
    ):
        shown = "–" if value is None else f"{value:.2f}"
        column.metric(t(f"official.{key}"), shown, border=True)
    scenario = plan.result.scenario
    st.caption(
        t("official.source", name=scenario.name, date=scenario.date, time=plan.made)
    )


def _county(frame: Frame) -> None:
    """Show all townships of the day side by side."""
    t, desk = frame.t, frame.desk
    if desk is None:
        return
    rows = township_days(frame.db, frame.townships, desk.date, today=frame.now.date())
    planned, delivered = (
        sum(row.planned_l for row in rows),
        sum(row.delivered_l for row in rows),
    )
    st.title(
        t(
            "county.headline",
            count=len(rows),
            date=desk.date,
            delivered=t.litres(delivered),
            planned=t.litres(planned),
        )
    )
    table = pd.DataFrame([asdict(row) for row in rows])[list(_COUNTY_COLUMNS)]
    table["state"] = [t(f"county.state_{state}") for state in table["state"]]
    table["version"] = table["version"].astype("Int64")
    show_table(
        table.rename(columns={name: t(f"county.{name}") for name in table.columns})
    )
    st.divider()


def _headline(context: Context, plan: Finished, day: FollowedDay) -> None:
    """Say in words and one number how many people have what they need."""
    t: Words = context.t
    figures, scenario = plan.figures, plan.result.scenario
    rows = figures.standards.to_dict("index")
    basic, survival = rows["basic"], rows["survival"]
    st.title(t("official.headline", share=t.percent(basic["share"])))
    st.markdown(
        t(
            "official.question",
            date=scenario.date,
            people=f"{basic['people_total']:,}",
            reached=f"{basic['people']:,}",
            litres=f"{basic['l_per_person']:g}",
        )
    )
    st.markdown(
        t(
            "official.delivered",
            time=f"{context.frame.now:%H:%M}",
            delivered=t.litres(day.delivered_l),
            planned=t.litres(day.planned_l),
            done=day.num_visits_done,
            visits=day.num_visits,
        )
    )
    if context.desk.is_old(scenario):
        st.warning(t("official.old", number=plan.number, time=plan.made), icon="⚠️")
    vulnerable = int(survival["vulnerable"]), int(survival["vulnerable_total"])
    minimum = figures.fairness.min_l_per_person
    least = ""
    if minimum is not None:
        by_need = figures.places.dropna(subset="l_per_person")
        least = str(by_need.sort_values("l_per_person")["name"].iloc[0])
    parts = (
        (
            t("official.survival"),
            t.percent(survival["share"]),
            t(
                "official.of",
                part=f"{survival['people']:,}",
                whole=f"{survival['people_total']:,}",
            ),
        ),
        (
            t("official.vulnerable"),
            t.percent(vulnerable[0] / vulnerable[1] if vulnerable[1] else 1.0),
            t("official.of", part=f"{vulnerable[0]:,}", whole=f"{vulnerable[1]:,}"),
        ),
        (
            t("official.min"),
            "–" if minimum is None else f"{minimum:.1f}",
            least,
        ),
    )
    for column, (label, value, whole) in zip(st.columns(3), parts, strict=True):
        column.metric(label, value, border=True)
        column.caption(whole)
