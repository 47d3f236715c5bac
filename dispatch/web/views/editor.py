"""The tables of a scenario, edited in the browser: saved, or visibly not saved."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from dispatch.errors import DataError, Problem
from dispatch.files.scenario.editing import scenario_from_tables, scenario_tables
from dispatch.files.tables.columns import tables as column_tables
from dispatch.model.digest import digest_of
from dispatch.model.letters import with_letters
from dispatch.web.context import show_problems
from dispatch.web.saving import has_conflict, save, show_conflict
from dispatch.words.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.files.tables.columns import Column
    from dispatch.model.scenario import Scenario
    from dispatch.web.context import Context
    from dispatch.words.message import Lang
    from dispatch.words.words import Words

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
#: Tables with a wrong cell, by day and table: kept until mended or given up.
_UNSAVED: Final = "edit_unsaved"


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """
    What an editor started from.

    Attributes
    ----------
    scope
        Day, table and language that it is for.
    key
        Of the editor.
    frame
        The table as it was shown first.
    base
        The day as it was then.
    seen
        Digest of the day as it should be now, with what was saved here.
    typed
        What was changed in the editor when it was saved last.
    is_saved
        Whether the table was shown as it is saved, with nothing wrong in it.
    """

    scope: tuple[str, str, str]
    key: str
    frame: pd.DataFrame
    base: Scenario
    seen: str
    typed: str
    is_saved: bool


def forget() -> None:
    """
    Forget what the editor started from; it starts from what is saved next time.

    Tables that could not be saved stay as they were typed.
    """
    for name in (_SNAPSHOT, "edit_problems", "edit_saved"):
        st.session_state.pop(name, None)


def remind(context: Context) -> None:
    """Say which tables have changes that could not be saved."""
    names = [name for day, name in _unsaved() if day == context.key]
    if names:
        titles = "、".join(_title(name, context.t) for name in names)
        st.warning(context.t("edit.unsaved_tables", tables=titles), icon="⚠️")


def _unsaved() -> dict[tuple[str, str], tuple[str, pd.DataFrame]]:
    """Return tables as typed, each with the saved one that it changes."""
    typed: dict[tuple[str, str], tuple[str, pd.DataFrame]]
    typed = st.session_state.setdefault(_UNSAVED, {})
    return typed


def show(context: Context, *, only: str | None = None) -> None:
    """
    Draw the editor of one table; every valid change is saved at once.

    Parameters
    ----------
    context
        The day, and who edits it.
    only
        The table to edit; None lets one be chosen.
    """
    t = context.t
    name = only or st.segmented_control(
        t("edit.table"),
        _TABLES,
        format_func=lambda name: _title(name, t),
        key="edit_table",
        default=_TABLES[0],
        required=True,
        label_visibility="collapsed",
    )
    if not context.may_edit:
        table = _saved_table(context.scenario, name)
        heads = {c: config["label"] for c, config in _columns(name, t.lang).items()}
        st.dataframe(table.rename(columns=heads), hide_index=True)
        return
    st.caption(t("edit.intro"))
    snapshot = _snapshot(context, name)
    # Above the table: below it, what is wrong would stand off the screen.
    news = st.container()
    edited = st.data_editor(
        snapshot.frame,
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        height=420,
        column_config=_columns(name, t.lang),
        key=snapshot.key,
    )
    if not isinstance(edited, pd.DataFrame):
        return
    with news:
        unsaved_cells = st.session_state.pop("edit_lost", None)
        if unsaved_cells:
            cells = "; ".join(unsaved_cells[:8]) + (
                " …" if len(unsaved_cells) > 8 else ""
            )
            st.warning(t("edit.lost", cells=cells), icon="⚠️")
        if has_conflict(context):
            show_conflict(context)
        else:
            _save(context, name, snapshot, edited)


def _typed(key: str) -> str:
    """Return what was changed in an editor, as text; empty for nothing."""
    changed = st.session_state.get(key)
    return repr(changed) if changed and any(changed.values()) else ""


def _snapshot(context: Context, name: str) -> _Snapshot:
    """
    Return what the editor counts changes from.

    The table must not move under the changes, and must not outlive them either:
    an editor that lost its changes, as by a switch of language, would show the
    table of before, and saving that would undo what was saved.
    """
    scope = (context.key, name, context.lang)
    kept: _Snapshot | None = st.session_state.get(_SNAPSHOT)
    digest = digest_of(context.scenario)
    if kept is not None and kept.scope == scope and kept.key in st.session_state:
        # Saved elsewhere since, by another page or person: shown anew, unless
        # something was typed just now, which is merged first.
        if kept.seen == digest or _typed(kept.key) != kept.typed:
            return kept
        if has_conflict(context):
            return kept
    number = st.session_state.get("edit_count", 0) + 1
    st.session_state["edit_count"] = number
    key = f"editor-{number}"
    saved = _saved_table(context.scenario, name)
    frame = _typed_before(context, name, saved)
    fresh = _Snapshot(
        scope,
        key,
        frame,
        context.scenario,
        digest,
        _typed(key),
        frame is saved,
    )
    st.session_state[_SNAPSHOT] = fresh
    st.session_state.pop("edit_problems", None)
    return fresh


def _typed_before(context: Context, name: str, saved: pd.DataFrame) -> pd.DataFrame:
    """Return the saved table, or what was typed into it and could not be saved."""
    typed = _unsaved().pop((context.key, name), None)
    if typed is None:
        return saved
    if typed[0] != saved.to_csv():
        # Somebody saved meanwhile: to put ours over it would undo that.
        st.session_state["edit_lost"] = _differences(saved, typed[1])
        return saved
    return typed[1]


def _differences(saved: pd.DataFrame, typed: pd.DataFrame) -> list[str]:
    """Return the cells that were typed and differ from what is saved, as text."""
    cells = []
    for row in range(len(typed)):
        for column in typed.columns:
            value = str(typed[column].iloc[row])
            is_known = row < len(saved) and column in saved.columns
            if not is_known or str(saved[column].iloc[row]) != value:
                cells.append(f"{column} {row + 1} = {value}")
    return cells


def _saved_table(scenario: Scenario, name: str) -> pd.DataFrame:
    """Return a table as it is saved, with the letters of trucks so far, as text."""
    return _tables(_Saved(scenario, digest_of(scenario)))[name]


@dataclass(frozen=True, slots=True)
class _Saved:
    """A scenario, the same as another one by its digest."""

    scenario: Scenario = field(compare=False)
    digest: str


@lru_cache(maxsize=8)
def _tables(saved: _Saved) -> dict[str, pd.DataFrame]:
    """Return the tables as text, made once for all who look at them."""
    tables = scenario_tables(with_letters(saved.scenario))
    return {name: _as_text(table) for name, table in tables.items()}


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    """
    Return the table with numbers as text, yes and no as they are.

    An editor of numbers drops what it does not know without a word: of 3.5 typed
    into whole litres it keeps 35. Text reaches the reader, which says what is wrong
    and understands units.
    """
    return pd.DataFrame(
        {
            name: values
            if values.dtype == bool
            else ["" if pd.isna(value) else _text(value) for value in values]
            for name, values in table.items()
        }
    )


def _text(value: object) -> str:
    """Return a value as one would write it: 12, not 12.0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _title(name: str, t: Words) -> str:
    return t("table.trucks_table" if name == "trucks" else f"table.{name}")


