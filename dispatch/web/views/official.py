"""For township and county: who has how much water, who has not, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dispatch.web import tables
from dispatch.web.context import Frame, show_table
from dispatch.web.finished import Finished, finished
from dispatch.web.report import report_xlsx

if TYPE_CHECKING:
    from dispatch.words.words import Words

_WORST_COLUMNS = (
    "name",
    "l_per_person",
    "reason",
    "shortage_l",
    "population",
    "level",
)


def show() -> None:
    """Draw the page."""
    frame: Frame = st.session_state["frame"]
    catalog, entry, t = frame.catalog, frame.entry, frame.t
    if entry is None:
        st.info(t("page.no_data"), icon="ℹ️")
        return
    run = finished(catalog.store.latest_good(entry.key))
    if run is None:
        st.info(t("page.no_valid_plan"), icon="ℹ️")
        return
    _headline(run, t)
    st.download_button(
        t("official.excel"),
        data=lambda: report_xlsx(run, t),
        file_name=f"{run.result.scenario.name}-{run.result.scenario.date}.xlsx",
        type="primary",
        on_click="ignore",
    )
    figures = run.figures
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
    scenario = run.result.scenario
    st.caption(
        t("official.source", name=scenario.name, date=scenario.date, time=run.made)
    )


def _headline(run: Finished, t: Words) -> None:
    """Say in words and one number how many people have what they need."""
    figures, scenario = run.figures, run.result.scenario
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
