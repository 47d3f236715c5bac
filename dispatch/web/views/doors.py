"""Households that water is carried to: kept here, seen by who edits the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from dispatch.day.doors import DoorList, door_list, save_households
from dispatch.errors import DispatchError
from dispatch.model.households import (
    MAX_ADDRESS,
    MAX_NAME,
    MAX_NOTE,
    MAX_PEOPLE,
    Household,
)
from dispatch.web.context import context_of_page

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from dispatch.web.context import Context

_NEWS: Final = "doors_news"
#: Counts what was saved: an editor starts anew from what is kept.
_ROUND: Final = "doors_round"


def show() -> None:
    """Draw the page."""
    context = context_of_page()
    if context is None:
        return
    t, desk = context.t, context.desk
    if not context.frame.may("edit"):
        st.info(t("page_no_right"), icon="🔒")
        return
    found = door_list(context.db, desk.township, desk.date)
    st.title(
        t(
            "doors.headline",
            households=len(found.households),
            people=sum(each.people for each in found.households),
            done=len(found.ticks),
        )
    )
    st.caption(f"🔒 {t('doors.private')}")
    news = st.session_state.pop(_NEWS, None)
    if news:
        st.success(news, icon="✅")
    _editor(context, found)


def _editor(context: Context, found: DoorList) -> None:
    t, column = context.t, st.column_config
    names = _names(context, found)
    base = found.households
    versions = hash(tuple((each.number, each.version) for each in base))
    number = st.session_state.get(_ROUND, 0)
    with st.form(f"doors {context.key}", border=False):
        edited = st.data_editor(
            _table(found, names),
            hide_index=True,
            width="stretch",
            num_rows="dynamic",
            key=f"doors-editor {context.key} {number} {versions}",
            column_config={
                "number": None,
                "place": column.SelectboxColumn(
                    t("doors.place"), options=list(names.values()), required=True
                ),
                "name": column.TextColumn(
                    t("doors.name"), required=True, max_chars=MAX_NAME
                ),
                "address": column.TextColumn(t("doors.address"), max_chars=MAX_ADDRESS),
                "people": column.NumberColumn(
                    t("doors.people"), min_value=1, max_value=MAX_PEOPLE, default=1
                ),
                "carries": column.CheckboxColumn(t("doors.carries"), default=True),
                "note": column.TextColumn(t("doors.note"), max_chars=MAX_NOTE),
                "came": column.TextColumn(t("doors.came"), disabled=True),
            },
        )
        is_sent = st.form_submit_button(
            t("doors.save"), type="primary", icon="💾", width="stretch"
        )
    if is_sent:
        _save(context, base, edited, names)


def _names(context: Context, found: DoorList) -> dict[str, str]:
    """Return what places are called, each by another name, by their id."""
    scenario = context.scenario
    ids = [village.village_id for village in scenario.all_villages]
    ids += sorted({each.village for each in found.households} - set(ids))
    by_id = {village.village_id: village.name for village in scenario.all_villages}
    names: dict[str, str] = {}
    for village_id in ids:
        name = scenario.labels.get(village_id) or by_id.get(village_id, village_id)
        names[village_id] = name if name not in names.values() else village_id
    return names


def _table(found: DoorList, names: Mapping[str, str]) -> pd.DataFrame:
    rows = found.households
    return pd.DataFrame(
        {
            "number": pd.array([each.number for each in rows], dtype="Int64"),
            "place": pd.Series([names[each.village] for each in rows], dtype="object"),
            "name": pd.Series([each.name for each in rows], dtype="object"),
            "address": pd.Series([each.address for each in rows], dtype="object"),
            "people": pd.array([each.people for each in rows], dtype="Int64"),
            "carries": pd.array([each.carries for each in rows], dtype="boolean"),
            "note": pd.Series([each.note for each in rows], dtype="object"),
            "came": pd.Series(
                [
                    f"{found.ticks[each.number]:%H:%M}"
                    if each.number in found.ticks
                    else ""
                    for each in rows
                ],
                dtype="object",
            ),
        }
    )


def _save(
    context: Context,
    base: Sequence[Household],
    edited: pd.DataFrame,
    names: Mapping[str, str],
) -> None:
    t, frame, desk = context.t, context.frame, context.desk
    ids = {name: village_id for village_id, name in names.items()}
    known = {each.number: each for each in base}
    try:
        frame.require("edit")
        ours = [_household(row, ids, known) for row in edited.to_dict("records")]
        count = save_households(
            context.db,
            desk.township,
            base=base,
            ours=ours,
            villages=[village.village_id for village in context.scenario.all_villages],
            **frame.stamp,
        )
    except DispatchError as error:
        st.error(error.text(context.lang), icon="⛔")
        return
    st.session_state[_NEWS] = t("doors.saved", count=count)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.rerun()


def _household(
    row: Mapping[Hashable, Any],
    ids: Mapping[str, str],
    known: Mapping[int, Household],
) -> Household:
    number = 0 if pd.isna(row["number"]) else int(row["number"])
    before = known.get(number)
    return Household(
        number=0 if before is None else number,
        village=ids.get(_text(row["place"]), ""),
        name=_text(row["name"]),
        address=_text(row["address"]),
        people=1 if pd.isna(row["people"]) else int(row["people"]),
        note=_text(row["note"]),
        carries=bool(pd.isna(row["carries"]) or row["carries"]),
        version=0 if before is None else before.version,
    )


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]  # a cell
