"""The page of roads: what is closed or limited, drawn on the map, and plan again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from dispatch.errors import DataError
from dispatch.files.scenario.road_uploads import limits_csv
from dispatch.maps.limits import (
    bounds_of,
    limit_lines,
    place_marks,
    road_lines,
    stretch_lines,
)
from dispatch.maps.shapes import Line
from dispatch.roads.model import road_model
from dispatch.roads.reach import cut_off_villages, limit_warnings, reach_notes
from dispatch.runs.queue import latest_run
from dispatch.units import format_clock
from dispatch.web.components.drawing import Drawing, drawing_map
from dispatch.web.context import Context, context_of_page, show_problems
from dispatch.web.finished import finished
from dispatch.web.saving import save, show_conflict
from dispatch.web.views import editor
from dispatch.web.views.labels import plain
from dispatch.web.views.road_form import DRAWN, show_form, touched_stretches
from dispatch.web.views.running import ask

if TYPE_CHECKING:
    from dispatch.model.roads import RoadNetwork
    from dispatch.model.scenario import Scenario
    from dispatch.words.words import Words

#: A drawn stretch of road shows while it is not saved.
_NEW: Final[dict[str, Any]] = {"color": "#0B5A84", "weight": 9, "opacity": 0.6}
#: Litres that a replan must gain for each village whose visit changes.
_CHANGE_PRICE_L: Final = 200


def show() -> None:
    """Draw the page."""
    context = context_of_page()
    if context is None:
        return
    t, scenario = context.t, context.scenario
    if scenario.roads is None:
        st.title(t("roads.none"))
        st.markdown(t("roads.none_help"))
        return
    if st.session_state.get("roads_of") != context.key:
        st.session_state["roads_of"] = context.key
        st.session_state.pop(DRAWN, None)
    _headline(scenario, scenario.roads, t)
    _saved(t)
    _plan_again(context, scenario)
    _map(context, scenario, scenario.roads)
    st.subheader(t("roads.table"))
    show_conflict(context)
    editor.show(context, only="limits")
    if context.may_edit:
        _files(context, scenario)


def _headline(scenario: Scenario, roads: RoadNetwork, t: Words) -> None:
    """Answer which roads are closed today and who is cut off by it."""
    model = road_model(scenario)
    matched = () if model is None else model.matched
    num_closed = sum(item.limit.is_closed for item in matched)
    cut_off = cut_off_villages(scenario)
    if cut_off:
        names = [scenario.label(village) for village in cut_off[:8]]
        shown = plain(t("unit.items").join(names))
        text = t("roads.headline_cut", closed=num_closed, count=len(cut_off))
        st.title(f"⛔ {text}")
        st.markdown(f"**{shown}{' …' if len(cut_off) > 8 else ''}**")
    else:
        key = "roads.headline" if num_closed else "roads.headline_open"
        st.title(t(key, closed=num_closed))
    km = float(roads.length_m.sum()) / 1000
    st.caption(
        t(
            "roads.size",
            km=f"{km:,.0f}",
            edges=f"{roads.num_edges:,}",
            limits=len(matched),
            all=len(scenario.road_limits),
            credit=plain(roads.attribution),
        )
    )
    for note in reach_notes(scenario):
        st.caption(f"🚚 {plain(note.text(t.lang))}")
    if model is not None and model.periods.switches_s:
        clocks = [format_clock(moment) for moment in model.periods.switches_s]
        st.caption(f"🕒 {t('roads.periods', times=', '.join(clocks))}")
    warnings = limit_warnings(scenario)
    if warnings:
        st.error(t("roads.not_applied", count=len(warnings)), icon="⛔")
        show_problems(warnings, t)


def _saved(t: Words) -> None:
    news = st.session_state.pop("roads_news", None)
    with st.container():  # stays where it is, as in requests
        if news:
            st.success(news, icon="✅")


def _plan_again(context: Context, scenario: Scenario) -> None:
    """Offer one button that plans on the roads as they are now."""
    t, desk = context.t, context.desk
    run = latest_run(context.db, desk.township, desk.date, now=context.frame.now)
    if run is not None and run.state.is_active:
        st.info(t("roads.planning"), icon="⏳")
        return
    plan = finished(context.db, desk, desk.published or desk.latest)
    if plan is None:
        return
    before = plan.result.scenario
    if (before.road_limits, before.roads) == (scenario.road_limits, scenario.roads):
        st.caption(f"✅ {t('roads.plan_fits', time=plan.made)}")
        return
    st.warning(t("roads.plan_old", time=plan.made), icon="⚠️")
    if desk.state != "open" or not context.frame.may("plan"):
        return
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    options: dict[str, object] = {}
    if desk.published is not None:
        shifts = [truck.shift_start_s for truck in scenario.trucks]
        start_s = min(shifts, default=0)
        if desk.date == context.frame.now.date():
            now = context.frame.now
            start_s = max(start_s, now.hour * 3600 + now.minute // 5 * 300)
        when = right.time_input(
            t("roads.replan_from"), value=_as_time(start_s), key="replan_from", step=300
        )
        options = {
            "now_s": when.hour * 3600 + when.minute * 60,
            "change_price_l": _CHANGE_PRICE_L,
        }
    if left.button(
        t("roads.replan"), key="replan", type="primary", icon="🚚", width="stretch"
    ) and ask(context, **options):
        st.session_state["roads_news"] = t("roads.replan_started")
        st.rerun()


def _as_time(seconds: int) -> dt.time:
    minutes = min(seconds // 60, 24 * 60 - 1)
    return dt.time(minutes // 60, minutes % 60)


def _map(context: Context, scenario: Scenario, roads: RoadNetwork) -> None:
    t = context.t
    drawn: Drawing | None = st.session_state.get(DRAWN)
    stretches, trouble = touched_stretches(roads, drawn)
    lines = [*road_lines(scenario), *limit_lines(scenario, t)]
    if stretches:
        lines.append(Line(stretch_lines(roads, stretches), _NEW))
    news = drawing_map(
        "road-map",
        t,
        modes=("point", "pair", "line", "area"),
        lines=lines,
        places=place_marks(scenario, t),
        bounds=bounds_of(scenario),
        view=context.key,
        clear=drawn is None,
    )
    if news is not None and news != drawn:
        st.session_state[DRAWN] = news
        st.rerun()
    if trouble is not None:
        st.error(
            t("roads.not_on_road", why=plain(trouble.message.text(t.lang))), icon="⛔"
        )
        if st.button(t("roads.discard"), key="road-discard"):
            st.session_state.pop(DRAWN, None)
            st.rerun()
    elif drawn is not None:
        show_form(context, scenario, roads, drawn, stretches)


def _files(context: Context, scenario: Scenario) -> None:
    """Let limits and whole networks be brought in; limits outlive the network."""
    t = context.t
    with st.expander(t("roads.files"), icon="📁"):
        st.markdown(t("roads.files_help"))
        st.download_button(
            t("roads.download_limits"),
            data=lambda: limits_csv(scenario, chinese=t.lang == "zh"),
            file_name="limits.csv",
            mime="text/csv",
            icon="⬇️",
            key="limits_download",
            on_click="ignore",
        )
        st.file_uploader(
            t("roads.upload_limits"),
            type=["csv", "xlsx"],
            key="limits_upload",
            on_change=_read_limits,
            args=(context, scenario),
        )
        st.file_uploader(
            t("roads.upload_network"),
            type=["pbf", "osm", "geojson", "zip", "bz2", "gz"],
            key="network_upload",
            on_change=_read_network,
            args=(context, scenario),
        )
        problems = st.session_state.get("roads_problems")
        if problems:
            st.error(t("page.upload_failed"), icon="⛔")
            show_problems(problems, t)


def _read_limits(context: Context, scenario: Scenario) -> None:
    from dispatch.files.scenario.road_uploads import scenario_with_limits

    file = st.session_state.get("limits_upload")
    st.session_state.pop("roads_problems", None)
    if file is None:
        return
    try:
        changed = scenario_with_limits(scenario, file.name, file.getvalue())
    except DataError as error:
        st.session_state["roads_problems"] = error.problems
        return
    if not _keep(context, changed):
        return
    added = len(changed.road_limits) - len(scenario.road_limits)
    st.session_state["roads_news"] = context.t("roads.limits_read", count=added)


def _read_network(context: Context, scenario: Scenario) -> None:
    from dispatch.files.scenario.road_uploads import scenario_with_roads

    file = st.session_state.get("network_upload")
    st.session_state.pop("roads_problems", None)
    if file is None:
        return
    try:
        changed = scenario_with_roads(scenario, file.name, file.getvalue())
    except DataError as error:
        st.session_state["roads_problems"] = error.problems
        return
    if not _keep(context, changed):
        return
    num = 0 if changed.roads is None else changed.roads.num_edges
    st.session_state["roads_news"] = context.t("roads.network_read", count=f"{num:,}")


def _keep(context: Context, changed: Scenario) -> bool:
    is_saved = save(context, changed)
    st.session_state.pop(DRAWN, None)
    editor.forget()
    return is_saved
