"""What holds on a drawn stretch of road: asked, shown, and saved as a limit."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from dispatch.model.road_limits import Moment, RoadLimit
from dispatch.roads.limits import Stretch, limit_stretches
from dispatch.roads.reach import cut_off_villages
from dispatch.web.saving import has_conflict, save
from dispatch.web.views import editor
from dispatch.web.views.labels import plain
from dispatch.words.message import MessageError

if TYPE_CHECKING:
    from dispatch.model.roads import RoadNetwork
    from dispatch.model.scenario import Scenario
    from dispatch.web.components.drawing import Drawing
    from dispatch.web.context import Context
    from dispatch.words.words import Words

_KINDS: Final = ("closed", "max_gross_t", "max_width_m", "max_height_m", "speed_km_h")
_VALID: Final = ("today", "always", "hours", "daily")
#: What was drawn and is not saved yet, in the session.
DRAWN: Final = "road_drawn"
_REACH: Final = "road-reach"


def touched_stretches(
    roads: RoadNetwork, drawn: Drawing | None
) -> tuple[tuple[Stretch, ...], MessageError | None]:
    """
    Return what a drawing touches as the form stands, or why it is nothing.

    Parameters
    ----------
    roads
        The network.
    drawn
        What was drawn; None: nothing.
    """
    if drawn is None:
        return (), None
    try:
        stretches = limit_stretches(roads, _drawn_limit(drawn))
    except MessageError as error:
        return (), error
    if drawn.shape == "point" and st.session_state.get(_REACH, "whole") == "whole":
        stretches = [Stretch(stretches[0].edge_idx, 0.0, 1.0)]
    return tuple(stretches), None


def _drawn_limit(drawn: Drawing) -> RoadLimit:
    return RoadLimit(
        limit_id="new",
        points=drawn.points,
        shape="area" if drawn.shape == "area" else "line",
        is_closed=True,
    )


def show_form(
    context: Context,
    scenario: Scenario,
    roads: RoadNetwork,
    drawn: Drawing,
    stretches: tuple[Stretch, ...],
) -> None:
    """
    Ask what holds on the drawn stretch, and save it.

    Parameters
    ----------
    context
        The day, and who edits it.
    scenario
        The day that the limit is saved in.
    roads
        The network.
    drawn
        What was drawn.
    stretches
        The stretches of road that it covers.
    """
    t = context.t
    length_m = sum(
        float(roads.length_m[s.edge_idx]) * (s.late - s.early) for s in stretches
    )
    names = sorted({roads.names[s.edge_idx] for s in stretches} - {""})
    with st.container(border=True):
        text = t("roads.drawn", metres=f"{length_m:,.0f}", parts=len(stretches))
        st.markdown(f"**{text}** {plain(t('unit.items').join(names[:6]))}")
        whole = False
        if drawn.shape == "point":
            reach = st.segmented_control(
                t("roads.reach"),
                ("whole", "spot"),
                format_func=lambda name: t(f"roads.reach_{name}"),
                default="whole",
                required=True,
                key=_REACH,
            )
            whole = reach == "whole"
        kind = st.segmented_control(
            t("roads.kind"),
            _KINDS,
            format_func=lambda name: t(f"roads.kind_{name}"),
            default="closed",
            required=True,
            key="road-kind",
        )
        value = None
        if kind != "closed":
            value = st.number_input(
                t(f"roads.value_{kind}"),
                min_value=0.1,
                max_value=150.0,
                value={"max_gross_t": 10.0, "speed_km_h": 10.0}.get(str(kind), 2.5),
                step=0.1,
                key="road-value",
            )
        valid_from, valid_until = _validity(scenario, t)
        notes = st.text_input(t("roads.notes"), key="road-notes", max_chars=200)
        left, right = st.columns(2)
        if left.button(
            t("roads.save"),
            key="road-save",
            type="primary",
            width="stretch",
            disabled=not context.may_edit,
        ):
            limit = replace(
                _drawn_limit(drawn),
                limit_id=_free_id(scenario),
                is_closed=kind == "closed",
                valid_from=valid_from,
                valid_until=valid_until,
                notes=notes,
            )
            if whole:
                edge = roads.edge_ids[stretches[0].edge_idx]
                limit = replace(limit, road=edge, points=())
            if kind != "closed" and value is not None:
                limit = replace(limit, **{str(kind): float(value)})  # type: ignore[arg-type]  # one of the limits
            _save(context, scenario, limit)
        if right.button(t("roads.discard"), key="road-discard", width="stretch"):
            st.session_state.pop(DRAWN, None)
            st.rerun()


def _validity(scenario: Scenario, t: Words) -> tuple[Moment | None, Moment | None]:
    valid = st.segmented_control(
        t("roads.valid"),
        _VALID,
        format_func=lambda name: t(f"roads.valid_{name}"),
        default="today",
        required=True,
        key="road-valid",
    )
    day = scenario.date
    if valid == "always":
        return None, None
    if valid == "today":
        return Moment(date=day), Moment(date=day)
    left, right = st.columns(2)
    early = left.time_input(
        t("roads.early"), value=dt.time(7, 0), key="road-early", step=300
    )
    late = right.time_input(
        t("roads.late"), value=dt.time(12, 0), key="road-late", step=300
    )
    on = day if valid == "hours" else None
    return (
        Moment(date=on, time_s=early.hour * 3600 + early.minute * 60),
        Moment(date=on, time_s=late.hour * 3600 + late.minute * 60),
    )


def _free_id(scenario: Scenario) -> str:
    known = {limit.limit_id for limit in scenario.road_limits}
    number = len(known) + 1
    while f"L{number}" in known:
        number += 1
    return f"L{number}"


def _save(context: Context, scenario: Scenario, limit: RoadLimit) -> None:
    t = context.t
    changed = replace(scenario, road_limits=(*scenario.road_limits, limit))
    before, after = set(cut_off_villages(scenario)), cut_off_villages(changed)
    if not save(context, changed, base=scenario):
        if has_conflict(context):
            st.rerun()
        return
    editor.forget()
    cut_off_now = [
        scenario.label(village) for village in after if village not in before
    ]
    news = t("roads.saved", limit=limit.limit_id)
    if cut_off_now:
        more = " …" if len(cut_off_now) > 8 else ""
        cut_off = t("unit.items").join(cut_off_now[:8]) + more
        cut = t("roads.saved_cut", count=len(cut_off_now), villages=cut_off)
        news = f"{news} {cut}"
    st.session_state["roads_news"] = news
    st.session_state.pop(DRAWN, None)
    st.rerun()
