"""What the page of all the water shows of a version, subject by subject."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import pandas as pd
import streamlit as st
import streamlit.components.v1 as components

from dispatch.day.water_helps import water_helps_of
from dispatch.files.water.book import water_xlsx
from dispatch.files.water.dispatch_file import dispatch_to_json
from dispatch.files.water.papers import DUTY_PAPER, WATER_PAPERS, water_paper_pdf
from dispatch.files.water.sheet_rows import SheetRows, Table
from dispatch.model.need import BANDS
from dispatch.planning.water_day import tails_of
from dispatch.runs.queue import Ask, ask_water
from dispatch.water.drought_form import drought_form
from dispatch.water.need import PEOPLE
from dispatch.water.notices import water_notices
from dispatch.web import water_charts as charts
from dispatch.web.context import shown_error
from dispatch.web.kept import show_table
from dispatch.web.views.labels import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.day.water import ShownWater
    from dispatch.model.water.plan import WaterPlan
    from dispatch.planning.water_day import TailEnd
    from dispatch.web.context import Context
    from dispatch.words.words import Words

_VITAL: Final = (*PEOPLE, "livestock")
_FILES: Final = {
    "water.xlsx": "file_water_xlsx",
    "water.json": "file_water_json",
    "water-gates.pdf": "file_water_gates_pdf",
    "water-slots.pdf": "file_water_slots_pdf",
    "water-notices.pdf": "file_water_notices_pdf",
}
_TABS: Final = (
    *("stores", "takers", "turns", "slots", "pumps"),
    *("fields", "short", "helps", "people", "map", "files"),
)


def short_l(plan: WaterPlan, *, vital: bool) -> int:
    """
    Return litres that piped zones lack in all days.

    Parameters
    ----------
    plan
        The days.
    vital
        Of people's basic needs, facilities and animals; else of the normal need.
    """
    bands = [band for band in BANDS if (band in _VITAL) == vital]
    return sum(
        zone.need_l[band] - zone.served_l[band] for zone in plan.zones for band in bands
    )


def figures(shown: ShownWater, t: Words) -> None:
    """
    Show the four figures that are asked first.

    Parameters
    ----------
    shown
        A version.
    t
        Words in the language of the reader.
    """
    plan, network = shown.dispatch.plan, shown.network
    need_m3 = sum(row.need_m3 for row in plan.outcomes)
    got_m3 = sum(row.field_m3 for row in plan.outcomes)
    tap_l = sum(sum(zone.served_l.values()) for zone in plan.zones)
    tap_need_l = sum(sum(zone.need_l.values()) for zone in plan.zones)
    lacking_h = sum(watch.unstaffed_h for watch in shown.dispatch.watches)
    items = (
        ("taps", t.percent(tap_l / tap_need_l) if tap_need_l else "–"),
        ("fields", t.percent(got_m3 / need_m3) if need_m3 else "–"),
        ("lost", f"{plan.lost_kg:,.0f}"),
        ("released", f"{charts.released_m3(network, shown.dispatch):,.0f}"),
        ("unstaffed", f"{lacking_h:,.0f}"),
    )
    for column, (name, value) in zip(st.columns(len(items)), items, strict=True):
        column.metric(t(f"water_page.figure_{name}"), value, border=True)


def show(context: Context, shown: ShownWater) -> None:
    """
    Draw a tab for each subject.

    Parameters
    ----------
    context
        The day.
    shown
        A version.
    """
    t = context.t
    duty = shown.duty if context.frame.may("edit") else None
    rows = SheetRows(shown.scenario, shown.dispatch, duty, t)
    tabs = st.tabs([t(f"water_page.tab_{name}") for name in _TABS])
    draw: dict[str, Callable[[], None]] = {
        "stores": partial(_stores, shown, t),
        "takers": partial(_takers, shown, t),
        "turns": partial(_turns, shown, rows, t),
        "slots": partial(_slots, shown, rows, t),
        "pumps": partial(_table, rows.pumps(), "pumps", t),
        "fields": partial(_fields, rows, t),
        "short": partial(_short, shown, t),
        "helps": partial(_helps, context, shown),
        "people": partial(_people, rows, t, has_names=duty is not None),
        "map": partial(_map, context, shown),
        "files": partial(_files, context, shown),
    }
    for tab, name in zip(tabs, _TABS, strict=True):
        with tab:
            draw[name]()


def _frame(table: Table) -> pd.DataFrame:
    rows = [[_plain(cell) for cell in row] for row in table.rows]
    frame = pd.DataFrame(rows, columns=list(table.header))
    return frame.convert_dtypes()


def _plain(cell: Any) -> Any:
    is_number = hasattr(cell, "as_tuple")  # a Decimal, which Arrow would right-pad
    return float(cell) if is_number else cell


def _table(table: Table, name: str, t: Words) -> None:
    if table.rows:
        show_table(_frame(table))
    else:
        st.info(t(f"water_page.no_{name}"), icon="ℹ️")


def _fields(rows: SheetRows, t: Words) -> None:
    """Show fields with the survey's grade, and the part of its need each one gets."""
    header, cells = rows.fields()
    share = header.index(t("water_column.share"))
    texts = [
        [
            t.percent(float(cell)) if at == share and cell is not None else cell
            for at, cell in enumerate(row)
        ]
        for row in cells
    ]
    _table(Table(header, texts), "fields", t)
    st.caption(t("water_page.fields_help"))


