"""Needs of the day: the township's tables, typed, pasted, or uploaded."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import streamlit as st

from dispatch.web.context import context_of_page, show_problems
from dispatch.web.saving import offer_undo, save
from dispatch.web.uploads import upload_area
from dispatch.web.views import editor, panels

if TYPE_CHECKING:
    from dispatch.web.context import Context

#: Standards in the order of the form.
_PEOPLE: Final = (
    "survival_l_per_person",
    "basic_l_per_person",
    "normal_l_per_person",
)
_ANIMALS: Final = (
    "cattle_l_per_head",
    "pigs_l_per_head",
    "sheep_l_per_head",
    "poultry_l_per_head",
)


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
    offer_undo(context)
    if context.may_edit:
        has_news = bool(
            st.session_state.get("upload_problems")
            or st.session_state.get("upload_preview")
            or st.session_state.get("upload_done")
        )
        with st.expander(t("page.upload"), expanded=has_news, icon="⬆️"):
            st.markdown(t("needs.upload_help"))
            upload_area(context)
            panels.template_button(t)
        # What is folded in an expander is made all the same, on every click.
        if st.toggle(f"📐 {t('needs.standards')}", key="show_standards"):
            _standards(context)


def _standards(context: Context) -> None:
    """Let the litres of a person and an animal be set."""
    t, need = context.t, context.scenario.need
    st.markdown(t("needs.standards_help"))
    values: dict[str, float] = {}
    with st.form(f"standards {context.key}", border=False):
        for names in (_PEOPLE, _ANIMALS):
            for column, name in zip(st.columns(len(names)), names, strict=True):
                values[name] = column.number_input(
                    t(f"needs.{name}"),
                    0.0,
                    1000.0,
                    float(getattr(need, name)),
                    step=0.5,
                    key=f"{name} {context.key}",
                )
        if not st.form_submit_button(t("needs.standards_save"), type="primary"):
            return
    try:
        changed = dataclasses.replace(need, **values)
    except ValueError:
        st.error(t("needs.standards_order"), icon="⛔")
        return
    if save(context, dataclasses.replace(context.scenario, need=changed)):
        st.rerun()
