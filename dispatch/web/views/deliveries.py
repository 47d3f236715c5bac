"""Deliveries (送达): planned against reported, and reports typed in from paper."""

from __future__ import annotations

import datetime as dt
import secrets
import tempfile
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from dispatch import settings
from dispatch.day.event_photos import EventPicture, event_photos, read_event_photo
from dispatch.day.following import Followed, FollowedDay, follow_day
from dispatch.day.reporting import report_from, take_reports
from dispatch.day.tally import read_tally
from dispatch.errors import DispatchError
from dispatch.units import format_clock
from dispatch.web.context import context_of_page, shown_error
from dispatch.web.kept import KeptTable, keep_columns, show_table
from dispatch.web.views import sheets
from dispatch.web.views.labels import plain, truck_label
from dispatch.words.words import Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.day.reporting import Answer
    from dispatch.model.scenario import Scenario
    from dispatch.operations.alarms import Alarm
    from dispatch.operations.ledger import Report
    from dispatch.web.context import Context
    from dispatch.words.message import Lang

_NEWS: Final = "deliver_news"
_VIEWS: Final = ("stops", "type", "other", "sheets")
_PICTURES_IN_A_ROW: Final = 3
#: What can become of a visit.
_RESULTS: Final = ("delivered", "refused", "impossible")
_MARKS: Final = {
    "open": "⬜",
    "arrived": "🟡",
    "done": "✅",
    "refused": "🚫",
    "impossible": "⛔",
}


def show() -> None:
    """Draw the page."""
    context = context_of_page()
    if context is None:
        return
    t = context.t
    day = follow_day(context.db, context.desk.township, context.desk.date)
    st.title(
        t(
            "deliver.headline",
            delivered=t.litres(day.delivered_l),
            planned=t.litres(day.planned_l),
            done=day.num_visits_done,
            visits=day.num_visits,
        )
    )
    if day.version is None:
        st.info(t("deliver.no_plan"), icon="ℹ️")
    news = st.session_state.pop(_NEWS, None)
    with st.container():  # stays where it is, as in requests
        if news:
            st.success(news, icon="✅")
    show_alarms(day.alarms, context.scenario, t)
    views = _VIEWS if context.frame.may("report") else ("stops", "sheets")
    view = st.segmented_control(
        t("deliver.view"),
        views,
        format_func=lambda name: t(f"deliver.view_{name}"),
        default=views[0],
        required=True,
        key="deliver_view",
        label_visibility="collapsed",
    )
    if view == "type":
        _type_sheet(context, day)
    elif view == "other":
        _other(context)
    elif view == "sheets":
        sheets.show(context)
    else:
        _stops(context, day)


def show_alarms(alarms: Sequence[Alarm], scenario: Scenario, t: Words) -> None:
    """
    Say what does not fit together, and whom to ask.

    Parameters
    ----------
    alarms
        Of the day.
    scenario
        The day, for names.
    t
        Words in the language of the reader.
    """
    if not alarms:
        return
    title = t("deliver.alarms", count=len(alarms))
    with st.expander(title, icon="🔔", expanded=len(alarms) <= 6):
        for alarm in alarms:
            truck = truck_label(scenario, alarm.truck)
            place = scenario.label(alarm.place) if alarm.place else ""
            where = t("unit.comma").join(part for part in (truck, place) if part)
            told = t("unit.of", name=where, what=alarm.message.text(t.lang))
            st.text(f"{alarm.at:%H:%M} {told}")