def _label(column: Column, lang: Lang) -> str:
    return column.zh if lang == "zh" else column.name


def _as_shown(
    problems: Sequence[Problem], name: str, edited: pd.DataFrame, t: Words
) -> list[Problem]:
    """Return problems with tables, rows and columns as they are called on screen."""
    known = column_tables()
    title_of = {table: _title(table, t) for table in _TABLES}
    shown = []
    for problem in problems:
        table, file = problem.file, title_of.get(problem.file, problem.file)
        column = problem.column
        if table in known and column is not None:
            columns = {entry.name: entry for entry in known[table].columns}
            column = _label(columns[column], t.lang) if column in columns else column
        row = problem.row
        if row is not None and table in title_of:
            # The reader counts the header, which has no number on screen.
            row -= 1
            if table == name and row <= len(edited):
                first = "plate" if name == "trucks" else "name"
                value = edited.iloc[row - 1][first]
                file += f" · {value}" if isinstance(value, str) and value else ""
        fields = tuple(
            (key, _field_shown(key, value, title_of))
            for key, value in problem.message.fields
        )
        message = Message(problem.message.key, fields)
        shown.append(
            replace(problem, file=file, row=row, column=column, message=message)
        )
    return shown


def _field_shown(key: str, value: object, title_of: dict[str, str]) -> object:
    if key == "row" and isinstance(value, int):
        return value - 1
    if key == "file" and isinstance(value, str):
        return title_of.get(value, value)
    return value


