"""The page of roads: what is closed or limited, drawn on the map, and plan again."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from dispatch.errors import DataError
from dispatch.files import limits_csv
from dispatch.geo.limits import limit_stretches
from dispatch.geo.reach import limit_warnings, out_of_reach, reach_notes
from dispatch.geo.road_model import road_model
from dispatch.messages import SaidError
from dispatch.roads import Moment, RoadLimit
from dispatch.web.context import Context, Frame, finished, load, show_problems
from dispatch.web.drawing import Drawing, Line, drawing_map
from dispatch.web.jobs import Request, digest_of
from dispatch.web.road_lines import (
    bounds_of,
    limit_lines,
    place_marks,
    road_lines,
    stretch_lines,
)
from dispatch.web.views import editor

if TYPE_CHECKING:
    from dispatch.geo.limits import Stretch
    from dispatch.roads import RoadNetwork
    from dispatch.scenario import Scenario
    from dispatch.web.catalog import Loaded
    from dispatch.web.words import Words

_KINDS: Final = ("closed", "max_gross_t", "max_width_m", "max_height_m", "speed_km_h")
_VALID: Final = ("today", "always", "hours", "daily")
_DRAWN: Final = "road_drawn"
#: A drawn stretch of road shows while it is not saved.
_NEW: Final[dict[str, Any]] = {"color": "#0B5A84", "weight": 9, "opacity": 0.6}
#: Litres that a replan must gain for each village that is told something new.
_CHANGE_PRICE_L: Final = 200


def show() -> None:
    """Draw the page."""
    frame: Frame = st.session_state["frame"]
    t = frame.t
    if frame.entry is None:
        st.title(t("page.no_data"))
        st.markdown(t("page.no_data_help"))
        return
    context = Context(frame.catalog, frame.entry, t)
    loaded = load(context)
    if loaded is None:
        return
    scenario = loaded.scenario
    if scenario.roads is None:
        st.title(t("roads.none"))
        st.markdown(t("roads.none_help"))
        return
    if st.session_state.get("roads_of") != context.entry.key:
        st.session_state["roads_of"] = context.entry.key
        st.session_state.pop(_DRAWN, None)
    _headline(scenario, scenario.roads, t)
    _saved(t)
    _plan_again(context, scenario)
    _map(context, scenario, scenario.roads)
    st.subheader(t("roads.table"))
    editor.show(context, loaded, only="limits")
    _files(context, loaded)


def _headline(scenario: Scenario, roads: RoadNetwork, t: Words) -> None:
    """Answer which roads are closed today and who is cut off by it."""
    model = road_model(scenario)
    placed = () if model is None else model.placed
    num_closed = sum(item.limit.is_closed for item in placed)
    names = {village.village_id: village.name for village in scenario.villages}
    cut_off = _cut_off(scenario)
    if cut_off:
        shown = "、".join(names[village] for village in cut_off[:8])
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
            limits=len(placed),
            all=len(scenario.road_limits),
            credit=roads.attribution,
        )
    )
    for note in reach_notes(scenario):
        st.caption(f"🚚 {note.text(t.lang)}")
    if model is not None and model.halves.switch_s is not None:
        minutes = model.halves.switch_s // 60
        clock = f"{minutes // 60:02}:{minutes % 60:02}"
        st.caption(f"🕒 {t('roads.halves', time=clock)}")
    warnings = limit_warnings(scenario)
    if warnings:
        st.error(t("roads.not_applied", count=len(warnings)), icon="⛔")
        show_problems(warnings, t)


def _cut_off(scenario: Scenario) -> list[str]:
    """Return the villages that no truck reaches."""
    groups = out_of_reach(scenario)
    lost: dict[str, int] = {}
    for trucks, villages in groups:
        for village in villages:
            lost[village] = lost.get(village, 0) + len(trucks)
    return [village for village, num in lost.items() if num == len(scenario.trucks)]


def _saved(t: Words) -> None:
    news = st.session_state.pop("roads_news", None)
    if news:
        st.success(news, icon="✅")


def _plan_again(context: Context, scenario: Scenario) -> None:
    """Offer one button that plans on the roads as they are now."""
    t, store = context.t, context.catalog.store
    latest = store.latest(context.entry.key)
    if latest is not None and latest.state().is_active:
        st.info(t("roads.planning"), icon="⏳")
        return
    run = finished(store.latest_done(context.entry.key))
    if run is None:
        return
    before = run.result.scenario
    if (before.road_limits, before.roads) == (scenario.road_limits, scenario.roads):
        st.caption(f"✅ {t('roads.plan_fits', time=run.made)}")
        return
    st.warning(t("roads.plan_old", time=run.made), icon="⚠️")
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    shifts = [truck.shift_start_s for truck in scenario.trucks]
    start_s = min(shifts, default=0)
    when = right.time_input(
        t("roads.replan_from"), value=_as_time(start_s), key="replan_from", step=300
    )
    if left.button(
        t("roads.replan"), key="replan", type="primary", icon="🚚", width="stretch"
    ):
        asked = run.job.request()
        scenario = replace(scenario, equity_steps=before.equity_steps)
        request = Request(
            scenario_key=context.entry.key,
            scenario_name=scenario.name,
            digest=f"{digest_of(scenario)}-{asked.seconds}-{asked.seed}",
            seconds=asked.seconds,
            seed=asked.seed,
            lang=t.lang,
            previous_id=run.job.job_id,
            now_s=when.hour * 3600 + when.minute * 60,
            change_price_l=_CHANGE_PRICE_L,
        )
        store.start(scenario, request)
        st.session_state["roads_news"] = t("roads.replan_started")
        st.rerun()


def _as_time(seconds: int) -> dt.time:
    minutes = min(seconds // 60, 24 * 60 - 1)
    return dt.time(minutes // 60, minutes % 60)


def _map(context: Context, scenario: Scenario, roads: RoadNetwork) -> None:
    t = context.t
    drawn: Drawing | None = st.session_state.get(_DRAWN)
    stretches, trouble = _touched(roads, drawn)
    lines = [*road_lines(scenario), *limit_lines(scenario, t)]
    if stretches:
        lines.append(Line(stretch_lines(roads, stretches), _NEW))
    news = drawing_map(
        "road-map",
        t,
        modes=("point", "pair", "line", "area"),
        lines=lines,
        places=place_marks(scenario),
        bounds=bounds_of(scenario),
        view=context.entry.key,
        clear=drawn is None,
    )
    if news is not None and news != drawn:
        st.session_state[_DRAWN] = news
        st.rerun()
    if trouble is not None:
        st.error(t("roads.not_on_road", why=trouble.said.text(t.lang)), icon="⛔")
        if st.button(t("roads.discard"), key="road-discard"):
            st.session_state.pop(_DRAWN, None)
            st.rerun()
    elif drawn is not None:
        _form(context, scenario, roads, drawn, stretches)


def _touched(
    roads: RoadNetwork, drawn: Drawing | None
) -> tuple[tuple[Stretch, ...], SaidError | None]:
    if drawn is None:
        return (), None
    try:
        return tuple(limit_stretches(roads, _drawn_limit(drawn))), None
    except SaidError as error:
        return (), error


def _drawn_limit(drawn: Drawing) -> RoadLimit:
    return RoadLimit(
        limit_id="new",
        points=drawn.points,
        shape="area" if drawn.shape == "area" else "line",
        is_closed=True,
    )


def _form(
    context: Context,
    scenario: Scenario,
    roads: RoadNetwork,
    drawn: Drawing,
    stretches: tuple[Stretch, ...],
) -> None:
    """Ask what holds on the drawn stretch, and save it."""
    t = context.t
    length_m = sum(
        float(roads.length_m[s.edge_idx]) * (s.late - s.early) for s in stretches
    )
    names = sorted({roads.names[s.edge_idx] for s in stretches} - {""})
    with st.container(border=True):
        said = t("roads.drawn", metres=f"{length_m:,.0f}", parts=len(stretches))
        st.markdown(f"**{said}** {'、'.join(names[:6])}")
        whole = False
        if drawn.shape == "point":
            reach = st.segmented_control(
                t("roads.reach"),
                ("whole", "spot"),
                format_func=lambda name: t(f"roads.reach_{name}"),
                default="whole",
                required=True,
                key="road-reach",
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
            t("roads.save"), key="road-save", type="primary", width="stretch"
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
            st.session_state.pop(_DRAWN, None)
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
    before, after = set(_cut_off(scenario)), _cut_off(changed)
    context.catalog.store.save_draft(context.entry.key, changed)
    editor.forget()
    names = {village.village_id: village.name for village in scenario.villages}
    lost = [names[village] for village in after if village not in before]
    news = t("roads.saved", limit=limit.limit_id)
    if lost:
        more = " …" if len(lost) > 8 else ""
        cut = t("roads.saved_cut", count=len(lost), villages="、".join(lost[:8]) + more)
        news = f"{news} {cut}"
    st.session_state["roads_news"] = news
    st.session_state.pop(_DRAWN, None)
    st.rerun()


def _files(context: Context, loaded: Loaded) -> None:
    """Let limits and whole networks be brought in; limits outlive the network."""
    t = context.t
    with st.expander(t("roads.files"), icon="📁"):
        st.markdown(t("roads.files_help"))
        st.download_button(
            t("roads.download_limits"),
            data=limits_csv(loaded.scenario, chinese=t.lang == "zh"),
            file_name="limits.csv",
            mime="text/csv",
            icon="⬇️",
            key="limits_download",
        )
        st.file_uploader(
            t("roads.upload_limits"),
            type=["csv", "xlsx"],
            key="limits_upload",
            on_change=_read_limits,
            args=(context, loaded.scenario),
        )
        st.file_uploader(
            t("roads.upload_network"),
            type=["pbf", "osm", "geojson", "zip", "bz2", "gz"],
            key="network_upload",
            on_change=_read_network,
            args=(context, loaded.scenario),
        )
        problems = st.session_state.get("roads_problems")
        if problems:
            st.error(t("page.upload_failed"), icon="⛔")
            show_problems(problems, t)


def _read_limits(context: Context, scenario: Scenario) -> None:
    from dispatch.files import scenario_with_limits

    file = st.session_state.get("limits_upload")
    st.session_state.pop("roads_problems", None)
    if file is None:
        return
    try:
        changed = scenario_with_limits(scenario, file.name, file.getvalue())
    except DataError as error:
        st.session_state["roads_problems"] = error.problems
        return
    _keep(context, changed)
    added = len(changed.road_limits) - len(scenario.road_limits)
    st.session_state["roads_news"] = context.t("roads.limits_read", count=added)


def _read_network(context: Context, scenario: Scenario) -> None:
    from dispatch.files import scenario_with_roads

    file = st.session_state.get("network_upload")
    st.session_state.pop("roads_problems", None)
    if file is None:
        return
    try:
        changed = scenario_with_roads(scenario, file.name, file.getvalue())
    except DataError as error:
        st.session_state["roads_problems"] = error.problems
        return
    _keep(context, changed)
    num = 0 if changed.roads is None else changed.roads.num_edges
    st.session_state["roads_news"] = context.t("roads.network_read", count=f"{num:,}")


def _keep(context: Context, changed: Scenario) -> None:
    context.catalog.store.save_draft(context.entry.key, changed)
    st.session_state.pop(_DRAWN, None)
    editor.forget()
