"""Trucks that are not to go to a village today: made, told and lifted on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dispatch.day.pairs import set_pair
from dispatch.operations.pairs import Pair, pairs_of, visits_against
from dispatch.units import format_clock
from dispatch.web.context import shown_error
from dispatch.web.views.labels import plain, truck_label

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario
    from dispatch.web.context import Context
    from dispatch.web.finished import Finished
    from dispatch.words.words import Words


def _named(scenario: Scenario, pair: Pair, t: Words) -> str:
    return t(
        "pair.one",
        truck=truck_label(scenario, pair.truck_id),
        place=_place(scenario, pair.village_id),
    )


def _place(scenario: Scenario, village_id: str) -> str:
    for village in scenario.all_villages:
        if village.village_id == village_id:
            return scenario.labels.get(village_id) or village.name
    return village_id


def told(context: Context, plan: Finished | None) -> None:
    """
    Say which trucks do not go where today, and which visits of a plan still do.

    Parameters
    ----------
    context
        The day.
    plan
        The version that is looked at; None: none yet.
    """
    t, scenario = context.t, context.scenario
    pairs = pairs_of(scenario)
    if not pairs:
        return
    names = t("unit.between").join(_named(scenario, pair, t) for pair in pairs)
    st.caption(f"🚫 {plain(t('pair.today', names=names))}")
    if plan is None:
        return
    against = [
        t(
            "pair.visit",
            time=format_clock(stop.start_s),
            what=_named(scenario, pair, t),
        )
        for pair, stop in visits_against(plan.result.plan, scenario)
    ]
    if against:
        text = t("pair.against", visits=t("unit.between").join(against))
        st.warning(plain(text), icon="🚫")


def show(context: Context) -> None:
    """
    Let pairs be made and lifted.

    Parameters
    ----------
    context
        The day, and who changes it.
    """
    t, scenario = context.t, context.scenario
    with st.expander(t("pair.title"), icon="🚫"):
        st.caption(t("pair.help"))
        left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom")
        truck = left.selectbox(
            t("pair.truck"),
            [truck.truck_id for truck in scenario.all_trucks],
            format_func=lambda truck: truck_label(scenario, truck),
            key="pair_truck",
            filter_mode=None,
        )
        village = middle.selectbox(
            t("pair.place"),
            [village.village_id for village in scenario.all_villages],
            format_func=lambda village: _place(scenario, village),
            key="pair_place",
        )
        if right.button(t("pair.forbid"), key="pair_forbid", width="stretch"):
            forbid(context, Pair(str(truck), str(village)))
        for number, pair in enumerate(pairs_of(scenario)):
            what, lift = st.columns([4, 1], vertical_alignment="center")
            what.text(_named(scenario, pair, t))
            if lift.button(t("pair.lift"), key=f"pair_lift {number}", width="stretch"):
                _set(context, pair, is_forbidden=False)


def forbid(context: Context, pair: Pair) -> None:
    """
    Keep a truck away from a village today, if who looks may edit the day.

    Parameters
    ----------
    context
        The day, and who changes it.
    pair
        Truck and village.
    """
    _set(context, pair, is_forbidden=True)


def _set(context: Context, pair: Pair, *, is_forbidden: bool) -> None:
    frame, desk = context.frame, context.desk

    def act() -> None:
        frame.require("edit")
        set_pair(
            context.db,
            desk.township,
            desk.date,
            pair,
            is_forbidden=is_forbidden,
            **frame.stamp,
        )

    if shown_error(frame, act):
        st.rerun()