def _save(
    context: Context, name: str, snapshot: _Snapshot, edited: pd.DataFrame
) -> None:
    t = context.t
    typed = _typed(snapshot.key)
    if (
        snapshot.is_saved
        and typed == snapshot.typed
        and "edit_problems" not in st.session_state
    ):
        _say_saved(t)
        return
    try:
        base = with_letters(snapshot.base)
        scenario = scenario_from_tables({name: edited}, base=base)
    except DataError as error:
        is_new = not st.session_state.get("edit_problems")
        st.session_state["edit_problems"] = True
        saved = _saved_table(context.scenario, name)
        _unsaved()[context.key, name] = saved.to_csv(), edited
        st.error(t("edit.not_saved"), icon="⛔")
        again = (context, name)
        st.button(t("edit.give_up"), key="give_up", on_click=_give_up, args=again)
        show_problems(_as_shown(error.problems, name, edited, t), t)
        if is_new:
            # The warning beside the button above was drawn before this was known.
            st.rerun()
        return
    was_broken = bool(st.session_state.pop("edit_problems", False))
    _unsaved().pop((context.key, name), None)
    if typed != snapshot.typed and digest_of(scenario) != digest_of(base):
        _store(context, name, snapshot, scenario, typed)
    if was_broken:
        st.rerun()
    _say_saved(t)


def _say_saved(t: Words) -> None:
    if "edit_saved" in st.session_state:
        st.caption(f"✅ {t('edit.saved')} {st.session_state['edit_saved']}")


def _store(
    context: Context, name: str, snapshot: _Snapshot, ours: Scenario, typed: str
) -> None:
    """Save, together with what others saved since the editor was opened."""
    base = snapshot.base
    # What tables round was not changed by anybody.
    shown = scenario_from_tables({name: scenario_tables(base)[name]}, base=base)
    is_saved = save(context, ours, base=base, shown=shown)
    if is_saved:
        st.session_state["edit_saved"] = f"{context.frame.now:%H:%M:%S}"
        st.session_state[_SNAPSHOT] = replace(
            snapshot, seen=digest_of(ours), typed=typed
        )
        st.rerun()
    if has_conflict(context):
        st.rerun()


def _give_up(context: Context, name: str) -> None:
    """Go back to what is saved of a table."""
    _unsaved().pop((context.key, name), None)
    forget()


def _columns(name: str, lang: Lang) -> dict[str, Any]:
    """Return headings and help of every column from the column dictionary."""
    configs: dict[str, Any] = {}
    for column in column_tables()[name].columns:
        unit = _UNITS_ZH.get(column.unit, "") if lang == "zh" else column.unit
        label = _label(column, lang)
        if unit:
            label += f" ({unit})"
        meaning = column.meaning_zh if lang == "zh" else column.meaning_en
        is_first = column.name in {"name", "plate"}
        is_text = column.kind in {"id", "ref", "text", "clock", "clocks", "yes_no"}
        configs[column.name] = st.column_config.Column(
            label,
            help=meaning,
            required=column.required,
            pinned=is_first or None,
            alignment=None if is_text else "right",
        )
    return configs
