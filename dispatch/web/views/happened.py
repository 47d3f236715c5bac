"""What happens on the telephone, and the rest of the day planned anew from it."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from dispatch.day.reporting import report_from, take_reports
from dispatch.web.context import shown_error
from dispatch.web.saving import save
from dispatch.web.views import running
from dispatch.web.views.labels import truck_label

if TYPE_CHECKING:
    from dispatch.day.following import FollowedDay
    from dispatch.model.scenario import Scenario
    from dispatch.web.context import Context

_KINDS: Final = (
    "broken",
    "late",
    "ill",
    "source",
    "refused",
    "longer",
    "road",
    "request",
)
#: What a form elsewhere asks for.
_PAGES: Final = {"road": "roads", "request": "requests"}
#: Litres that a re-plan must gain for each village whose visit changes.
_CHANGE_PRICE_L: Final = 200


def show(context: Context, day: FollowedDay, *, is_running: bool) -> None:
    """
    Ask what has happened, and plan the rest of the day from now.

    Parameters
    ----------
    context
        The day.
    day
        The same, followed.
    is_running
        Whether a plan is being made.
    """
    t = context.t
    st.subheader(t("happened.title"))
    kind = st.pills(
        t("happened.title"),
        _KINDS,
        format_func=lambda name: t(f"happened.{name}"),
        key="happened",
        label_visibility="collapsed",
    )
    if kind is None:
        return
    with st.container(border=True):
        if kind in _PAGES:
            st.markdown(t(f"happened.{kind}_help"))
            return
        _form(
            context, day, str(kind), is_ready=day.version is not None and not is_running
        )


def _form(context: Context, day: FollowedDay, kind: str, *, is_ready: bool) -> None:
    t, scenario = context.t, context.scenario
    left, right = st.columns([2, 1])
    if kind in ("broken", "late", "ill", "longer"):
        which = left.selectbox(
            t("deliver.truck_choose"),
            [truck.truck_id for truck in scenario.trucks],
            format_func=lambda truck: truck_label(scenario, truck),
            key="happened_truck",
            filter_mode=None,
        )
    elif kind == "source":
        which = left.selectbox(
            t("happened.which_source"),
            [source.source_id for source in scenario.sources],
            format_func=scenario.label,
            key="happened_source",
        )
    else:
        which = left.selectbox(
            t("happened.which_village"),
            [village.village_id for village in scenario.villages],
            format_func=scenario.label,
            key="happened_village",
        )
    now = context.frame.now
    is_today = context.desk.date == now.date()
    value = now.time().replace(second=0, microsecond=0) if is_today else dt.time(9)
    when = right.time_input(t("happened.when"), value=value, key="happened_at", step=60)
    amount = 0
    if kind in ("late", "longer"):
        amount = int(
            st.number_input(t("happened.minutes"), 5, 600, 30, 5, key="happened_min")
        )
    elif kind == "source":
        amount = int(
            st.number_input(
                t("happened.litres_left"), 0, 1_000_000, 0, 500, key="happened_litres"
            )
        )
    if not is_ready:
        st.caption(t("happened.needs_plan"))
    if st.button(
        t("happened.replan"),
        key="happened_go",
        type="primary",
        icon="🔄",
        width="stretch",
        disabled=not is_ready or which is None,
    ) and _note(context, day, kind, str(which), when, amount):
        st.rerun()


def _note(
    context: Context,
    day: FollowedDay,
    kind: str,
    which: str,
    when: dt.time,
    amount: int,
) -> bool:
    """Keep what happened, and ask for the plan of the rest."""
    options: dict[str, object] = {
        "now_s": when.hour * 3600 + when.minute * 60,
        "change_price_l": _CHANGE_PRICE_L,
    }
    if kind in ("broken", "ill"):
        options["broken_trucks"] = (which,)
    elif kind in ("late", "longer"):
        options["delays_s"] = {which: amount * 60}
    elif kind == "source" and not _read_source(context, which, when, amount):
        return False
    elif kind == "refused":
        now_s = when.hour * 3600 + when.minute * 60
        # Tomorrow it takes water again.
        ours = _without(context, day, which, now_s)
        if not save(context, ours, is_lasting=False):
            return False
    return running.ask(context, **options)


def _read_source(context: Context, source: str, when: dt.time, litres: int) -> bool:
    frame, desk = context.frame, context.desk

    def act() -> None:
        frame.require("report")
        values = {
            "key": f"web-{secrets.token_hex(12)}",
            "kind": "reading",
            "place": source,
            "litres": litres,
            "at": f"{when:%H:%M}",
        }
        report = report_from(values, date=desk.date, sender=frame.account.name)
        take_reports(context.db, desk.township, [report], received_at=frame.now)

    return shown_error(frame, act)


def _without(
    context: Context, day: FollowedDay, village_id: str, now_s: int
) -> Scenario:
    """Return the day with a village that takes no more than it has by now."""
    begun = sum(
        each.is_visit
        and each.stop.place_id == village_id
        and (each.report is not None or each.stop.start_s <= now_s)
        for each in day.stops
    )
    villages = tuple(
        replace(row, max_visits=begun) if row.village_id == village_id else row
        for row in context.scenario.villages
    )
    return replace(context.scenario, villages=villages)
