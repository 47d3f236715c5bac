"""The days ahead: who must get water when, so that nobody runs dry."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dispatch.operations.ahead import days_ahead
from dispatch.operations.stocks import days_left
from dispatch.web.kept import show_table

if TYPE_CHECKING:
    from dispatch.day.following import FollowedDay
    from dispatch.web.context import Context

_MAX_NAMES = 6


def show(context: Context, day: FollowedDay) -> None:
    """
    Show litres by place and day.

    Parameters
    ----------
    context
        The first of the days.
    day
        The same, followed: its plan says what trucks bring in a day.
    """
    t, scenario = context.t, context.scenario
    num = st.segmented_control(
        t("ahead.days"), (3, 5, 7), default=3, required=True, key="ahead_days"
    )
    st.caption(t("ahead.help"))
    capacity_l = day.planned_l or None
    if capacity_l is not None:
        st.caption(t("ahead.capacity", litres=t.litres(capacity_l)))
    coming = days_ahead(scenario, int(num or 3), capacity_l=capacity_l)
    rows: dict[str, dict[str, str]] = {}
    for each in coming:
        for turn in each.turns:
            mark = "‼ " if turn.is_due else ""
            cells = rows.setdefault(turn.village_id, {})
            cells[f"{each.date:%m-%d}"] = f"{mark}{turn.litres:,}"
    table = pd.DataFrame(
        [
            {
                t("ahead.place"): scenario.label(village.village_id),
                t("ahead.left"): _days(days_left(village, scenario.need)),
                **{
                    f"{each.date:%m-%d}": rows.get(village.village_id, {}).get(
                        f"{each.date:%m-%d}", ""
                    )
                    for each in coming
                },
            }
            for village in scenario.villages
        ]
    )
    show_table(table)
    for each in coming:
        if each.short:
            names = [scenario.label(place) for place in [*each.short][:_MAX_NAMES]]
            st.warning(
                t(
                    "ahead.short",
                    date=each.date,
                    count=len(each.short),
                    names=t("unit.items").join(names),
                ),
                icon="⏳",
            )


def _days(days: float) -> str:
    return f"{math.floor(days * 10) / 10:g}" if math.isfinite(days) else "–"