def _stops(context: Context, day: FollowedDay) -> None:
    """List every planned stop with what was reported of it, by truck."""
    t, scenario = context.t, context.scenario
    trucks = list(dict.fromkeys(each.truck for each in day.stops))
    kept = _kept_stops(_Followed(day, scenario), t.lang)
    pictures = _pictures(context)
    others = [truck for truck in pictures if truck not in trucks]
    for truck in trucks:
        rows = [each for each in day.stops if each.truck == truck]
        visits = [each for each in rows if each.is_visit]
        ended = sum(each.state in ("done", "refused", "impossible") for each in visits)
        planned = sum(each.stop.litres for each in visits)
        came = sum(
            report.litres or 0
            for report in day.reports
            if report.truck == truck and report.kind == "delivered"
        )
        title = t(
            "deliver.truck",
            truck=truck_label(scenario, truck),
            done=ended,
            visits=len(visits),
            delivered=t.litres(came),
            planned=t.litres(planned),
        )
        with st.expander(plain(title), icon="🚚"):
            show_table(kept[truck])
            if truck in pictures:
                _show_pictures(context, truck, pictures[truck])
    if day.unplanned:
        st.markdown(f"**{t('deliver.unplanned')}**")
        show_table(_reports_table(day.unplanned, scenario, t))
    for truck in others:
        _show_pictures(context, truck, pictures[truck])


def _pictures(context: Context) -> dict[str, list[EventPicture]]:
    """Return what drivers sent, by truck; nothing for who only reads figures."""
    by_truck: dict[str, list[EventPicture]] = {}
    if context.frame.may("report"):
        desk = context.desk
        for picture in event_photos(context.db, desk.township, desk.date):
            by_truck.setdefault(picture.truck, []).append(picture)
    return by_truck


def _show_pictures(
    context: Context, truck: str, pictures: Sequence[EventPicture]
) -> None:
    """Show the pictures of a truck once somebody wants to see them."""
    t, desk, scenario = context.t, context.desk, context.scenario
    name = truck_label(scenario, truck)
    title = t("deliver.photos", truck=name, count=len(pictures))
    if not st.toggle(plain(title), key=f"photos {context.key} {truck}"):
        return
    context.frame.require("report")
    columns: Sequence[Any] = ()
    for number, picture in enumerate(pictures):
        if number % _PICTURES_IN_A_ROW == 0:
            columns = st.columns(_PICTURES_IN_A_ROW)
        with columns[number % _PICTURES_IN_A_ROW]:
            st.text(
                t(
                    "deliver.photo",
                    time=f"{picture.at:%H:%M}",
                    work=t(f"deliver.report_{picture.kind}"),
                    place=scenario.label(picture.place),
                )
            )
            content = read_event_photo(
                context.db,
                settings.photos_folder(),
                desk.township,
                desk.date,
                picture.key,
            )
            if content is None:
                st.caption(t("deliver.photo_gone"))
            else:
                st.image(content, width="stretch")


@dataclass(frozen=True, slots=True)
class _Followed:
    """A day as it is followed, the same as another one where it is that object."""

    day: FollowedDay
    scenario: Scenario

    def __hash__(self) -> int:
        return hash((id(self.day), id(self.scenario)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Followed)
            and self.day is other.day
            and self.scenario is other.scenario
        )


@lru_cache(maxsize=16)
def _kept_stops(followed: _Followed, lang: Lang) -> dict[str, KeptTable]:
    """Return the stops of every truck as a table, made once for all who look."""
    rows: dict[str, list[Followed]] = defaultdict(list)
    for each in followed.day.stops:
        rows[each.truck].append(each)
    t = Words(lang)
    return {
        truck: stops_table(stops, followed.scenario, t) for truck, stops in rows.items()
    }


def stops_table(rows: Sequence[Followed], scenario: Scenario, t: Words) -> KeptTable:
    """
    Return planned stops beside what was reported.

    Parameters
    ----------
    rows
        Stops of one truck.
    scenario
        The day, for names.
    t
        Words in the language of the reader.
    """
    rows = [each for each in rows if each.stop.kind in ("fill", "deliver")]
    reports = [each.report for each in rows]
    columns: dict[str, list[Any]] = {
        "state": [
            f"{_MARKS[each.state]} {t(f'deliver.state_{each.state}')}" for each in rows
        ],
        "at": [format_clock(each.stop.start_s) for each in rows],
        "place": [scenario.label(each.stop.place_id) for each in rows],
        "work": [t(f"deliver.kind_{each.stop.kind}") for each in rows],
        "planned": [each.stop.litres for each in rows],
        "reported_at": [f"{report.at:%H:%M}" if report else "" for report in reports],
        "litres": [report.litres if report else None for report in reports],
        "chlorine": [report.chlorine_mg_l if report else None for report in reports],
        "reason": [report.reason if report else "" for report in reports],
    }
    return keep_columns(
        {t(f"deliver.{name}"): values for name, values in columns.items()},
        whole=[t("deliver.planned"), t("deliver.litres")],
        real=[t("deliver.chlorine")],
    )


