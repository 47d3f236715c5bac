"""A plan changed by hand: each change with its effect, then kept or given up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from dispatch.check.rules import RULES
from dispatch.day.planning import keep_hand_version
from dispatch.errors import DispatchError
from dispatch.operations.pairs import Pair, under_pairs_of
from dispatch.planning.hand import HandPlan, HandResult, VisitAt, hand_result
from dispatch.units import format_clock
from dispatch.web import tables
from dispatch.web.context import shown_error
from dispatch.web.kept import show_table
from dispatch.web.views import pairs, running
from dispatch.web.views.labels import plain, truck_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.model.plan import Plan
    from dispatch.web.context import Context
    from dispatch.web.finished import Finished
    from dispatch.words.words import Words

_KEPT: Final = "hand"
#: A visit that was chosen on the map: its truck and the position of its stop.
_ASKED: Final = "hand_asked"


@dataclass(frozen=True, slots=True)
class _Steps:
    """The changes so far, each with what the plan was then; the first is the base."""

    key: str
    plans: tuple[HandPlan, ...]


def show(context: Context, plan: Finished) -> None:
    """
    Let visits be changed, and say what each change does.

    Parameters
    ----------
    context
        The day, and who changes it.
    plan
        The version that is changed.
    """
    t, travel = context.t, plan.result.travel
    # What was forbidden since the version was planned is told by name, too.
    scenario = under_pairs_of(plan.result.scenario, context.scenario)
    st.caption(t("adjust.help"))
    pairs.show(context)
    steps = _steps(plan)
    hand = steps.plans[-1]
    result = hand_result(scenario, travel, hand) if len(steps.plans) > 1 else None
    if result is not None:
        _effect(context, plan, steps, result)
    shown = plan.result.plan if result is None else result.plan
    trucks = [truck.truck_id for truck in scenario.trucks]
    truck = st.selectbox(
        t("deliver.truck_choose"),
        trucks,
        format_func=lambda truck: truck_label(scenario, truck),
        key="hand_truck",
        filter_mode=None,
    )
    visits = _visits(shown, hand, str(truck))
    if not visits:
        st.info(t("adjust.none"), icon="ℹ️")
        return
    st.caption(t("adjust.choose"))
    event = st.dataframe(
        _table(context, visits, t),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"hand-table {plan.key} {truck} {len(steps.plans)}",
    )
    rows = event.selection.rows
    if rows:
        st.session_state.pop(_ASKED, None)
        if rows[0] < len(visits):
            _change(context, plan, steps, visits[rows[0]])
        return
    asked = st.session_state.get(_ASKED)
    for visit in visits:
        if asked == (visit.at.truck_id, visit.stop):
            _change(context, plan, steps, visit)


def choose(truck_id: str, stop: int) -> None:
    """
    Open the page at a visit that was chosen elsewhere.

    Parameters
    ----------
    truck_id
        Its truck.
    stop
        Position of its stop in the route.
    """
    st.session_state["hand_truck"] = truck_id
    st.session_state[_ASKED] = (truck_id, stop)


@dataclass(frozen=True, slots=True)
class _Visit:
    at: VisitAt
    stop: int
    village_id: str
    start_s: int
    litres: int


def _steps(plan: Finished) -> _Steps:
    kept: _Steps | None = st.session_state.get(_KEPT)
    if kept is None or kept.key != plan.key:
        kept = _Steps(plan.key, (HandPlan(base=plan.result.plan),))
        st.session_state[_KEPT] = kept
    return kept


def _visits(shown: Plan, hand: HandPlan, truck: str) -> list[_Visit]:
    """Return the visits of a truck that are to come, with their times."""
    route = shown.route_by_truck.get(truck)
    if route is None:
        return []
    num_done = shown.done.get(truck, 0)
    stops = [
        (idx, stop)
        for idx, stop in enumerate(route.stops)
        if idx >= num_done and stop.kind == "deliver"
    ]
    places = [
        VisitAt(truck, trip, visit)
        for trip, each in enumerate(hand.trips_of(truck))
        for visit in range(len(each.visits))
    ]
    return [
        _Visit(at, idx, stop.place_id, stop.start_s, stop.litres)
        for at, (idx, stop) in zip(places, stops, strict=True)
    ]


def _table(context: Context, visits: list[_Visit], t: Words) -> pd.DataFrame:
    return pd.DataFrame(
        {
            t("adjust.trip"): [visit.at.trip + 1 for visit in visits],
            t("deliver.at"): [format_clock(visit.start_s) for visit in visits],
            t("deliver.place"): [
                context.scenario.label(visit.village_id) for visit in visits
            ],
            t("adjust.litres"): [visit.litres for visit in visits],
        }
    )


def _change(context: Context, plan: Finished, steps: _Steps, visit: _Visit) -> None:
    """Offer what can be done with a visit."""
    t, scenario = context.t, plan.result.scenario
    hand = steps.plans[-1]
    with st.container(border=True):
        st.markdown(f"**{format_clock(visit.start_s)}**")
        st.text(scenario.label(visit.village_id))
        first, second, third, fourth = st.columns(
            [2, 2, 1, 1], vertical_alignment="bottom"
        )
        to_truck = first.selectbox(
            t("adjust.to_truck"),
            [truck.truck_id for truck in scenario.trucks],
            index=[x.truck_id for x in scenario.trucks].index(visit.at.truck_id),
            format_func=lambda truck: truck_label(scenario, truck),
            key=f"hand_to {visit.at}",
            filter_mode=None,
        )
        trips = hand.trips_of(str(to_truck))
        names = [
            t(
                "adjust.trip_of",
                number=number + 1,
                place=scenario.label(trip.source_id),
            )
            for number, trip in enumerate(trips)
        ]
        names.append(t("adjust.new_trip"))
        to_trip = second.selectbox(
            t("adjust.to_trip"),
            range(len(names)),
            format_func=lambda number: names[number],
            key=f"hand_trip {visit.at} {to_truck}",
            filter_mode=None,
        )
        to_visit = third.number_input(
            t("adjust.to_visit"), 1, 99, 1, key=f"hand_visit {visit.at}"
        )
        target = VisitAt(str(to_truck), int(to_trip or 0), int(to_visit) - 1)
        if fourth.button(t("adjust.move"), key="hand_move", width="stretch"):
            _step(context, steps, lambda: hand.moved(visit.at, target))
        first, second, third, fourth = st.columns(
            [1, 1, 1, 1], vertical_alignment="bottom"
        )
        litres = first.number_input(
            t("adjust.litres"),
            1,
            1_000_000,
            visit.litres,
            step=100,
            key=f"hand_litres {visit.at}",
        )
        if second.button(t("adjust.set_litres"), key="hand_set", width="stretch"):
            _step(context, steps, lambda: hand.with_litres(visit.at, int(litres)))
        minutes = min(visit.start_s // 60, 24 * 60 - 1)
        when = third.time_input(
            t("adjust.earliest"),
            value=dt.time(minutes // 60, minutes % 60),
            step=300,
            key=f"hand_pin {visit.at}",
        )
        if fourth.button(t("adjust.pin"), key="hand_pin", width="stretch"):
            start_s = when.hour * 3600 + when.minute * 60
            _step(context, steps, lambda: hand.pinned(visit.at, start_s))
        left, right = st.columns(2)
        if left.button(t("adjust.drop"), key="hand_drop", icon="🗑️", width="stretch"):
            _step(context, steps, lambda: hand.dropped(visit.at))
        forbid = t("pair.forbid_this", truck=truck_label(scenario, visit.at.truck_id))
        if right.button(plain(forbid), key="hand_forbid", icon="🚫", width="stretch"):
            pairs.forbid(context, Pair(visit.at.truck_id, visit.village_id))


def _step(context: Context, steps: _Steps, change: Callable[[], HandPlan]) -> None:
    try:
        after = change()
    except DispatchError as error:
        st.error(plain(error.text(context.lang)), icon="⛔")
        return
    st.session_state[_KEPT] = _Steps(steps.key, (*steps.plans, after))
    st.rerun()


def _effect(
    context: Context, plan: Finished, steps: _Steps, result: HandResult
) -> None:
    """Say what the changes do, and let them be kept, undone or given up."""
    t = context.t
    with st.container(border=True):
        st.markdown(f"**{t('adjust.steps', count=len(steps.plans) - 1)}**")
        st.markdown(
            t(
                "adjust.effect",
                number=plan.number,
                litres=f"{result.gained_l:+,}",
                people=f"{result.gained_people:+,}",
                minutes=f"{round(result.longer_s / 60):+,}",
            )
        )
        broken = result.broken.to_come
        if broken:
            st.error(t("adjust.bad", count=len(broken)), icon="⛔")
            show_table(tables.violations_table(broken, plan.result.scenario, t))
        else:
            st.success(t("adjust.good", count=len(RULES) - 1), icon="✅")
        first, second, third, fourth = st.columns(4)
        if first.button(
            t("adjust.keep"), key="hand_keep", type="primary", width="stretch"
        ):
            _keep(context, plan, result)
        if second.button(
            t("adjust.keep_replan"),
            key="hand_replan",
            width="stretch",
            disabled=bool(broken),
        ):
            _keep(context, plan, result, locked=steps.plans[-1].touched)
        if third.button(t("adjust.undo"), key="hand_undo", width="stretch"):
            st.session_state[_KEPT] = _Steps(steps.key, steps.plans[:-1])
            st.rerun()
        if fourth.button(t("adjust.discard"), key="hand_discard", width="stretch"):
            st.session_state.pop(_KEPT)
            st.rerun()


def _keep(
    context: Context,
    plan: Finished,
    result: HandResult,
    *,
    locked: tuple[str, ...] | None = None,
) -> None:
    """Keep the plan as a version; with locked villages, plan all others anew."""
    frame, desk = context.frame, context.desk
    kept: list[int] = []

    def act() -> None:
        frame.require("plan")
        kept.append(
            keep_hand_version(
                context.db,
                desk.township,
                desk.date,
                base=plan.number,
                plan=result.plan,
                **frame.stamp,
            )
        )

    if not shown_error(frame, act):
        return
    st.session_state.pop(_KEPT, None)
    if locked is not None and not running.ask(
        context, now_s=plan.now_s or 0, base=kept[0], locked_villages=locked
    ):
        return
    st.rerun()