def _stores(shown: ShownWater, t: Words) -> None:
    show_table(charts.store_rows(shown.network, shown.dispatch, t))
    st.caption(t("water_page.stores_help"))


def _takers(shown: ShownWater, t: Words) -> None:
    rows = charts.taker_rows(shown.network, shown.dispatch)
    if rows.empty:
        st.info(t("water_page.no_takers"), icon="ℹ️")
        return
    st.altair_chart(charts.takers_chart(rows, t), width="stretch")
    sums = rows.groupby("taker", sort=False)["m3"].sum()
    total = float(sums.sum())
    show_table(
        pd.DataFrame(
            {
                t("water_page.who"): [t(f"water_page.taker_{x}") for x in sums.index],
                t("water_page.m3"): [round(float(value)) for value in sums],
                t("water_page.share"): [t.percent(float(v) / total) for v in sums],
            }
        )
    )
    st.caption(t("water_page.takers_help"))


def _turns(shown: ShownWater, rows: SheetRows, t: Words) -> None:
    bars = charts.turn_bars(shown.scenario, shown.network, shown.dispatch, t)
    if bars.empty:
        st.info(t("water_page.no_turns"), icon="ℹ️")
    else:
        st.altair_chart(charts.timetable(bars, shown.dispatch, t), width="stretch")
        st.caption(t("water_page.turns_help"))
        _table(rows.turns(), "turns", t)
    st.markdown(f"**{t('water_page.releases')}**")
    _table(rows.releases(), "releases", t)


def _slots(shown: ShownWater, rows: SheetRows, t: Words) -> None:
    bars = charts.slot_bars(shown.network, shown.dispatch)
    if bars.empty:
        st.info(t("water_page.no_slots"), icon="ℹ️")
        return
    st.altair_chart(charts.timetable(bars, shown.dispatch, t), width="stretch")
    st.caption(t("water_page.slots_help"))
    _table(rows.slots(), "slots", t)


@lru_cache(maxsize=16)
def _tails(shown: ShownWater) -> tuple[TailEnd, ...]:
    return tails_of(shown.network, shown.dispatch.plan)


def _short(shown: ShownWater, t: Words) -> None:
    plan, network = shown.dispatch.plan, shown.network
    for tail in _tails(shown):
        st.warning(plain(tail.message(network).text(t.lang)), icon="🚱")
    if plan.equal_shares_kg is not None:
        kg = f"{plan.equal_shares_kg:,.0f}"
        st.info(t("water_cli.equal_price", kg=kg), icon="⚖️")
    if not plan.shortages:
        st.success(t("water_page.no_short"), icon="✅")
    names = {zone.zone_id: zone.name for zone in network.zones}
    for block in network.fields:
        village = shown.scenario.labels.get(block.village_id, block.village_id)
        names[block.field_id] = f"{village} {block.group}".strip()
    table = [
        (
            names.get(row.object_id, row.object_id),
            t("water_cli.field") if row.band is None else t(f"band.{row.band}"),
            round(row.m3, 1),
            t(f"water_reason.{cause.reason}"),
            round(cause.m3, 1),
        )
        for row in plan.shortages
        for cause in row.causes
    ]
    heads = ("who", "what", "short_m3", "why", "of_it_m3")
    if table:
        columns = [t(f"water_page.{name}") for name in heads]
        show_table(pd.DataFrame(table, columns=columns))
    st.markdown(f"**{t('water_page.proof')}**")
    goals = [
        (
            t(f"water_goal.{goal.goal}"),
            t(f"water_unit.{goal.unit}"),
            f"{goal.value:,.2f}",
            "–" if goal.bound is None else f"{goal.bound:,.2f}",
            "–" if goal.gap is None else t.percent(goal.gap),
        )
        for goal in plan.goals
    ]
    names_of = ("goal", "unit", "value", "bound", "gap")
    show_table(
        pd.DataFrame(goals, columns=[t(f"water_cli.{name}") for name in names_of])
    )