def _reports_table(
    reports: Sequence[Report], scenario: Scenario, t: Words
) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "reported_at": [f"{report.at:%H:%M}" for report in reports],
            "truck_choose": [truck_label(scenario, report.truck) for report in reports],
            "work": [t(f"deliver.report_{report.kind}") for report in reports],
            "place": [scenario.label(report.place) for report in reports],
            "litres": pd.array([r.litres for r in reports], dtype="Int64"),
            "reason": [report.reason for report in reports],
        }
    )
    return table.rename(columns={name: t(f"deliver.{name}") for name in table.columns})


def _type_sheet(context: Context, day: FollowedDay) -> None:
    """Let a truck's paper sheet be typed in: one row a stop, one button."""
    t, scenario = context.t, context.scenario
    trucks = list(dict.fromkeys(each.truck for each in day.stops))
    if not trucks:
        st.info(t("deliver.no_plan"), icon="ℹ️")
        return
    truck = st.selectbox(
        t("deliver.truck_choose"),
        trucks,
        format_func=lambda truck: truck_label(scenario, truck),
        key="deliver_truck",
        filter_mode=None,
    )
    rows = [
        each
        for each in day.stops
        if each.truck == truck and each.stop.kind in ("fill", "deliver")
    ]
    st.caption(t("deliver.type_help"))
    known = tuple(each.report.key if each.report else "" for each in rows)
    with st.form(f"tally-{context.key}-{truck}-{hash(known)}", border=False):
        edited = st.data_editor(
            _typing_table(rows, scenario, t),
            hide_index=True,
            width="stretch",
            num_rows="fixed",
            column_config=_typing_columns(t),
            key=f"typing-{context.key}-{truck}-{hash(known)}",
        )
        is_sent = st.form_submit_button(
            t("deliver.save"), type="primary", icon="💾", width="stretch"
        )
    if is_sent:
        _take_sheet(context, str(truck), rows, edited)


def _typing_table(
    rows: Sequence[Followed], scenario: Scenario, t: Words
) -> pd.DataFrame:
    """Return what is planned, and cells for what happened, as text."""
    reports = [each.report for each in rows]
    return pd.DataFrame(
        {
            "planned_at": [format_clock(each.stop.start_s) for each in rows],
            "place": [
                f"{t(f'deliver.kind_{each.stop.kind}')} "
                f"{scenario.label(each.stop.place_id)}"
                for each in rows
            ],
            "planned": [each.stop.litres for each in rows],
            "at": [f"{r.at:%H:%M}" if r else "" for r in reports],
            "litres": [
                "" if r is None or r.litres is None else str(r.litres) for r in reports
            ],
            "chlorine": [
                "" if r is None or r.chlorine_mg_l is None else f"{r.chlorine_mg_l:g}"
                for r in reports
            ],
            "result": [
                t(f"deliver.report_{r.kind}")
                if r is not None and r.kind in ("refused", "impossible")
                else ""
                for r in reports
            ],
            "reason": [r.reason if r else "" for r in reports],
        }
    )


def _typing_columns(t: Words) -> dict[str, Any]:
    results = ["", *(t(f"deliver.report_{name}") for name in _RESULTS[1:])]
    column = st.column_config
    return {
        "planned_at": column.TextColumn(t("deliver.at"), disabled=True),
        "place": column.TextColumn(t("deliver.place"), disabled=True, pinned=True),
        "planned": column.NumberColumn(t("deliver.planned"), disabled=True),
        "at": column.TextColumn(t("deliver.reported_at"), help="07:12"),
        "litres": column.TextColumn(t("deliver.litres")),
        "chlorine": column.TextColumn(t("deliver.chlorine")),
        "result": column.SelectboxColumn(t("deliver.result"), options=results),
        "reason": column.TextColumn(t("deliver.reason"), max_chars=2000),
    }


