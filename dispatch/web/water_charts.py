"""Charts of all the water: turns, slots, who takes how much, what stores hold."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Final

import altair as alt
import pandas as pd

from dispatch.model.need import BANDS
from dispatch.units import DAY_S
from dispatch.water.network_facts import is_origin

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.dispatch import WaterDispatch
    from dispatch.model.water.network import WaterNetwork
    from dispatch.words.words import Words

#: Who takes water, the first at the bottom of a bar; colours that differ in grey too.
TAKERS: Final = ("zones", "trucks", "fields", "losses", "overflow")
_COLOURS: Final = ("#0B5A84", "#D98200", "#2E8B57", "#B9B4A8", "#E3DFD6")
_NIGHT: Final = (22, 5)


def _moment(first_day: dt.date, time_s: float) -> dt.datetime:
    midnight = dt.datetime.combine(first_day, dt.time())
    return midnight + dt.timedelta(seconds=round(time_s))


def turn_bars(
    scenario: Scenario, network: WaterNetwork, dispatch: WaterDispatch, t: Words
) -> pd.DataFrame:
    """
    Return one row a turn: ``row``, ``from``, ``until``, ``what``, ``m3``, ``canal``.

    Parameters
    ----------
    scenario
        Gives names of villages.
    network
        Gives canals and fields.
    dispatch
        With its turns.
    t
        Words in the language of the reader.
    """
    rows = []
    for rota in dispatch.rotas:
        canal = network.canal_by_id[rota.canal_id].name
        for turn in rota.turns:
            block = network.field_by_id[turn.group_id]
            village = scenario.labels.get(block.village_id, block.village_id)
            rows.append(
                (
                    f"{canal} · {village} {block.group}".strip(),
                    _moment(dispatch.plan.first_day, turn.span.start_s),
                    _moment(dispatch.plan.first_day, turn.span.end_s),
                    str(turn.span),
                    round(turn.gross_m3),
                    canal,
                )
            )
    return pd.DataFrame(rows, columns=["row", "from", "until", "what", "m3", "canal"])


def slot_bars(network: WaterNetwork, dispatch: WaterDispatch) -> pd.DataFrame:
    """
    Return one row a slot: ``row``, ``from``, ``until``, ``what``, ``m3``, ``canal``.

    Parameters
    ----------
    network
        Gives names of zones.
    dispatch
        With its slots.
    """
    names = {zone.zone_id: zone.name for zone in network.zones}
    rows = [
        (
            names[slot.zone_id],
            _moment(dispatch.plan.first_day, slot.span.start_s),
            _moment(dispatch.plan.first_day, slot.span.end_s),
            str(slot.span),
            round(slot.total_l / 1000, 1),
            names[slot.zone_id],
        )
        for slot in dispatch.slots.slots
    ]
    return pd.DataFrame(rows, columns=["row", "from", "until", "what", "m3", "canal"])


def timetable(
    bars: pd.DataFrame, dispatch: WaterDispatch, t: Words
) -> alt.LayerChart | alt.FacetChart:
    """
    Return bars by the hour, with the nights shaded.

    Parameters
    ----------
    bars
        From `turn_bars` or `slot_bars`.
    dispatch
        Gives the days.
    t
        Words in the language of the reader.
    """
    plan = dispatch.plan
    days = plan.num_days
    if len(bars):
        # What nobody has is not drawn: a rota of two days fills its chart.
        last = (bars["until"].max() - _moment(plan.first_day, 0)).total_seconds()
        days = int(last // DAY_S) + 1
    start, end = _moment(plan.first_day, 0), _moment(plan.first_day, days * DAY_S)
    evening, morning = _NIGHT
    nights = pd.DataFrame(
        [
            (
                max(start, _moment(plan.first_day, day * DAY_S + evening * 3600)),
                min(end, _moment(plan.first_day, (day + 1) * DAY_S + morning * 3600)),
            )
            for day in range(-1, days)
        ],
        columns=["from", "until"],
    )
    nights = nights.assign(
        **{"from": nights["from"].where(nights["from"] > start, start)}
    )
    x = alt.X(
        "from:T",
        title=None,
        scale=alt.Scale(domain=[start.isoformat(), end.isoformat()], nice=False),
        axis=alt.Axis(
            format="%m-%d %H:%M", labelAngle=0, labelOverlap="greedy", labelFlush=True
        ),
    )
    shade = alt.Chart(nights).mark_rect(color="#E9E6DE").encode(x=x, x2="until:T")
    colour = alt.Color("canal:N", legend=None, scale=alt.Scale(scheme="tableau10"))
    tooltip = [
        alt.Tooltip("row:N", title=t("water_page.who")),
        alt.Tooltip("what:N", title=t("table.time")),
        alt.Tooltip("m3:Q", title=t("water_page.m3"), format=","),
    ]
    drawn = (
        alt.Chart(bars)
        .mark_bar(size=20, stroke="white")
        .encode(
            x=x,
            x2="until:T",
            y=alt.Y("row:N", title=None, sort=None, axis=alt.Axis(labelLimit=210)),
            color=colour,
            tooltip=tooltip,
        )
    )
    height = max(1, bars["row"].nunique()) * 30 + 60
    return alt.layer(shade, drawn).properties(height=height)


def taker_rows(network: WaterNetwork, dispatch: WaterDispatch) -> pd.DataFrame:
    """
    Return what goes where on each day: ``date``, ``taker`` (of `TAKERS`), ``m3``.

    Losses are those of canals, filling included, of stores, of pipes and of the works.

    Parameters
    ----------
    network
        All tables.
    dispatch
        With its days.
    """
    plan = dispatch.plan
    sums: defaultdict[tuple[int, str], float] = defaultdict(float)
    for zone in plan.zones:
        taps = sum(zone.served_l[band] for band in BANDS) / 1000
        sums[zone.day, "zones"] += taps
        sums[zone.day, "losses"] += zone.into_m3 - taps
    for field in plan.fields:
        sums[field.day, "fields"] += field.field_m3
    for run in plan.canals:
        sums[run.day, "losses"] += run.head_m3 - run.end_m3
    for plant in plan.plants:
        sums[plant.day, "losses"] += plant.raw_m3 - plant.treated_m3
    for store in plan.stores:
        sums[store.day, "trucks"] += store.trucks_m3
        sums[store.day, "losses"] += store.loss_m3
        sums[store.day, "overflow"] += store.overflow_m3
    for spill in plan.spills:
        sums[spill.day, "overflow"] += spill.m3
    rows = [
        ((plan.first_day + dt.timedelta(days=day)).isoformat(), taker, amount)
        for day in range(plan.num_days)
        for taker in TAKERS
        if (amount := round(sums[day, taker], 1)) > 0
    ]
    return pd.DataFrame(rows, columns=["date", "taker", "m3"])


def takers_chart(rows: pd.DataFrame, t: Words) -> alt.Chart:
    """
    Return who takes how much, a bar a day.

    Parameters
    ----------
    rows
        From `taker_rows`.
    t
        Words in the language of the reader.
    """
    names = [t(f"water_page.taker_{taker}") for taker in TAKERS]
    named = rows.assign(
        name=rows["taker"].map(dict(zip(TAKERS, names, strict=True))),
        order=rows["taker"].map({taker: n for n, taker in enumerate(TAKERS)}),
    )
    chart: alt.Chart = (
        alt.Chart(named)
        .mark_bar(stroke="white")
        .encode(
            x=alt.X("date:O", title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("m3:Q", title=t("water_page.m3")),
            order="order:Q",
            color=alt.Color(
                "name:N",
                title=None,
                scale=alt.Scale(domain=names, range=list(_COLOURS)),
                legend=alt.Legend(orient="bottom"),
            ),
            tooltip=[
                alt.Tooltip("date:O", title=t("table.time")),
                alt.Tooltip("name:N", title=t("water_page.who")),
                alt.Tooltip("m3:Q", title=t("water_page.m3"), format=",.0f"),
            ],
        )
        .properties(height=300)
    )
    return chart


def store_rows(
    network: WaterNetwork, dispatch: WaterDispatch, t: Words
) -> pd.DataFrame:
    """
    Return what each store has and for how many days it lasts at this pace.

    Columns are headings in the language of the reader: store, stock now, dead, kept
    for people, taken a day, comes a day, stock at the end, days left.

    Parameters
    ----------
    network
        All tables.
    dispatch
        With its days.
    t
        Words in the language of the reader.

    Notes
    -----
    Days left count what is above dead water, at the mean of the days planned: taken
    and lost, less what comes. A store that does not fall has no end.
    """
    plan = dispatch.plan
    rows = []
    for node_id, store in network.store_by_node.items():
        days = [row for row in plan.stores if row.node_id == node_id]
        if not days:
            continue
        out = sum(r.out_m3 + r.trucks_m3 + r.loss_m3 for r in days) / len(days)
        comes = sum(r.inflow_m3 + r.in_m3 for r in days) / len(days)
        falls = out - comes
        usable = store.stock_m3 - store.dead_m3
        lasts = f"{usable / falls:.1f}" if falls > 0.05 else "∞"
        rows.append(
            (
                network.node_by_id[node_id].name,
                round(store.stock_m3),
                round(store.dead_m3),
                round(max(0.0, days[-1].floor_m3 - store.dead_m3)),
                round(out),
                round(comes),
                round(days[-1].end_m3),
                lasts,
            )
        )
    names = ("store", "stock", "dead", "reserve", "out", "comes", "end", "lasts")
    return pd.DataFrame(rows, columns=[t(f"water_page.store_{n}") for n in names])


def released_m3(network: WaterNetwork, dispatch: WaterDispatch) -> float:
    """
    Return what is let out of stores and rivers in all days.

    Parameters
    ----------
    network
        Gives where canals start.
    dispatch
        With its days.
    """
    return sum(
        run.head_m3
        for run in dispatch.plan.canals
        if is_origin(network, network.canal_by_id[run.canal_id].from_node)
    )
