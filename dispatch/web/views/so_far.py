"""The best plan so far of a run under way, on the map and in one sentence."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import streamlit as st

from dispatch.coverage import compute_coverage
from dispatch.day.drafts import newest_draft, read_draft
from dispatch.maps.board import BoardKey
from dispatch.runs.queue import latest_run
from dispatch.web import signed
from dispatch.web.components.board import plan_board

if TYPE_CHECKING:
    import datetime as dt

    from dispatch.store.db import Database
    from dispatch.web.context import Context

#: How often a map looks for a better plan.
_EVERY_S: Final = 4.0


class _Shown(NamedTuple):
    board: BoardKey
    num_places: int
    num_served: int
    people: int
    served_l: int


@lru_cache(maxsize=8)
def _shown(
    db: Database, township: str, date: dt.date, run: int, number: int
) -> _Shown | None:
    """Read a plan once for all who look on."""
    draft = read_draft(db, township, date, run)
    if draft is None:
        return None
    figures = compute_coverage(draft.scenario, draft.plan)
    # A better one may have come since it was counted: its own number is its key.
    key = f"{township} {date} run {run} {draft.number}"
    return _Shown(
        board=BoardKey(key, draft.scenario, draft.plan, figures),
        num_places=len(draft.scenario.villages),
        num_served=sum(each.delivered_l > 0 for each in draft.plan.villages),
        people=int(figures.standards["people"].loc["basic"]),
        served_l=figures.served_l,
    )


@st.fragment(run_every=_EVERY_S)
def show(context: Context) -> None:
    """
    Show the best plan so far while a run is under way; nothing before there is one.

    Parameters
    ----------
    context
        The day.
    """
    desk, t, now = context.desk, context.t, signed.clock()
    run = latest_run(context.db, desk.township, desk.date, now=now)
    if run is None or run.state.status != "running":
        return
    number = newest_draft(context.db, run.number)
    if number is None:
        return
    found = _shown(context.db, desk.township, desk.date, run.number, number)
    if found is None:
        return
    st.markdown(
        t(
            "so_far.figures",
            served=t.litres(found.served_l),
            places=found.num_served,
            all=found.num_places,
            people=f"{found.people:,}",
        )
    )
    st.caption(t("so_far.help"))
    is_today = desk.date == now.date()
    plan_board(
        f"so-far-{context.key}",
        found.board,
        t,
        may_adjust=False,
        now_s=now.hour * 3600 + now.minute * 60 if is_today else None,
    )