def _take_sheet(
    context: Context, truck: str, rows: Sequence[Followed], edited: pd.DataFrame
) -> None:
    """Take in the rows that say something new; each row's fault is told by itself."""
    t = context.t
    before = _typing_table(rows, context.scenario, t)
    reports, problems = [], []
    for idx, each in enumerate(rows):
        cells = {
            name: _text(edited[name].iloc[idx])
            for name in ("at", "litres", "chlorine", "result", "reason")
        }
        same = all(cells[name] == before[name].iloc[idx] for name in cells)
        if same or not any(cells.values()):
            continue
        try:
            reports.append(_typed_report(context, truck, each, cells))
        except DispatchError as error:
            place = context.scenario.label(each.stop.place_id)
            why = error.text(context.lang)
            problems.append(t("unit.of", name=place, what=why))
    if problems:
        for problem in problems:
            st.error(problem, icon="⛔")
        return
    if reports:
        _take(context, reports)


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value).strip()


def _typed_report(
    context: Context, truck: str, each: Followed, cells: dict[str, str]
) -> Report:
    t, old = context.t, each.report
    kinds = {t(f"deliver.report_{name}"): name for name in _RESULTS[1:]}
    done = "filled" if each.stop.kind == "fill" else "delivered"
    kind = kinds.get(cells["result"], done)
    litres = cells["litres"]
    if kind == done and not litres:
        litres = str(each.stop.litres)
    values = {
        "key": f"web-{secrets.token_hex(12)}",
        "kind": kind,
        "truck": truck,
        "place": each.stop.place_id,
        "litres": litres if kind == done else None,
        # Colons of Chinese keyboards are as wide as letters.
        "at": unicodedata.normalize("NFKC", cells["at"])
        or format_clock(each.stop.start_s),
        "chlorine": cells["chlorine"],
        "reason": cells["reason"],
        "corrects": old.key if old is not None else None,
    }
    return report_from(
        values, date=context.desk.date, sender=context.frame.account.name
    )


def _take(context: Context, reports: Sequence[Report]) -> None:
    frame = context.frame
    answers: list[Answer] = []

    def act() -> None:
        frame.require("report")
        answers.extend(
            take_reports(
                context.db, context.desk.township, reports, received_at=frame.now
            )
        )

    if shown_error(frame, act):
        places = {each.key: context.scenario.label(each.place) for each in reports}
        _tell(context, answers, places)


def _tell(
    context: Context, answers: Sequence[Answer], places: Mapping[str, str]
) -> None:
    """Say what became of reports; a page that took them all is drawn anew."""
    t = context.t
    refused = [answer for answer in answers if answer.message is not None]
    for answer in refused:
        if answer.message is not None:
            place = places.get(answer.key) or answer.key
            why = answer.message.text(context.lang)
            text = t("unit.of", name=place, what=why) if place else why
            st.error(plain(text), icon="⛔")
    taken = sum(answer.status == "new" for answer in answers)
    known = sum(answer.status == "known" for answer in answers)
    text = t("deliver.taken", new=taken, known=known)
    if refused:
        st.warning(text, icon="⚠️")
        return
    st.session_state[_NEWS] = text
    st.rerun()


def _other(context: Context) -> None:
    """Take in what no sheet has: another report, a reading, a whole file."""
    t = context.t
    with st.expander(t("deliver.one"), icon="✏️", expanded=True):
        _one(context)
    with st.expander(t("deliver.reading"), icon="📏"):
        _reading(context)
    with st.expander(t("deliver.file"), icon="📄"):
        _file(context)


