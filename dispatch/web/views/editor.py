"""The tables of a scenario, edited in the browser: saved, or visibly not saved."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from dispatch.errors import DataError
from dispatch.files import scenario_from_tables, scenario_tables
from dispatch.files.columns import tables as column_tables
from dispatch.web.context import show_problems
from dispatch.web.jobs import digest_of

if TYPE_CHECKING:
    from dispatch.web.catalog import Loaded
    from dispatch.web.context import Context
    from dispatch.web.words import Lang, Words

_TABLES: Final = ("villages", "sources", "trucks", "depots")
#: Units as the headings show them; counts need none beside a Chinese name.
_UNITS_ZH: Final = {
    "L": "升",
    "L/day": "升/天",
    "L/h": "升/时",
    "L/min": "升/分",
    "t": "吨",
    "m": "米",
    "s": "秒",
    "HH:MM": "时:分",
    "CNY/km": "元/公里",
    "°": "°",
}
_SNAPSHOT: Final = "edit_snapshot"


def forget() -> None:
    """Forget what the editor started from; it starts from what is saved next time."""
    for name in (_SNAPSHOT, "edit_problems", "edit_saved"):
        st.session_state.pop(name, None)


def show(context: Context, loaded: Loaded) -> None:
    """Draw the editor of one table; every valid change is saved at once."""
    t = context.t
    st.caption(t("edit.intro"))
    name = st.segmented_control(
        t("edit.table"),
        _TABLES,
        format_func=lambda name: t(
            "table.trucks_table" if name == "trucks" else f"table.{name}"
        ),
        key="edit_table",
        default=_TABLES[0],
        required=True,
        label_visibility="collapsed",
    )
    key, frame = _snapshot(context, loaded, name)
    edited = st.data_editor(
        frame,
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        height=420,
        column_config=_columns(name, t.lang),
        key=key,
    )
    if not isinstance(edited, pd.DataFrame):
        return
    _save(context, loaded, name, edited)
    _reset(context, loaded, t)


def _snapshot(context: Context, loaded: Loaded, name: str) -> tuple[str, pd.DataFrame]:
    """
    Return the editor's key and what it counts changes from.

    The table must not move under the changes, and must not outlive them either:
    an editor that lost its changes, as by a switch of language, would show the
    table of before, and saving that would undo what was saved.
    """
    scope = (context.entry.key, name, context.lang)
    kept = st.session_state.get(_SNAPSHOT)
    if kept is None or kept[0] != scope or kept[1] not in st.session_state:
        number = st.session_state.get("edit_count", 0) + 1
        st.session_state["edit_count"] = number
        kept = (scope, f"editor-{number}", scenario_tables(loaded.scenario)[name])
        st.session_state[_SNAPSHOT] = kept
        st.session_state.pop("edit_problems", None)
        st.session_state.pop("edit_saved", None)
    key: str = kept[1]
    table: pd.DataFrame = kept[2]
    return key, table


def _save(context: Context, loaded: Loaded, name: str, edited: pd.DataFrame) -> None:
    t = context.t
    try:
        scenario = scenario_from_tables({name: edited}, base=loaded.scenario)
    except DataError as error:
        is_new = not st.session_state.get("edit_problems")
        st.session_state["edit_problems"] = True
        st.error(t("edit.not_saved"), icon="⛔")
        show_problems(error.problems, t)
        if is_new:
            # The warning beside the button above was drawn before this was known.
            st.rerun()
        return
    was_broken = bool(st.session_state.pop("edit_problems", False))
    if digest_of(scenario) != digest_of(loaded.scenario):
        context.catalog.store.save_draft(context.entry.key, scenario)
        st.session_state["edit_saved"] = f"{dt.datetime.now():%H:%M:%S}"
        st.rerun()
    if was_broken:
        st.rerun()
    if "edit_saved" in st.session_state:
        st.caption(f"✅ {t('edit.saved')} {st.session_state['edit_saved']}")


def _reset(context: Context, loaded: Loaded, t: Words) -> None:
    """Offer the way back to the original, or to delete an upload; ask once."""
    is_upload = context.entry.path is None
    if loaded.edited is None and not is_upload:
        return
    word = "delete" if is_upload else "reset"
    with st.popover(t(f"edit.{word}"), icon="↩️"):
        st.markdown(t(f"edit.{word}_help"))
        if st.button(t(f"edit.{word}_yes"), key="edit_reset", type="primary"):
            context.catalog.store.drop_draft(context.entry.key)
            forget()
            st.rerun()


def _columns(name: str, lang: Lang) -> dict[str, Any]:
    """Return headings and help of every column from the column dictionary."""
    configs: dict[str, Any] = {}
    for column in column_tables()[name].columns:
        unit = _UNITS_ZH.get(column.unit, "") if lang == "zh" else column.unit
        label = column.zh if lang == "zh" else column.name
        if unit:
            label += f" ({unit})"
        meaning = column.meaning_zh if lang == "zh" else column.meaning_en
        is_first = column.name in {"name", "plate"}
        configs[column.name] = st.column_config.Column(
            label, help=meaning, required=column.required, pinned=is_first or None
        )
    return configs
