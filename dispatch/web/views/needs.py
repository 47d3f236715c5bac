"""Needs of the day: the township's tables, typed, pasted, or uploaded."""

from __future__ import annotations

import streamlit as st

from dispatch.web.context import context_of_page, show_problems
from dispatch.web.uploads import upload_area
from dispatch.web.views import editor, panels


def show() -> None:
    """Draw the page."""
    context = context_of_page()
    if context is None:
        return
    t, scenario = context.t, context.scenario
    st.title(t("needs.title", date=context.desk.date))
    people = sum(village.population for village in scenario.villages)
    st.markdown(
        t(
            "needs.size",
            places=len(scenario.villages),
            people=f"{people:,}",
            sources=len(scenario.sources),
            trucks=len(scenario.trucks),
            resting=len(scenario.resting),
        )
    )
    if scenario.warnings:
        with st.expander(t("page.warnings", count=len(scenario.warnings)), icon="⚠️"):
            show_problems(scenario.warnings, t)
    editor.show(context)
    if context.may_edit:
        has_news = bool(
            st.session_state.get("upload_problems")
            or st.session_state.get("upload_done")
        )
        with st.expander(t("page.upload"), expanded=has_news, icon="⬆️"):
            st.markdown(t("needs.upload_help"))
            upload_area(context)
            panels.template_button(t)
