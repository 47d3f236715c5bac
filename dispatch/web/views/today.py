"""Today (今日): what needs the coordinator now, in words, and what can be done."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from dispatch.day.following import follow_day
from dispatch.day.opening import close_day
from dispatch.day.requests import list_requests
from dispatch.model.scenario import place_or_truck
from dispatch.operations.requests import WAITING
from dispatch.operations.stocks import days_left
from dispatch.runs.queue import latest_run
from dispatch.web.context import context_of_page, moment_text, shown_error
from dispatch.web.finished import finished
from dispatch.web.saving import show_conflict
from dispatch.web.views import deliveries, happened, running, versions
from dispatch.web.views.labels import plain, truck_label

if TYPE_CHECKING:
    from dispatch.day.following import FollowedDay
    from dispatch.operations.requests import Call
    from dispatch.web.context import Context
    from dispatch.web.finished import Finished

#: Villages whose water lasts for less are named.
_SOON_DAYS = 1.0
_MAX_NAMES = 6


def show() -> None:
    """Draw the page."""
    context = context_of_page()
    if context is None:
        return
    t, desk, frame = context.t, context.desk, context.frame
    day = follow_day(context.db, desk.township, desk.date)
    run = latest_run(context.db, desk.township, desk.date, now=frame.now)
    is_running = run is not None and run.state.is_active
    shown = desk.published or desk.latest
    plan = finished(context.db, desk, shown)
    _headline(context, day, plan)
    if run is not None and is_running:
        running.progress(context, run)
    elif run is not None:
        running.last_outcome(run, t)
    show_conflict(context)
    rows = list_requests(context.db, [desk.township], today=frame.now.date())
    _needs_me(context, day, plan, [call for _, call in rows])
    newest = desk.latest
    if newest is not None and newest.status == "draft" and not is_running:
        with st.container(border=True):
            st.markdown(f"**{plain(versions.label(newest, t))}**")
            versions.show(context, newest, finished(context.db, desk, newest))
    if desk.state == "open" and frame.may("plan"):
        happened.show(context, day, is_running=is_running)
        _close(context, day)


def _headline(context: Context, day: FollowedDay, plan: Finished | None) -> None:
    """Say where the day stands: the plan, and how much has come."""
    t, desk = context.t, context.desk
    published = desk.published
    if published is None:
        key = "today.no_plan" if desk.latest is None else "today.draft"
        st.title(t(key, date=desk.date))
        if desk.latest is None and desk.state == "open":
            st.markdown(t("today.no_plan_help"))
            if (
                context.frame.may("plan")
                and st.button(
                    t("plan.press"),
                    key="plan",
                    type="primary",
                    icon="🚚",
                    width="stretch",
                )
                and running.ask(context)
            ):
                st.rerun()
        return
    text = t(
        "today.headline",
        delivered=t.litres(day.delivered_l),
        planned=t.litres(day.planned_l),
        done=day.num_visits_done,
        visits=day.num_visits,
    )
    st.title(text)
    when = moment_text(published.published_at or published.created_at)
    st.caption(t("today.published", number=published.number, time=when))
    if plan is not None and desk.is_old(plan.result.scenario):
        st.warning(t("today.old", number=published.number), icon="⚠️")


def _needs_me(
    context: Context, day: FollowedDay, plan: Finished | None, calls: list[Call]
) -> None:
    """List what waits for the coordinator, the most urgent first."""
    t, scenario = context.t, context.scenario
    today = context.frame.now.date()
    items = t("unit.items")
    overdue = [c for c in calls if c.is_overdue(today) and c.state != "closed"]
    urged = [
        c for c in calls if c.is_supervised and c.state != "closed" and c not in overdue
    ]
    new = [c for c in calls if c.state in WAITING and c.state != "planned"]
    lines: list[tuple[str, str]] = []
    if overdue:
        lines.append(
            (
                "🔴",
                t("today.overdue", count=len(overdue), names=_calls(context, overdue)),
            )
        )
    if urged:
        lines.append(
            (
                "🔴",
                t("today.supervised", count=len(urged), names=_calls(context, urged)),
            )
        )
    if day.alarms:
        lines.append(("🔔", t("today.alarms", count=len(day.alarms))))
    if new:
        lines.append(
            ("📞", t("today.new_calls", count=len(new), names=_calls(context, new)))
        )
    if plan is not None and not plan.violations and plan.figures.shortage_l:
        places = plan.figures.worst_places(None)
        below = places[places["level"] == "below"]
        short = t.litres(plan.figures.shortage_l)
        names = items.join(map(str, places["name"].head(_MAX_NAMES)))
        key = "today.below" if len(below) else "today.short"
        lines.append(
            ("💧", t(key, count=len(below) or len(places), litres=short, names=names))
        )
    soon = sorted(
        ((days_left(village, scenario.need), village) for village in scenario.villages),
        key=lambda pair: pair[0],
    )
    dry = [pair for pair in soon if pair[0] < _SOON_DAYS]
    if dry:
        names = items.join(
            t(
                "today.days_of",
                name=scenario.label(village.village_id),
                days=f"{math.floor(days * 10) / 10:g}",
            )
            for days, village in dry[:_MAX_NAMES]
        )
        lines.append(("⏳", t("today.dry", count=len(dry), names=names)))
    if scenario.resting:
        names = items.join(place_or_truck(each.item) for each in scenario.resting)
        lines.append(("⏸️", t("plan.resting", names=names)))
    out = _trucks_out(context, day)
    if out:
        lines.append(("🚚", t("today.trucks_out", names=items.join(out))))
    if not lines:
        st.success(t("today.all_quiet"), icon="✅")
        return
    for icon, line in lines:
        st.markdown(f"{icon} {plain(line)}")
    deliveries.show_alarms(day.alarms, scenario, t)


def _calls(context: Context, calls: list[Call]) -> str:
    names = [
        f"#{call.number} {context.scenario.label(call.village)}"
        for call in calls[:_MAX_NAMES]
    ]
    more = " …" if len(calls) > _MAX_NAMES else ""
    return context.t("unit.items").join(names) + more


def _trucks_out(context: Context, day: FollowedDay) -> list[str]:
    """Return the trucks that have begun and are not back, with their last place."""
    trucks = []
    for truck in dict.fromkeys(each.truck for each in day.stops):
        rows = [each for each in day.stops if each.truck == truck]
        reported = [each for each in rows if each.report is not None]
        if not reported or rows[-1].state == "done":
            continue
        last = max(reported, key=lambda each: each.report.at)  # type: ignore[union-attr]  # only those with one
        place = context.scenario.label(last.stop.place_id)
        trucks.append(
            f"{truck_label(context.scenario, truck)} {last.report.at:%H:%M} {place}"  # type: ignore[union-attr]  # as above
        )
    return trucks


def _close(context: Context, day: FollowedDay) -> None:
    """Offer to close the day in the evening, saying what is still open."""
    t, desk, frame = context.t, context.desk, context.frame
    if not day.reports and desk.date >= frame.now.date():
        return
    with st.popover(t("today.close"), icon="🔒"):
        left = day.num_visits - day.num_visits_done
        st.markdown(t("today.close_help", open=left))
        if st.button(t("today.close_yes"), key="close_day", type="primary"):

            def act() -> None:
                frame.require("plan")
                close_day(
                    context.db,
                    desk.township,
                    desk.date,
                    **frame.stamp,
                )

            if shown_error(frame, act):
                st.rerun()
