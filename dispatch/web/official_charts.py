"""Charts of officials: days beside each other, and litres a person by place."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

import altair as alt
import pandas as pd

from dispatch.day.official_text import short_name
from dispatch.maps.palette import LEVEL_SIGNS
from dispatch.web.kept import KeptChart, spec_of, stream_of
from dispatch.words.words import Words

if TYPE_CHECKING:
    from dispatch.day.official import OfficialDay
    from dispatch.words.message import Lang

#: Places of the chart, the worst off first; the tables have all.
MAX_BARS: Final = 25


def trend_rows(day: OfficialDay, t: Words) -> pd.DataFrame:
    """
    Return one row per day of the trend.

    Columns ``date`` (month and day), ``planned``, ``delivered`` (tonnes), ``short``
    (people, NA for a day that was not kept).

    Parameters
    ----------
    day
        As from `official_day`.
    t
        Words in the language of the reader.
    """
    rows = [
        (
            f"{each.date:%m-%d}",
            each.planned_l / 1000,
            each.delivered_l / 1000,
            each.short,
            "–"
            if each.short is None
            else t("official.of", part=f"{each.short:,}", whole=f"{each.people:,}"),
        )
        for each in day.trend
    ]
    columns = ["date", "planned", "delivered", "short", "of"]
    return pd.DataFrame(rows, columns=columns).astype({"short": "Int64"})


def _days(t: Words) -> alt.Chart:
    tooltip = [
        alt.Tooltip("date:N", title=t("form.date")),
        alt.Tooltip("planned:Q", title=t("brief.chart_planned"), format=",.1f"),
        alt.Tooltip("delivered:Q", title=t("brief.chart_delivered"), format=",.1f"),
        alt.Tooltip("of:N", title=t("form.short")),
    ]
    axis = alt.Axis(labelAngle=-45)
    return alt.Chart(alt.NamedData("days")).encode(
        x=alt.X("date:N", title=None, sort=None, axis=axis), tooltip=tooltip
    )


def trend_chart(day: OfficialDay, t: Words) -> KeptChart:
    """
    Return the days with what was planned as outlines, and what came as filled bars.

    Parameters
    ----------
    day
        As from `official_day`.
    t
        Words in the language of the reader.
    """
    return KeptChart(_trend(t.lang), {"days": stream_of(trend_rows(day, t))})


# Drawing up a chart takes 50 times as long as filling it.
@cache
def _trend(lang: Lang) -> str:
    t = Words(lang)
    base = _days(t)
    outlines = base.mark_bar(fill="#EDEAE3", stroke="#777777")
    filled = base.mark_bar(color=LEVEL_SIGNS["basic"].colour, size=12)
    chart = alt.layer(
        outlines.encode(y=alt.Y("planned:Q", title=t("chart.tonnes"))),
        filled.encode(y="delivered:Q"),
    )
    return spec_of(chart.properties(height=200))


def short_chart(day: OfficialDay, t: Words) -> KeptChart:
    """
    Return people below the basic standard by day.

    Parameters
    ----------
    day
        As from `official_day`.
    t
        Words in the language of the reader.
    """
    return KeptChart(_short(t.lang), {"days": stream_of(trend_rows(day, t))})


@cache
def _short(lang: Lang) -> str:
    t = Words(lang)
    colour = LEVEL_SIGNS["below"].colour
    point = alt.OverlayMarkDef(color=colour, shape="square", size=60)
    y = alt.Y("short:Q", title=t("form.short"), axis=alt.Axis(format=",d"))
    chart = _days(t).mark_line(color=colour, point=point)
    return spec_of(chart.encode(y=y).properties(height=200))


def litres_chart(day: OfficialDay, t: Words) -> KeptChart:
    """
    Return litres a person of the places worst off, with lines at the standards.

    Parameters
    ----------
    day
        As from `official_day`; it has places.
    t
        Words in the language of the reader.
    """
    lived_in = [place for place in day.places if place.l_per_person is not None]
    lived_in.sort(key=lambda place: place.l_per_person or 0.0)
    rows = pd.DataFrame(
        [
            (
                short_name(place.name),
                place.l_per_person,
                place.planned_l_per_person,
                t(f"level.{place.level}"),
                LEVEL_SIGNS[place.level].sign,
                LEVEL_SIGNS[place.level].colour,
            )
            for place in lived_in[:MAX_BARS]
        ],
        columns=["name", "litres", "planned", "level", "sign", "colour"],
    )
    need: Any = None if day.scenario is None else day.scenario.need
    marks = pd.DataFrame(
        [
            (getattr(need, f"{name}_l_per_person"), t(f"standard.{name}"))
            for name in ("survival", "basic", "normal")
        ],
        columns=["at", "standard"],
    )
    data = {"places": stream_of(rows), "standards": stream_of(marks)}
    return KeptChart(_litres(t.lang, len(rows)), data)


@lru_cache(maxsize=64)
def _litres(lang: Lang, num_rows: int) -> str:
    t = Words(lang)
    base = alt.Chart(alt.NamedData("places")).encode(
        y=alt.Y(
            "name:N",
            title=None,
            sort=None,
            axis=alt.Axis(labelLimit=150, labelOverlap=False),
        ),
        tooltip=[
            alt.Tooltip("name:N", title=t("form.place")),
            alt.Tooltip("litres:Q", title=t("form.per_person"), format=".1f"),
            alt.Tooltip("planned:Q", title=t("form.planned_per_person"), format=".1f"),
            alt.Tooltip("level:N", title=t("form.level")),
        ],
    )
    bars = base.mark_bar(size=14).encode(
        x=alt.X("litres:Q", title=t("form.per_person")),
        color=alt.Color("colour:N", scale=None),
    )
    signs = base.mark_text(align="left", dx=4, fontWeight="bold").encode(
        x="litres:Q", text="sign:N"
    )
    planned = base.mark_tick(color="#333333", thickness=2, size=16).encode(
        x="planned:Q"
    )
    marks = alt.Chart(alt.NamedData("standards"))
    lines = marks.mark_rule(strokeDash=[4, 3], color="#555555")
    names = marks.mark_text(align="left", dx=3, baseline="top", fontSize=11)
    chart = alt.layer(
        bars,
        signs,
        planned,
        lines.encode(x="at:Q"),
        names.encode(x="at:Q", y=alt.value(-14), text="standard:N"),
    )
    return spec_of(chart.properties(height=max(2, num_rows) * 24 + 70))
