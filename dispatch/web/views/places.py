"""The page on which villages, sources and depots get their position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import numpy as np
import streamlit as st

from dispatch.errors import DataError
from dispatch.files.scenario.editing import scenario_from_tables, scenario_tables
from dispatch.geo.distance import haversine_m
from dispatch.geo.position import parse_position
from dispatch.maps.limits import bounds_of, place_marks, road_lines
from dispatch.maps.shapes import Mark
from dispatch.model.roads import CLOSED
from dispatch.model.scenario import Source, Village, id_of_place
from dispatch.roads.nearby import nearest_edges
from dispatch.roads.snap import FAR_M, NEAR_M
from dispatch.web.components.drawing import drawing_map
from dispatch.web.context import Context, context_of_page, show_problems
from dispatch.web.saving import has_conflict, save, show_conflict
from dispatch.web.views import editor
from dispatch.web.views.labels import plain
from dispatch.words.message import MessageError

if TYPE_CHECKING:
    from dispatch.model.scenario import Datum, Depot, Place, Scenario
    from dispatch.words.words import Words

_DATUMS: Final = ("wgs84", "gcj02", "bd09")
_PENDING: Final = "place_pending"

Anywhere = tuple[float, float]


def show() -> None:
    """Draw the page."""
    context = context_of_page()
    if context is None:
        return
    t, scenario = context.t, context.scenario
    st.title(t("place.title"))
    show_conflict(context)
    news = st.session_state.pop("place_news", None)
    with st.container():  # stays where it is, as in requests
        if news:
            st.success(news, icon="✅")
    warnings = st.session_state.pop("place_warnings", None)
    if warnings:
        show_problems(warnings, t)
    ids = _ids(scenario)
    if not ids:
        st.markdown(t("page.no_data_help"))
        return
    scope = (context.key, tuple(ids))
    if st.session_state.get("place_of") != scope:
        st.session_state["place_of"] = scope
        st.session_state["place"] = next(iter(ids))
        st.session_state.pop(_PENDING, None)
    place_id = st.selectbox(
        t("place.choose"),
        list(ids),
        format_func=lambda place_id: ids[place_id],
        key="place",
        on_change=lambda: st.session_state.pop(_PENDING, None),
    )
    _place(context, scenario, place_id)


def _ids(scenario: Scenario) -> dict[str, str]:
    """Return how every place is called, villages first; names are not unique."""
    labels = {}
    for village in scenario.villages:
        parts = (village.name, village.township, village.code or village.village_id)
        labels[village.village_id] = " · ".join(part for part in parts if part)
    others: tuple[Place, ...] = (*scenario.sources, *scenario.depots)
    for place in others:
        place_id = id_of_place(place)
        labels[place_id] = f"{place.name} · {place_id}"
    return labels


def _place(context: Context, scenario: Scenario, place_id: str) -> None:
    t = context.t
    place = scenario.place_by_id[place_id]
    now = f"{place.lat:.6f}", f"{place.lon:.6f}"
    st.caption(t("place.now", lat=now[0], lon=now[1]))
    _paste(t)
    pending: Anywhere | None = st.session_state.get(_PENDING)
    pasted = st.session_state.get("place_read", "")
    marks = place_marks(scenario, t, moves=place_id)
    if pending is not None:
        marks = [mark for mark in marks if not mark.moves]
        marks.append(Mark(place.name, *pending, t("map.sign_new"), moves=True))
    drawn = drawing_map(
        "place-map",
        t,
        modes=("point", "locate"),
        lines=road_lines(scenario),
        places=marks,
        bounds=_around(pending or (place.lat, place.lon), scenario),
        view=f"{context.key} {place_id} {_is_far(pending, scenario)} {pasted}",
        clear=True,
    )
    if drawn is not None and drawn.points[0] != pending:
        st.session_state[_PENDING] = drawn.points[0]
        text = None
        if drawn.located_m is not None:
            text = t("place.located", metres=f"{drawn.located_m:,.0f}")
        st.session_state["place_said"] = text
        st.rerun()
    if pending is not None:
        _confirm(context, scenario, place, pending)


def _around(point: Anywhere, scenario: Scenario) -> tuple[Anywhere, Anywhere]:
    lat, lon = point
    box = bounds_of(scenario)
    if box is None or not _is_far(point, scenario):
        return (lat - 0.02, lon - 0.02), (lat + 0.02, lon + 0.02)
    (south, west), (north, east) = box
    return (min(south, lat), min(west, lon)), (max(north, lat), max(east, lon))


def _is_far(point: Anywhere | None, scenario: Scenario) -> bool:
    """Whether a point lies outside the part of the map where the places are."""
    box = bounds_of(scenario)
    if point is None or box is None:
        return False
    (south, west), (north, east) = box
    return not (
        south - 0.05 <= point[0] <= north + 0.05
        and west - 0.05 <= point[1] <= east + 0.05
    )


def _paste(t: Words) -> None:
    """Let coordinates or a link be pasted; what they mean is said at once."""
    left, right = st.columns([2, 1])
    datum = right.selectbox(
        t("place.datum"),
        _DATUMS,
        format_func=lambda name: t(f"place.datum_{name}"),
        key="place_datum",
    )
    text = left.text_input(
        t("place.paste"), key="place_text", placeholder=t("place.paste_help")
    )
    if not text:
        st.session_state.pop("place_failed", None)
    if not text or text == st.session_state.get("place_read"):
        return
    try:
        position = parse_position(text, datum=cast("Datum", datum))
    except MessageError as error:
        if st.session_state.get("place_failed") != text:
            # What was pasted before must not be saved for what is pasted now.
            _forget()
            st.session_state["place_failed"] = text
        st.error(t("place.not_read", why=plain(error.message.text(t.lang))), icon="⛔")
        return
    st.session_state.pop("place_failed", None)
    st.session_state["place_read"] = text
    st.session_state[_PENDING] = (position.lat, position.lon)
    st.session_state["place_said"] = t(
        "place.understood",
        lat=f"{position.lat:.6f}",
        lon=f"{position.lon:.6f}",
        datum=t(f"place.datum_{position.datum}"),
    )


def _confirm(
    context: Context,
    scenario: Scenario,
    place: Village | Source | Depot,
    pending: Anywhere,
) -> None:
    """Say what the new position means, and save it on a button."""
    t = context.t
    is_village = isinstance(place, Village)
    with st.container(border=True):
        text = st.session_state.get("place_said")
        if text:
            st.markdown(f"**{text}**")
        moved_m = _metres((place.lat, place.lon), pending)
        st.markdown(t("place.moved", metres=f"{moved_m:,.0f}"))
        _say_gap(scenario, pending, t)
        what, by = "village", ""
        if is_village:
            what = str(
                st.segmented_control(
                    t("place.what"),
                    ("village", "transfer"),
                    format_func=lambda name: t(f"place.as_{name}"),
                    default="village",
                    required=True,
                    key="place_what",
                )
            )
            if what == "transfer":
                by = st.text_input(
                    t("place.by"), placeholder=t("place.by_help"), key="place_by"
                )
        left, right = st.columns(2)
        if left.button(
            t("place.save"),
            key="place_save",
            type="primary",
            width="stretch",
            disabled=not context.may_edit,
        ):
            _save(context, scenario, place, pending, what, by)
        if right.button(t("place.discard"), key="place_discard", width="stretch"):
            _forget()
            st.rerun()


def _metres(one: Anywhere, other: Anywhere) -> float:
    metres = haversine_m(
        lat=np.array([one[0]]),
        lon=np.array([one[1]]),
        to_lat=np.array([other[0]]),
        to_lon=np.array([other[1]]),
    )
    return float(metres[0, 0])


def _say_gap(scenario: Scenario, pending: Anywhere, t: Words) -> None:
    roads = scenario.roads
    if roads is None:
        return
    usable = roads.access != CLOSED
    gap = nearest_edges(roads, usable, np.array([pending[0]]), np.array([pending[1]]))[
        2
    ]
    gap_m = float(gap[0])
    if not np.isfinite(gap_m):
        return
    text = t("place.road_gap", metres=f"{gap_m:,.0f}")
    if gap_m > FAR_M:
        st.error(text, icon="⛔")
    elif gap_m > NEAR_M:
        st.warning(text, icon="⚠️")
    else:
        st.markdown(text)


def _save(
    context: Context,
    scenario: Scenario,
    place: Village | Source | Depot,
    pending: Anywhere,
    what: str,
    by: str,
) -> None:
    """Save through the tables, so that every rule for positions is asked."""
    table, column = _table_of(place)
    frame = scenario_tables(scenario)[table]
    row = frame.index[frame[column] == getattr(place, column)][0]
    prefix = "transfer_" if what == "transfer" else ""
    frame.loc[row, f"{prefix}lat"], frame.loc[row, f"{prefix}lon"] = pending
    if what == "transfer":
        frame.loc[row, "transfer_by"] = by
    try:
        changed = scenario_from_tables({table: frame}, base=scenario)
    except DataError as error:
        show_problems(error.problems, context.t)
        return
    if not save(context, changed, base=scenario, shown=_as_shown(scenario, table)):
        if has_conflict(context):
            st.rerun()
        return
    editor.forget()
    _forget()
    st.session_state["place_news"] = context.t("place.saved", name=place.name)
    st.session_state["place_warnings"] = [
        problem for problem in changed.warnings if problem not in scenario.warnings
    ]
    st.rerun()


def _as_shown(scenario: Scenario, table: str) -> Scenario:
    """Return the day as tables have it: what they round was changed by nobody."""
    return scenario_from_tables(
        {table: scenario_tables(scenario)[table]}, base=scenario
    )


def _table_of(place: Village | Source | Depot) -> tuple[str, str]:
    if isinstance(place, Village):
        return "villages", "village_id"
    return (
        ("sources", "source_id")
        if isinstance(place, Source)
        else ("depots", "depot_id")
    )


def _forget() -> None:
    for name in (_PENDING, "place_said", "place_read", "place_failed"):
        st.session_state.pop(name, None)