def _clock_input(context: Context, label: str, key: str) -> dt.time:
    now = context.frame.now
    value = now.time() if context.desk.date == now.date() else dt.time(12)
    return st.time_input(
        label, value=value.replace(second=0, microsecond=0), key=key, step=60
    )


def _one(context: Context) -> None:
    t, scenario = context.t, context.scenario
    kinds = (*_RESULTS, "filled", "returned", "confirmed")
    places = {
        **{v.village_id: scenario.label(v.village_id) for v in scenario.all_villages},
        **{s.source_id: scenario.label(s.source_id) for s in scenario.all_sources},
        **{d.depot_id: scenario.label(d.depot_id) for d in scenario.depots},
    }
    with st.form("one_report", border=False, clear_on_submit=True):
        columns = st.columns(2)
        truck = columns[0].selectbox(
            t("deliver.truck_choose"),
            [each.truck_id for each in scenario.all_trucks],
            format_func=lambda truck: truck_label(scenario, truck),
        )
        kind = columns[1].selectbox(
            t("deliver.result"), kinds, format_func=lambda k: t(f"deliver.report_{k}")
        )
        place = st.selectbox(
            t("deliver.place"),
            list(places),
            index=None,
            format_func=lambda place: places[place],
        )
        left, middle, right = st.columns(3)
        litres = left.number_input(t("deliver.litres"), 0, 1_000_000, None)
        chlorine = middle.number_input(
            t("deliver.chlorine"), 0.0, 100.0, None, step=0.05
        )
        with right:
            at = _clock_input(context, t("deliver.reported_at"), "one_at")
        reason = st.text_input(t("deliver.reason"), max_chars=2000)
        if not st.form_submit_button(t("deliver.save"), type="primary"):
            return
    values = {
        "kind": kind,
        "truck": truck,
        "place": place or "",
        "litres": litres,
        "chlorine": chlorine,
        "at": f"{at:%H:%M}",
        "reason": reason,
    }
    _take_values(context, values)


def _take_values(context: Context, values: Mapping[str, object]) -> None:
    try:
        report = report_from(
            {**values, "key": f"web-{secrets.token_hex(12)}"},
            date=context.desk.date,
            sender=context.frame.account.name,
        )
    except DispatchError as error:
        st.error(plain(error.text(context.lang)), icon="⛔")
        return
    _take(context, [report])


def _reading(context: Context) -> None:
    t, scenario = context.t, context.scenario
    places = {
        **{s.source_id: scenario.label(s.source_id) for s in scenario.all_sources},
        **{v.village_id: scenario.label(v.village_id) for v in scenario.all_villages},
    }
    with st.form("reading", border=False, clear_on_submit=True):
        place = st.selectbox(
            t("deliver.reading_place"),
            list(places),
            index=None,
            format_func=lambda place: places[place],
        )
        columns = st.columns(2)
        litres = columns[0].number_input(
            t("deliver.reading_litres"), 0, 1_000_000, None
        )
        with columns[1]:
            at = _clock_input(context, t("deliver.reported_at"), "reading_at")
        if not st.form_submit_button(t("deliver.save"), type="primary"):
            return
    _take_values(
        context,
        {
            "kind": "reading",
            "place": place or "",
            "litres": litres,
            "at": f"{at:%H:%M}",
        },
    )


def _file(context: Context) -> None:
    """Take in a file of many reports, as ``dispatch day report --file`` does."""
    t, frame = context.t, context.frame
    st.markdown(t("deliver.file_help"))
    file = st.file_uploader(
        t("deliver.file"), type=["xlsx", "csv", "jsonl"], key="tally_file"
    )
    if file is None or not st.button(t("deliver.file_read"), key="tally_read"):
        return
    answers: list[Answer] = []

    def act() -> None:
        frame.require("report")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"tally{Path(file.name).suffix.lower()}"
            path.write_bytes(file.getvalue())
            answers.extend(
                read_tally(
                    context.db,
                    context.desk.township,
                    context.desk.date,
                    path,
                    sender=frame.account.name,
                    received_at=frame.now,
                )
            )

    if shown_error(frame, act):
        _tell(context, answers, {})
