"""The plan of a day: made, looked at, compared, published."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from dispatch.model.need import needs_l
from dispatch.model.scenario import place_or_truck
from dispatch.runs.queue import latest_run
from dispatch.web.context import (
    Context,
    context_of_page,
    show_problems,
)
from dispatch.web.finished import Finished, finished
from dispatch.web.saving import save, show_conflict
from dispatch.web.views import editor, pairs, panels, so_far, versions
from dispatch.web.views.labels import plain
from dispatch.web.views.running import (
    RANGES,
    ask,
    last_outcome,
    progress,
    settings_of_run,
)

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario
    from dispatch.words.words import Words


def show() -> None:
    """Draw the page."""
    context = context_of_page()
    if context is None:
        return
    t = context.t
    run = latest_run(
        context.db, context.desk.township, context.desk.date, now=context.frame.now
    )
    is_running = run is not None and run.state.is_active
    head = versions.chosen(context)
    plan = finished(context.db, context.desk, head)
    is_old = plan is not None and context.desk.is_old(plan.result.scenario)
    headline(context.scenario, plan, t, is_old=is_old or is_running)
    if run is not None and is_running:
        progress(context, run)
        so_far.show(context)
    elif run is not None:
        last_outcome(run, t)
    show_conflict(context)
    if plan is not None:
        versions.status(plan, t, is_old=is_old, is_running=is_running)
    if head is not None:
        versions.show(context, head, plan)
        versions.compare(context)
    _plan_bar(context, plan, is_running=is_running)
    notes(context, plan)
    panels.show(context, plan)


def headline(
    scenario: Scenario, plan: Finished | None, t: Words, *, is_old: bool
) -> None:
    """
    Answer how the day stands, in words and one number.

    Parameters
    ----------
    scenario
        The day as it is now.
    plan
        A plan of it; None: none yet.
    t
        Words in the language of the reader.
    is_old
        Whether the plan is of other tables.
    """
    need_l = sum(sum(need.values()) for need in needs_l(scenario).values())
    if plan is None:
        st.title(t("plan.none", date=scenario.date))
    elif plan.violations:
        # No figure of a plan that cannot be driven.
        st.title(f"⛔ {t('plan.bad', count=len(plan.violations))}")
    else:
        figures = plan.figures
        below = int((figures.places["level"] == "below").sum())
        if not figures.shortage_l:
            key = "plan.headline_full"
        else:
            key = "plan.headline" if below else "plan.headline_safe"
        text = t(
            key,
            date=plan.result.scenario.date,
            served=t.litres(figures.served_l),
            short=t.litres(figures.shortage_l),
            below=below,
            need=t.litres(figures.need_l),
        )
        left, right = st.columns([1, 3], vertical_alignment="center")
        label = t("plan.old_coverage") if is_old else t("plan.coverage")
        left.metric(label, t.percent(figures.coverage), border=True)
        right.markdown(f"### {text}")
    people = sum(village.population for village in scenario.villages)
    st.markdown(
        t(
            "plan.need",
            places=len(scenario.villages),
            people=f"{people:,}",
            need=t.litres(need_l),
        )
    )


def _plan_bar(context: Context, plan: Finished | None, *, is_running: bool) -> None:
    t, frame = context.t, context.frame
    settings_of_run()
    if plan is None and not is_running:
        st.markdown(t("plan.none_help"))
    editor.remind(context)
    if context.desk.state != "open" or not frame.may("plan"):
        return
    left, middle, right = st.columns([2, 2, 1])
    label = t("plan.press") if plan is None else t("plan.again")
    if left.button(
        label,
        key="plan",
        type="primary" if context.desk.published is None else "secondary",
        icon="🚚",
        width="stretch",
        disabled=is_running,
    ) and ask(context):
        st.rerun()
    if context.desk.published is not None:
        with middle.popover(t("plan.rest"), icon="🕒", width="stretch"):
            _rest(context, is_running=is_running)
    with right.popover(t("plan.settings"), icon="⚙️", width="stretch"):
        _settings(context)


def _rest(context: Context, *, is_running: bool) -> None:
    """Offer to plan only what is left of the day."""
    t, now = context.t, context.frame.now
    st.markdown(t("plan.rest_help"))
    is_today = context.desk.date == now.date()
    when = st.time_input(
        t("plan.rest_from"),
        value=now.time().replace(second=0, microsecond=0) if is_today else dt.time(9),
        key="rest_from",
        step=300,
    )
    if st.button(
        t("plan.rest_press"),
        key="replan",
        type="primary",
        width="stretch",
        disabled=is_running,
    ) and ask(context, now_s=when.hour * 3600 + when.minute * 60):
        st.rerun()


def _settings(context: Context) -> None:
    t = context.t
    low, high = RANGES["seconds"]
    st.number_input(
        t("plan.seconds"),
        min_value=low,
        max_value=high,
        step=10,
        help=t("plan.seconds_help"),
        key="seconds",
    )
    low, high = RANGES["seed"]
    st.number_input(
        t("plan.seed"),
        min_value=low,
        max_value=high,
        help=t("plan.seed_help"),
        key="seed",
    )
    steps = context.scenario.equity_steps
    chosen = st.number_input(
        t("plan.equity"),
        min_value=1,
        max_value=20,
        value=min(steps, 20),
        help=t("plan.equity_help"),
        key=f"equity {context.key}",
        disabled=not context.may_edit,
    )
    if (
        context.may_edit
        and chosen != min(steps, 20)
        and save(context, replace(context.scenario, equity_steps=int(chosen)))
    ):
        st.rerun()


def notes(context: Context, plan: Finished | None) -> None:
    """
    Say what the reader of the figures should know about the data.

    Parameters
    ----------
    context
        The day.
    plan
        A plan of it; None: none yet.
    """
    t, scenario = context.t, context.scenario
    if scenario.resting:
        out = (place_or_truck(resting.item) for resting in scenario.resting)
        names = t("unit.items").join(out)
        st.caption(f"⏸️ {t('plan.resting', names=plain(names))}")
    pairs.told(context, plan)
    if plan is not None and plan.result.travel.is_estimate:
        st.caption(f"⚠️ {t('page.estimate')}")
    if scenario.warnings:
        with st.expander(t("page.warnings", count=len(scenario.warnings)), icon="⚠️"):
            show_problems(scenario.warnings, t)
