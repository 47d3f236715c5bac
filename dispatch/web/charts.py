"""Charts: the timetable and the bands against what is possible."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from dispatch.maps.palette import LEVEL_SIGNS, truck_signs
from dispatch.units import format_clock

if TYPE_CHECKING:
    from dispatch.coverage import Coverage
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.words.words import Words

#: Hours as 07:30.
_CLOCK = (
    "format(floor(datum.value), '02d') + ':' + "
    "format(round((datum.value % 1) * 60), '02d')"
)
_COLOURS = {"fill": "#0B6FA4", "deliver": "#1B7F4B", "break": "#8A6D3B"}


def timetable_rows(scenario: Scenario, plan: Plan, t: Words) -> pd.DataFrame:
    """
    Return one row per bar of the timetable.

    Columns ``truck`` (letter and id), ``kind`` (drive, wait, fill, deliver, break),
    ``start_h``, ``end_h``, ``sign`` (what is written on the bar), ``what``,
    ``place``, ``litres``, ``time``.

    Parameters
    ----------
    scenario
        The day to plan.
    plan
        The plan to look at.
    t
        Words in the language of the reader.
    """
    signs = truck_signs(scenario)
    rows: list[tuple[Any, ...]] = []
    for route in plan.routes:
        sign = signs.get(route.truck_id)
        truck = f"{sign.letter if sign else '?'} · {route.truck_id}"
        for before, after in itertools.pairwise(route.stops):
            place = scenario.label(after.place_id)
            spans = (
                ("drive", before.end_s, after.arrive_s, 0),
                ("wait", after.arrive_s, after.start_s, 0),
                (after.kind, after.start_s, after.end_s, after.litres),
            )
            for kind, start_s, end_s, litres in spans:
                if end_s <= start_s or kind in {"depart", "return"}:
                    continue
                mark = t(f"gantt.{kind}_sign") if kind in _COLOURS else ""
                time = f"{format_clock(start_s)}–{format_clock(end_s)}"
                what = t(f"gantt.{kind}")
                rows.append(
                    (
                        truck,
                        kind,
                        start_s / 3600,
                        end_s / 3600,
                        mark,
                        what,
                        place,
                        litres,
                        time,
                    )
                )
    columns = [
        "truck",
        "kind",
        "start_h",
        "end_h",
        "sign",
        "what",
        "place",
        "litres",
        "time",
    ]
    return pd.DataFrame(rows, columns=columns)


def timetable_chart(
    scenario: Scenario, plan: Plan, t: Words
) -> alt.LayerChart | alt.FacetChart:
    """
    Return the day of every truck as bars; letters on them say what they are.

    Parameters
    ----------
    scenario
        The day to plan.
    plan
        The plan to look at.
    t
        Words in the language of the reader.
    """
    rows = timetable_rows(scenario, plan, t)
    start = float(rows["start_h"].min()) if len(rows) else 6.0
    end = float(rows["end_h"].max()) if len(rows) else 18.0
    x = alt.X(
        "start_h:Q",
        title=f"{t('table.time')} {scenario.date}",
        scale=alt.Scale(domain=[int(start), int(end) + 1], nice=False),
        axis=alt.Axis(labelExpr=_CLOCK, tickMinStep=1, orient="top"),
    )
    y = alt.Y("truck:N", title=None, sort=None, axis=alt.Axis(labelLimit=160))
    tooltip = [
        alt.Tooltip("time:N", title=t("table.time")),
        alt.Tooltip("what:N", title=t("table.what")),
        alt.Tooltip("place:N", title=t("table.place")),
        alt.Tooltip("litres:Q", title=t("table.litres"), format=","),
    ]
    base = alt.Chart(rows).encode(x=x, x2="end_h:Q", y=y, tooltip=tooltip)
    kinds = list(_COLOURS)
    labels = "{" + ",".join(f"'{kind}':'{t(f'gantt.{kind}')}'" for kind in kinds) + "}"
    colour = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=kinds, range=list(_COLOURS.values())),
        legend=alt.Legend(orient="bottom", labelExpr=f"{labels}[datum.value]"),
    )
    bars = base.transform_filter(
        alt.FieldOneOfPredicate(field="kind", oneOf=kinds)
    ).mark_bar(size=22, stroke="white")
    driving = base.transform_filter(alt.datum.kind == "drive").mark_rule(
        strokeWidth=3, color="#666666"
    )
    waiting = base.transform_filter(alt.datum.kind == "wait").mark_rule(
        strokeWidth=2, color="#AAAAAA", strokeDash=[2, 4]
    )
    signs = (
        # A sign wider than its bar would lie over the next: phones show fewer.
        base.transform_filter(
            f"(datum.end_h - datum.start_h) * width > {13 * (end - start):g}"
        )
        .transform_calculate(middle="(datum.start_h + datum.end_h) / 2")
        .mark_text(color="white", fontSize=11, fontWeight="bold")
        .encode(x="middle:Q", x2=alt.value(0), text="sign:N")
    )
    signs.encoding.x2 = alt.Undefined
    # Streamlit fits axis, title and legend into the height as well.
    height = max(1, rows["truck"].nunique()) * 32 + 120
    return alt.layer(driving, waiting, bars.encode(color=colour), signs).properties(
        height=height
    )


def bands_chart(figures: Coverage, t: Words) -> alt.LayerChart | alt.FacetChart:
    """
    Return every band: need as outline, served filled, bound as a tick.

    Parameters
    ----------
    figures
        The figures of the plan.
    t
        Words in the language of the reader.
    """
    rows = figures.bands.reset_index()
    rows = rows[rows["need_l"] > 0].copy()
    rows["name"] = [t(f"band.{band}") for band in rows["band"]]
    rows["text"] = [t.percent(float(value)) for value in rows["coverage"]]
    for name in ("need_l", "served_l", "bound_l"):
        rows[name] = rows[name].astype("Float64") / 1000
    tooltip = [
        alt.Tooltip("name:N", title=t("table.band")),
        alt.Tooltip("need_l:Q", title=t("chart.need"), format=",.1f"),
        alt.Tooltip("served_l:Q", title=t("chart.served"), format=",.1f"),
        alt.Tooltip("bound_l:Q", title=t("chart.bound"), format=",.1f"),
    ]
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=150)),
        tooltip=tooltip,
    )
    x_title = t("chart.tonnes")
    colour = LEVEL_SIGNS["basic"].colour
    return alt.layer(
        base.mark_bar(fill="#EDEAE3", stroke="#777777", size=20).encode(
            x=alt.X("need_l:Q", title=x_title)
        ),
        base.mark_bar(color=colour, size=20).encode(x="served_l:Q"),
        base.mark_tick(color="#B3261E", thickness=3, size=28).encode(x="bound_l:Q"),
        base.mark_text(align="left", dx=6, fontWeight="bold").encode(
            x="need_l:Q", text="text:N"
        ),
    ).properties(height=max(1, len(rows)) * 36 + 60)