def _helps(context: Context, shown: ShownWater) -> None:
    """Show what works, pumps and hours would add, or offer to work it out."""
    t, frame = context.t, context.frame
    helps = water_helps_of(
        context.db, context.desk.township, shown.first_day, shown.number
    )
    if helps is not None:
        names = ("help", "people_l", "animals_l", "normal_l", "critical_kg", "mu", "kg")
        more = ("cost", "crew_days", "kg_per_yuan", "kg_per_crew_day")
        rows = [
            (
                item.name.text(t.lang),
                *(round(value) for value in (item.people_l, item.animals_l)),
                *(round(value) for value in (item.normal_l, item.critical_kg)),
                *(round(value) for value in (item.mu, item.kg)),
                *(item.cost_yuan, item.crew_days),
                *(item.kg_per_yuan, item.kg_per_crew_day),
            )
            for item in helps
        ]
        heads = [t(f"water_page.help_{name}") for name in (*names, *more)]
        show_table(pd.DataFrame(rows, columns=heads).round(2))
        st.caption(t("water_page.helps_help"))
    may = context.desk.state == "open" and frame.may("plan")
    if not may or shown.first_day != context.desk.date or shown.violations:
        if helps is None:
            st.info(t("water_page.no_helps"), icon="ℹ️")
        return
    st.markdown(t("water_page.helps_intro"))
    if not st.button(t("water_page.helps_press"), key="water_helps", icon="🧮"):
        return

    def start() -> None:
        frame.require("plan")
        wanted = Ask(
            township=context.desk.township,
            date=shown.first_day,
            water_helps=shown.number,
            lang=context.lang,
        )
        ask_water(context.db, wanted, **frame.stamp)

    if shown_error(frame, start):
        st.rerun()


def _people(rows: SheetRows, t: Words, *, has_names: bool) -> None:
    _table(rows.watches(), "people", t)
    if not has_names:
        st.caption(t("water_page.people_hidden"))
        return
    st.markdown(f"**{t('water_page.rounds')}**")
    _table(rows.rounds(), "rounds", t)
    st.caption(t("water_page.people_help"))


#: Maps of versions that somebody looks at, by language.
_PAGES: WeakKeyDictionary[ShownWater, dict[str, str]] = WeakKeyDictionary()


def _map(context: Context, shown: ShownWater) -> None:
    pages = _PAGES.setdefault(shown, {})
    if context.lang not in pages:
        from dispatch.maps.water import water_map  # a quarter of a second

        # Versions are kept without roads: those of the day lie below the canals.
        now = context.scenario
        drawn = replace(shown.scenario, roads=now.roads, basemap=now.basemap)
        pages[context.lang] = water_map(drawn, shown.dispatch, context.lang)
    components.html(pages[context.lang], height=620)


def _files(context: Context, shown: ShownWater) -> None:
    """Offer the workbook, papers and files; those with names to who may see them."""
    t = context.t
    if shown.violations:
        st.error(t("water_page.bad", count=len(shown.violations)), icon="⛔")
        return
    stem = f"{shown.scenario.name.replace('/', '-')[:40]}-{shown.first_day}"
    makers: dict[str, Callable[[], bytes]] = {
        "water.xlsx": lambda: water_xlsx(shown.scenario, shown.dispatch, None, t.lang),
        "water.json": lambda: _json(shown),
    }
    for name in WATER_PAPERS:
        makers[name] = partial(
            water_paper_pdf, name, shown.scenario, shown.dispatch, None, t.lang
        )
    for name, make in makers.items():
        st.download_button(
            t(f"water_page.{_FILES[name]}"),
            data=make,
            file_name=f"{stem}-{name}",
            key=f"download-{name}",
            width="stretch",
            on_click="ignore",
        )
    if not context.frame.may("edit"):
        return

    def personal() -> bytes:
        context.frame.require("edit")
        return water_paper_pdf(
            DUTY_PAPER, shown.scenario, shown.dispatch, shown.duty, t.lang
        )

    st.download_button(
        t("water_page.file_duty"),
        data=personal,
        file_name=f"{stem}-{DUTY_PAPER}",
        key="download-water-duty",
        icon="🔒",
        width="stretch",
        on_click="ignore",
    )


def _json(shown: ShownWater) -> bytes:
    notices = water_notices(shown.network, shown.dispatch)
    form = drought_form(shown.scenario, shown.dispatch, shown.duty)
    return dispatch_to_json(
        shown.scenario, shown.dispatch, None, notices, form
    ).encode()
