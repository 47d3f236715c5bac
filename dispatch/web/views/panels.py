"""What the coordinator can look at below the headline: one view at a time."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from streamlit_folium import st_folium  # type: ignore[import-untyped]  # no types

from dispatch.day.doors import door_list
from dispatch.files.plan.doors import doors_pdf
from dispatch.files.scenario.template import write_template
from dispatch.maps.board import BoardKey
from dispatch.maps.page import live_map
from dispatch.maps.palette import truck_signs
from dispatch.web import charts, tables
from dispatch.web.components.board import plan_board
from dispatch.web.context import keep_in_link
from dispatch.web.kept import show_table
from dispatch.web.printed import printed_version
from dispatch.web.report import everything_zip, paper_file, report_xlsx
from dispatch.web.views import adjust, helping

if TYPE_CHECKING:
    from dispatch.model.households import Household
    from dispatch.web.context import Context
    from dispatch.web.finished import Finished
    from dispatch.words.words import Words

_VIEWS = ("map", "timetable", "coverage", "shortage", "helping", "download")
_WITHOUT_PLAN = ("map",)
_MAX_NAME = 60

#: What the button of each file says.
_FILES = {
    "wall.pdf": "wall",
    "wall-a3.pdf": "wall_a3",
    "sheets.pdf": "sheets",
    "notices.pdf": "notices",
    "notices-4.pdf": "notices_4",
    "doors.pdf": "doors",
    "calls.pdf": "calls",
    "plan.xlsx": "plan_xlsx",
    "map.html": "map",
}
_SHORT_COLUMNS = (
    "name",
    "shortage_l",
    "reason",
    "l_per_person",
    "population",
    "vulnerable_people",
    "level",
)


def show(context: Context, run: Finished | None) -> None:
    """
    Let one view be chosen and draw it; hidden ones cost nothing.

    Parameters
    ----------
    context
        The day.
    run
        A version of its plan; None: not planned yet.
    """
    t = context.t
    names: tuple[str, ...] = _VIEWS if run is not None else _WITHOUT_PLAN
    if run is not None and context.desk.state == "open" and context.frame.may("plan"):
        names = (*_VIEWS, "adjust")
    # Before the choice is drawn: afterwards it cannot be set.
    if "next_view" in st.session_state:
        st.session_state["view"] = st.session_state.pop("next_view")
    if st.session_state.get("view") not in names:
        # After a refresh, or where a run under way hid the views for a while.
        asked = st.query_params.get("view")
        st.session_state["view"] = asked if asked in names else names[0]
    view = st.segmented_control(
        t("view.label"),
        names,
        format_func=lambda name: t(f"view.{name}"),
        key="view",
        required=True,
        label_visibility="collapsed",
    )
    if view is not None:
        keep_in_link("view", None if view == names[0] else view)
    if view == "map":
        _map(context, run)
    elif view == "adjust" and run is not None:
        adjust.show(context, run)
    elif view == "helping" and run is not None:
        helping.show(context, run)
    elif view == "download" and run is not None:
        _download(context, run)
    elif view is not None and run is not None:
        {
            "timetable": _timetable,
            "coverage": _coverage,
            "shortage": _shortage,
        }[view](run, t)


def _map(context: Context, run: Finished | None) -> None:
    """Show the plan on a map and in a timetable; without one, the places alone."""
    if run is not None and not run.violations:
        _board(context, run)
        return
    scenario = context.scenario if run is None else run.result.scenario
    chart = live_map(
        scenario,
        None if run is None else run.result.plan,
        None if run is None else run.figures,
        context.lang,
        num_violations=0 if run is None else len(run.violations),
        base_url=st.get_option("server.baseUrlPath"),
    )
    made = "none" if run is None else run.number
    st_folium(
        chart,
        key=f"map-{context.key}-{made}-{context.lang}",
        height=560,
        use_container_width=True,
        returned_objects=[],
    )


def _board(context: Context, run: Finished) -> None:
    now = context.frame.now
    is_today = context.desk.date == now.date()
    may_adjust = context.desk.state == "open" and context.frame.may("plan")
    chosen = plan_board(
        f"board-{context.key}",
        BoardKey(run.key, run.result.scenario, run.result.plan, run.figures),
        context.t,
        may_adjust=may_adjust,
        now_s=now.hour * 3600 + now.minute * 60 if is_today else None,
    )
    if chosen is not None and may_adjust:
        adjust.choose(chosen.truck_id, chosen.stop)
        st.session_state["next_view"] = "adjust"
        st.rerun()


def _timetable(run: Finished, t: Words) -> None:
    scenario, plan = run.result.scenario, run.result.plan
    truck_ids = [route.truck_id for route in plan.routes if route.num_trips]
    if not truck_ids:
        st.info(t("gantt.empty"), icon="ℹ️")
        return
    st.caption(t("gantt.help"))
    st.altair_chart(
        charts.timetable_chart(scenario, plan, t),
        alt=t("view.timetable"),
    )
    signs = truck_signs(scenario)
    truck_id = st.selectbox(
        t("gantt.pick"),
        truck_ids,
        format_func=lambda x: f"{signs[x].letter} · {scenario.plate(x) or x}",
    )
    show_table(tables.route_table(plan.route_by_truck[truck_id], scenario, t))


def _coverage(run: Finished, t: Words) -> None:
    figures = run.figures
    basic = figures.standards.to_dict("index")["basic"]
    st.markdown(f"#### {t('cover.people', share=t.percent(basic['share']))}")
    if not figures.need_l:
        st.info(t("cover.none"), icon="ℹ️")
        return
    st.altair_chart(charts.bands_chart(figures, t), alt=t("cover.bands"))
    st.caption(t("cover.chart_help"))
    show_table(tables.bands_table(figures, t))
    st.markdown(f"#### {t('cover.sources')}")
    show_table(tables.sources_table(figures, t))
    st.markdown(f"#### {t('cover.trucks')}")
    trucks = tables.trucks_table(figures, run.result.scenario, t)
    show_table(trucks)


def _shortage(run: Finished, t: Words) -> None:
    figures = run.figures
    short = run.worst
    if short.empty:
        st.success(t("short.none"), icon="✅")
        return
    total = t("short.total", short=t.litres(figures.shortage_l), places=len(short))
    st.markdown(f"#### {total}")
    st.markdown(f"**{t('short.by_reason')}**")
    show_table(tables.reasons_table(figures, t))
    st.markdown(f"**{t('short.by_place')}**")
    show_table(tables.places_table(short, t, _SHORT_COLUMNS))


def _download(context: Context, run: Finished) -> None:
    t = context.t
    if run.violations:
        st.error(t("file.violations"), icon="⛔")
    st.caption(t("file.help", time=run.made))
    printed = printed_version(context.db, context.desk, run)
    stem = _stem(run)
    st.download_button(
        t("file.all"),
        data=lambda: everything_zip(run, t, printed),
        file_name=f"{stem}.zip",
        type="primary",
        icon="📦",
        width="stretch",
        on_click="ignore",
    )
    if printed.day.edition is not None:
        st.markdown(f"**{t('file.papers')}** · {printed.day.edition.line(t)}")
    for name in (*printed.names, "plan.xlsx", "map.html"):
        label = _FILES[name]
        st.download_button(
            t(f"file.{label}"),
            data=partial(paper_file, run, name, t, printed),
            file_name=f"{stem}-{name}",
            key=f"download-{label}",
            width="stretch",
            on_click="ignore",
        )
    _doors_paper(context, run)
    st.download_button(
        t("file.report"),
        data=lambda: report_xlsx(run, t),
        file_name=f"{stem}-report.xlsx",
        width="stretch",
        on_click="ignore",
    )


def _doors_paper(context: Context, run: Finished) -> None:
    """Offer the list with names to who may see them; it is part of no other file."""
    t, desk = context.t, context.desk
    if not context.frame.may("edit"):
        return

    def make() -> bytes:
        context.frame.require("edit")
        found = door_list(context.db, desk.township, desk.date)
        by_village: dict[str, list[Household]] = {}
        for each in found.households:
            by_village.setdefault(each.village, []).append(each)
        printed = printed_version(context.db, desk, run)
        return doors_pdf(printed.day, t.lang, by_village)

    st.download_button(
        t("doors.paper"),
        data=make,
        file_name=f"{_stem(run)}-doors-names.pdf",
        key="download-doors-names",
        icon="🔒",
        width="stretch",
        on_click="ignore",
    )


def _stem(run: Finished) -> str:
    """Return how names of files begin; browsers drop a name that is too long."""
    scenario = run.result.scenario
    name = scenario.name.replace("/", "-")[:_MAX_NAME]
    return f"{name}-{scenario.date}-{run.number}"


def _template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = write_template(Path(folder), xlsx=True)
        if path.is_dir():
            path = next(path.glob("*.xlsx"))
        return path.read_bytes()


def template_button(t: Words) -> None:
    """Offer the workbook to fill in."""
    st.download_button(
        t("page.template"),
        data=_template,
        file_name="template.xlsx",
        key="template",
        icon="📄",
        on_click="ignore",
    )
