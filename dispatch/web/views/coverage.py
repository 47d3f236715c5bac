"""Situation (情况汇总): who is short today and why; officials change nothing here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from dispatch.day.official import official_day, townships_short
from dispatch.day.official_forms import (
    official_xlsx,
    places_form,
    reasons_form,
    title_of,
)
from dispatch.day.official_paper import official_pdf
from dispatch.day.official_text import answers_of
from dispatch.day.overview import township_days
from dispatch.files.forms import Percent
from dispatch.web import official_charts as charts
from dispatch.web.context import frame_of_page
from dispatch.web.kept import (
    KeptChart,
    KeptTable,
    keep_table,
    show_chart,
    show_table,
)
from dispatch.web.views import drought, helping
from dispatch.web.views.labels import plain
from dispatch.words.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.day.desk import Desk
    from dispatch.day.official import OfficialDay
    from dispatch.day.official_text import Answers
    from dispatch.files.forms import Form
    from dispatch.web.context import Frame
    from dispatch.words.message import Lang

_COUNTY_COLUMNS = (
    "name",
    "state",
    "version",
    "people",
    "people_short",
    "needs_l",
    "planned_l",
    "delivered_l",
    "num_alarms",
    "num_open_calls",
    "num_overdue_calls",
)


def show() -> None:
    """Draw the page."""
    frame = frame_of_page()
    t, desk = frame.t, frame.desk
    if desk is None:
        st.info(t("page.no_township"), icon="ℹ️")
        return
    day = official_day(frame.db, desk.township, desk.date, today=frame.now.date())
    answers = answers_of(day, t, now=frame.now)
    _first_screen(answers)
    _files(frame, day)
    if len(frame.townships) > 1:
        _county(frame, desk)
    shown = _shown(day, t.lang)
    if day.figures is not None:
        _reasons(shown, t)
        _helps(frame, day)
        _places(shown, t)
    drought.show(frame, desk.township, desk.date)
    st.subheader(t("brief.trend", days=len(day.trend)))
    left, right = st.columns(2)
    with left:
        show_chart(shown.trend, name=t("brief.trend_alt"))
        st.caption(t("brief.trend_help"))
    with right:
        show_chart(shown.short, name=t("brief.short_alt"))
        st.caption(t("brief.short_alt"))
    if day.plan is not None and day.scenario is not None:
        _map(frame, day)
    st.caption(plain(answers.definition))


@dataclass(frozen=True, slots=True)
class _Shown:
    """
    Tables and charts of a day.

    Attributes
    ----------
    litres
        None where nobody lives.
    """

    reasons: KeptTable
    places: KeptTable
    litres: KeptChart | None
    trend: KeptChart
    short: KeptChart


# A day that is the same one is the same object.
@lru_cache(maxsize=16)
def _shown(day: OfficialDay, lang: Lang) -> _Shown:
    """Return tables and charts of a day, made once for all who look at it."""
    t = Words(lang)
    reasons = reasons_form(day, t)
    has_people = any(place.l_per_person is not None for place in day.places)
    return _Shown(
        reasons=keep_table(_table(reasons, range(len(reasons.headings)), t)),
        # Place, people, litres a person, delivered and planned, short, reason, help.
        places=keep_table(
            _table(places_form(day, t), (0, 2, 7, 5, 4, 9, 12, 15, 16, 17), t)
        ),
        litres=charts.litres_chart(day, t) if has_people else None,
        trend=charts.trend_chart(day, t),
        short=charts.short_chart(day, t),
    )


def _first_screen(answers: Answers) -> None:
    """Say who is short, by what came and by the plan, why, and what would help."""
    st.title(plain(answers.headline))
    for line in answers.warnings:
        st.warning(plain(line), icon="⚠️")
    st.markdown("\n".join(f"- {plain(line)}" for line in answers.lines))
    if not answers.counts:
        return
    for column, count in zip(
        st.columns(len(answers.counts)), answers.counts, strict=True
    ):
        column.metric(count.label, f"{count.value:,}", border=True)
        column.caption(plain(count.detail))


def _files(frame: Frame, day: OfficialDay) -> None:
    """Offer the forms, the page to print, and the light page."""
    t, now = frame.t, frame.now
    rows = (
        townships_short(frame.db, frame.townships, day.date)
        if len(frame.townships) > 1
        else []
    )
    name = title_of(day, t).replace("/", "-")[:80]
    with st.container(horizontal=True):
        st.download_button(
            t("brief.excel"),
            data=lambda: official_xlsx(day, t, now=now, townships=rows),
            file_name=f"{name}.xlsx",
            type="primary",
            on_click="ignore",
        )
        st.download_button(
            t("brief.pdf"),
            data=lambda: official_pdf(day, t, now=now, townships=rows),
            file_name=f"{name}.pdf",
            on_click="ignore",
        )
        root = st.get_option("server.baseUrlPath").strip("/")
        values = {"township": day.township, "date": day.date, "lang": t.lang}
        address = f"{'/' + root if root else ''}/brief?{urlencode(values)}"
        st.link_button(t("brief.light"), address)


def _county(frame: Frame, desk: Desk) -> None:
    """Show all townships of the day side by side, most people short first."""
    t = frame.t
    rows = township_days(frame.db, frame.townships, desk.date, today=frame.now.date())
    planned, delivered = (
        sum(row.planned_l for row in rows),
        sum(row.delivered_l for row in rows),
    )
    st.subheader(
        t(
            "county.headline",
            count=len(rows),
            date=desk.date,
            delivered=t.litres(delivered),
            planned=t.litres(planned),
        )
    )
    rows.sort(key=lambda row: -row.people_short)
    table = pd.DataFrame([asdict(row) for row in rows])[list(_COUNTY_COLUMNS)]
    table["state"] = [t(f"county.state_{state}") for state in table["state"]]
    table["version"] = table["version"].astype("Int64")
    show_table(
        table.rename(columns={name: t(f"county.{name}") for name in table.columns})
    )


def _reasons(shown: _Shown, t: Words) -> None:
    st.subheader(t("brief.reasons"))
    if shown.reasons.num_rows:
        show_table(shown.reasons)
    else:
        st.success(t("brief.none_short"), icon="✅")


def _helps(frame: Frame, day: OfficialDay) -> None:
    """Say what would help the published plan; it is worked out on another page."""
    t = frame.t
    if day.version is None or day.scenario is None:
        return
    st.subheader(t("helping.title"))
    is_running = helping.follow(frame)
    if day.helps is not None:
        helping.show_helps(day.helps, day.scenario, t)
    elif not is_running:
        st.info(t("helping.none_official"), icon="ℹ️")


def _places(shown: _Shown, t: Words) -> None:
    """Show litres a person, and every place with what it was to get and got."""
    if shown.litres is not None:
        st.subheader(t("brief.litres_chart"))
        show_chart(shown.litres, name=t("brief.litres_alt"))
        st.caption(t("brief.litres_help"))
    st.subheader(t("brief.all_places", count=shown.places.num_rows))
    show_table(shown.places)


def _table(form: Form, columns: Sequence[int], t: Words) -> pd.DataFrame:
    """Return columns of a form as a table of the page."""
    table = pd.DataFrame(
        {
            form.headings[k]: [
                t.percent(row[k]) if isinstance(row[k], Percent) else row[k]  # type: ignore[arg-type]  # a share
                for row in form.rows
            ]
            for k in columns
        }
    )
    for name in table.columns:
        if pd.api.types.is_float_dtype(table[name].dtype):
            table[name] = table[name].astype("Float64").round(1)
    return table


def _map(frame: Frame, day: OfficialDay) -> None:
    """Show places in the colours of what they have now, on the plan's map."""
    t = frame.t
    st.subheader(t("brief.map"))
    root = st.get_option("server.baseUrlPath").strip("/")
    # Another address where the day is another one: the browser then asks again.
    values = {
        "township": day.township,
        "date": day.date,
        "lang": t.lang,
        "at": f"{day.version}-{len(day.reports)}",
    }
    address = f"{'/' + root if root else ''}/brief/map?{urlencode(values)}"
    st.iframe(address, height=480, alt=t("brief.map"))
