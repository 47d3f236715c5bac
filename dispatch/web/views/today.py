"""Today (今日): what needs the coordinator now, in words, and what can be done."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from dispatch.day.following import follow_day
from dispatch.day.links import who_has_seen
from dispatch.day.opening import close_day
from dispatch.day.requests import list_requests
from dispatch.model.scenario import place_or_truck
from dispatch.operations.requests import WAITING
from dispatch.operations.stocks import days_left
from dispatch.runs.queue import latest_run
from dispatch.web.context import context_of_page, moment_text, shown_error
from dispatch.web.finished import finished
from dispatch.web.saving import show_conflict
from dispatch.web.views import ahead, deliveries, happened, running, trail, versions
from dispatch.web.views.labels import plain, truck_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.day.following import FollowedDay
    from dispatch.model.scenario import Scenario, Village
    from dispatch.operations.requests import Call
    from dispatch.web.context import Context
    from dispatch.web.finished import Finished
    from dispatch.words.words import Words

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
    if desk.published is not None:
        _seen(context, day, desk.published.number)
    newest = desk.latest
    if newest is not None and newest.status == "draft" and not is_running:
        with st.container(border=True):
            st.markdown(f"**{plain(versions.label(newest, t))}**")
            draft = finished(context.db, desk, newest)
            if draft is not None:
                is_old = desk.is_old(draft.result.scenario)
                versions.status(draft, t, is_old=is_old)
            versions.show(context, newest, draft)
    if desk.state == "open" and frame.may("plan"):
        happened.show(context, day, is_running=is_running)
    # What is folded in an expander is made all the same, on every click of everybody.
    if st.toggle(f"📆 {t('ahead.title')}", key="show_ahead"):
        ahead.show(context, day)
    if st.toggle(f"🗒️ {t('trail.title')}", key="show_trail"):
        trail.show(context)
    if desk.state == "open" and frame.may("plan"):
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


def _seen(context: Context, day: FollowedDay, number: int) -> None:
    """Say which trucks of the published plan have not seen it, with their drivers."""
    t, scenario = context.t, context.scenario
    driving = list(dict.fromkeys(each.truck for each in day.stops))
    seen: set[str] = set()
    confirmed: set[str] = set()
    for link in who_has_seen(
        context.db,
        context.desk.township,
        context.desk.date,
        number,
        now=context.frame.now,
    ):
        if link.shown_at is not None:
            seen.update(link.trucks)
        if link.seen_at is not None:
            confirmed.update(link.trucks)
    missing = [truck for truck in driving if truck not in seen]
    text = t(
        "today.seen",
        seen=len(driving) - len(missing),
        trucks=len(driving),
        confirmed=sum(truck in confirmed for truck in driving),
    )
    if missing and driving:
        names = t("unit.items").join(
            _with_phone(scenario, truck, t) for truck in missing[:_MAX_NAMES]
        )
        text = f"{text} {t('today.not_seen', names=names)}"
    st.caption(f"👀 {plain(text)}")


def _with_phone(scenario: Scenario, truck_id: str, t: Words) -> str:
    truck = scenario.truck_by_id.get(truck_id)
    label = truck_label(scenario, truck_id)
    parts = [] if truck is None else [truck.driver, truck.phone]
    told = " ".join(part for part in parts if part)
    return t("unit.with_more", name=label, more=told) if told else label


def _needs_me(
    context: Context, day: FollowedDay, plan: Finished | None, calls: list[Call]
) -> None:
    """List what waits for the coordinator, the most urgent first."""
    t = context.t
    lines = _call_lines(context, calls)
    if day.alarms:
        lines.append(("🔔", t("today.alarms", count=len(day.alarms))))
    lines += _water_lines(context, day, plan)
    lines += _truck_lines(context, day)
    if not lines:
        st.success(t("today.all_quiet"), icon="✅")
        return
    for icon, line in lines:
        st.markdown(f"{icon} {plain(line)}")
    deliveries.show_alarms(day.alarms, context.scenario, t)


def _call_lines(context: Context, calls: list[Call]) -> list[tuple[str, str]]:
    """Return what is to be said of requests: overdue, supervised, in no plan."""
    t, today = context.t, context.frame.now.date()
    open_calls = [call for call in calls if call.state != "closed"]
    overdue = [call for call in open_calls if call.is_overdue(today)]
    urged = [c for c in open_calls if c.is_supervised and c not in overdue]
    new = [c for c in open_calls if c.state in WAITING and c.state != "planned"]
    return [
        (icon, t(key, count=len(those), names=_names(context, those)))
        for icon, key, those in (
            ("🔴", "today.overdue", overdue),
            ("🔴", "today.supervised", urged),
            ("📞", "today.new_calls", new),
        )
        if those
    ]


def _names(context: Context, calls: list[Call]) -> str:
    names = [
        f"#{call.number} {context.scenario.label(call.village)}"
        for call in calls[:_MAX_NAMES]
    ]
    more = " …" if len(calls) > _MAX_NAMES else ""
    return context.t("unit.items").join(names) + more


def _water_lines(
    context: Context, day: FollowedDay, plan: Finished | None
) -> list[tuple[str, str]]:
    """Return who is short in the plan, and whose water does not last for a day."""
    t, scenario = context.t, context.scenario
    items, lines = t("unit.items"), []
    if plan is not None and not plan.violations and plan.figures.shortage_l:
        short = t.litres(plan.figures.shortage_l)
        below = [name for name, level in plan.short_places if level == "below"]
        shown = below or [name for name, _ in plan.short_places]
        names = items.join(shown[:_MAX_NAMES])
        key = "today.below" if below else "today.short"
        lines.append(("💧", t(key, count=len(shown), litres=short, names=names)))
    coming: Counter[str] = Counter()
    for each in day.stops:
        if each.is_visit:
            coming[each.stop.place_id] += each.stop.litres
    lasting = [
        (days_left(_with(village, coming), scenario.need), village)
        for village in scenario.villages
    ]
    dry = sorted(
        (pair for pair in lasting if pair[0] < _SOON_DAYS), key=lambda pair: pair[0]
    )
    if dry and day.version is not None:
        names = items.join(
            t(
                "today.days_of",
                name=scenario.label(village.village_id),
                days=f"{math.floor(days * 10) / 10:g}",
            )
            for days, village in dry[:_MAX_NAMES]
        )
        lines.append(("⏳", t("today.dry", count=len(dry), names=names)))
    return lines


def _truck_lines(context: Context, day: FollowedDay) -> list[tuple[str, str]]:
    """Return what is out of service, and which trucks are under way."""
    t, items = context.t, context.t("unit.items")
    lines = []
    if context.scenario.resting:
        resting = (place_or_truck(each.item) for each in context.scenario.resting)
        lines.append(("⏸️", t("plan.resting", names=items.join(resting))))
    out = _trucks_out(context, day)
    if out:
        lines.append(("🚚", t("today.trucks_out", names=items.join(out))))
    return lines


def _with(village: Village, coming: Mapping[str, int]) -> Village:
    """Return a village with the water that the plan brings it."""
    litres = village.stock_l + coming.get(village.village_id, 0)
    return replace(village, stock_l=litres)


def _trucks_out(context: Context, day: FollowedDay) -> list[str]:
    """Return the trucks that have begun and are not back, with their last place."""
    trucks = []
    for truck in dict.fromkeys(each.truck for each in day.stops):
        rows = [each for each in day.stops if each.truck == truck]
        reported = [each for each in rows if each.report is not None]
        if not reported or rows[-1].state == "done":
            continue
        last = reported[-1]
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
