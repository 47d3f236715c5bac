"""A turn changed by hand: what breaks is seen at once, before it is kept."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import streamlit as st

from dispatch.day.water import keep_hand_water
from dispatch.errors import DispatchError
from dispatch.planning.water_hand import with_moved_turn, with_swapped_turns
from dispatch.planning.whole_water import check_hours
from dispatch.units import DAY_S
from dispatch.web.context import shown_error
from dispatch.web.views.labels import plain

if TYPE_CHECKING:
    from dispatch.day.water import ShownWater
    from dispatch.model.water.dispatch import WaterDispatch
    from dispatch.model.water.turns import Turn
    from dispatch.web.context import Context


def show(context: Context, shown: ShownWater) -> None:
    """
    Let a turn be moved or exchanged, by who may plan.

    Parameters
    ----------
    context
        The day.
    shown
        A version that begins on it.
    """
    t = context.t
    turns = [turn for rota in shown.dispatch.rotas for turn in rota.turns]
    may = context.desk.state == "open" and context.frame.may("plan")
    if not turns or not may or shown.first_day != context.desk.date:
        return
    with st.expander(t("water_page.hand"), icon="✋"):
        st.markdown(t("water_page.hand_help"))
        place = st.selectbox(
            t("water_page.hand_turn"),
            range(len(turns)),
            format_func=lambda number: _name(shown, turns[number]),
            key=f"hand_turn {shown.number}",
        )
        turn = turns[place]
        beside = _beside(shown.dispatch, turn)
        ways = ("move", "swap") if beside else ("move",)
        way = st.segmented_control(
            t("water_page.hand_way"),
            ways,
            format_func=lambda name: t(f"water_page.hand_{name}"),
            default="move",
            required=True,
            key=f"hand_way {shown.number} {place}",
        )
        after = (
            _moved(context, shown, turn, place)
            if way == "move"
            else _swapped(context, shown, turn, beside, place)
        )
        if after is None or after == shown.dispatch:
            st.caption(t("water_page.hand_same"))
            return
        _told(context, shown, after)


def _name(shown: ShownWater, turn: Turn) -> str:
    network = shown.network
    block = network.field_by_id[turn.group_id]
    village = shown.scenario.labels.get(block.village_id, block.village_id)
    canal = network.canal_by_id[turn.canal_id].name
    return f"{canal} · {village} {block.group} · {_clock(shown, turn)}"


def _clock(shown: ShownWater, turn: Turn) -> str:
    midnight = dt.datetime.combine(shown.first_day, dt.time())
    start = midnight + dt.timedelta(seconds=turn.span.start_s)
    end = midnight + dt.timedelta(seconds=turn.span.end_s)
    return f"{start:%m-%d %H:%M}–{end:%m-%d %H:%M}"


def _beside(dispatch: WaterDispatch, turn: Turn) -> list[Turn]:
    return [
        other
        for rota in dispatch.rotas
        if turn in rota.turns
        for other in rota.turns
        if other != turn
    ]


def _moved(
    context: Context, shown: ShownWater, turn: Turn, place: int
) -> WaterDispatch:
    t = context.t
    num_days = shown.dispatch.plan.num_days
    days = [shown.first_day + dt.timedelta(days=day) for day in range(num_days)]
    day = st.segmented_control(
        t("water_page.hand_day"),
        range(num_days),
        format_func=lambda number: f"{days[number]:%m-%d}",
        default=min(turn.span.day, num_days - 1),
        required=True,
        key=f"hand_day {shown.number} {place}",
    )
    clock = turn.span.start_s % DAY_S
    when = st.time_input(
        t("water_page.hand_start"),
        value=dt.time(clock // 3600, clock % 3600 // 60),
        step=300,
        key=f"hand_start {shown.number} {place}",
    )
    start_s = int(day) * DAY_S + when.hour * 3600 + when.minute * 60
    return with_moved_turn(shown.dispatch, turn, start_s=start_s)


def _swapped(
    context: Context, shown: ShownWater, turn: Turn, beside: list[Turn], place: int
) -> WaterDispatch | None:
    number = st.selectbox(
        context.t("water_page.hand_with"),
        range(len(beside)),
        format_func=lambda number: _name(shown, beside[number]),
        key=f"hand_with {shown.number} {place}",
    )
    try:
        return with_swapped_turns(shown.dispatch, turn, beside[number])
    except DispatchError as error:
        st.error(plain(error.text(context.lang)), icon="⛔")
        return None


def _told(context: Context, shown: ShownWater, after: WaterDispatch) -> None:
    """Say what breaks, and offer to keep the change as a version."""
    t, frame = context.t, context.frame
    found = check_hours(shown.network, after)
    if found:
        st.error(t("water_page.hand_breaks", count=len(found)), icon="⛔")
        for violation in found[:10]:
            st.markdown(f"- {plain(violation.line.text(t.lang))}")
    else:
        st.success(t("water_page.hand_good"), icon="✅")
    if not st.button(t("water_page.hand_keep"), key="hand_keep", icon="💾"):
        return

    def keep() -> None:
        frame.require("plan")
        keep_hand_water(
            context.db,
            context.desk.township,
            shown.first_day,
            base=shown.number,
            dispatch=after,
            **frame.stamp,
        )

    if shown_error(frame, keep):
        st.rerun()
