"""Saving edits of a day: what somebody else changed too is shown, with both values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from dispatch.day.editing import EditConflictError, save_day
from dispatch.errors import DispatchError
from dispatch.files.tables.columns import tables as column_tables
from dispatch.operations.merging import id_of_row, rows_of, undone
from dispatch.web.kept import show_table
from dispatch.web.views.labels import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.model.scenario import Scenario
    from dispatch.operations.merging import Conflict, Edit
    from dispatch.web.context import Context
    from dispatch.words.words import Words

#: What was not saved because somebody else had saved it, by township and day.
_PENDING: Final = "edit_conflict"
#: What was saved from this browser, the last one last.
_DONE: Final = "edits_done"


def save(
    context: Context,
    ours: Scenario,
    *,
    base: Scenario | None = None,
    shown: Scenario | None = None,
    is_lasting: bool = True,
) -> bool:
    """
    Save an edited day; return whether it was saved. What stops it is said.

    Parameters
    ----------
    context
        The day, and who edits it.
    ours
        The day as it is to be.
    base
        The day as it was read for editing; None: as it is on this page.
    shown
        The day as an editor showed it, where tables round; None: as ``base``.
    is_lasting
        Whether it is so on the days after, too.
    """
    base = base or context.scenario
    st.session_state.pop(_PENDING, None)
    try:
        context.frame.require("edit")
        edits = save_day(
            context.db,
            context.desk.township,
            context.desk.date,
            base=base,
            ours=ours,
            shown=shown,
            is_lasting=is_lasting,
            **context.frame.stamp,
        )
    except EditConflictError as error:
        st.session_state[_PENDING] = (
            context.key,
            base,
            ours,
            shown,
            error.conflicts,
        )
        return False
    except DispatchError as error:
        st.error(plain(error.text(context.lang)), icon="⛔")
        return False
    if edits:
        done = st.session_state.setdefault(_DONE, [])
        done.append((context.key, is_lasting, edits))
    return True


def offer_undo(context: Context) -> None:
    """Offer to take back what was saved last from this browser, step by step."""
    done = [each for each in st.session_state.get(_DONE, []) if each[0] == context.key]
    if not done or not context.may_edit:
        return
    t = context.t
    last = done[-1]
    names = [_name(edit, context.scenario, context.scenario) for edit in last[2]]
    shown = t("unit.items").join(name for name in names[:3] if name)
    more = " …" if len(names) > 3 else ""
    label = t("edit.undo", what=f"{shown}{more}")
    if not st.button(label, key="edit_undo", icon="↩️"):
        return
    try:
        before = undone(context.scenario, last[2])
    except ValueError as error:
        st.error(t("edit.undo_impossible", why=str(error)), icon="⛔")
        return
    every = st.session_state[_DONE]
    every.remove(last)
    num_done = len(every)
    if save(context, before, is_lasting=last[1]):
        # Taking back is no step that is taken back in its turn.
        del every[num_done:]
        st.session_state.pop("edit_snapshot", None)
        st.rerun()


def has_conflict(context: Context) -> bool:
    """Whether edits of this day wait for a decision between two values."""
    kept = st.session_state.get(_PENDING)
    return kept is not None and kept[0] == context.key


def show_conflict(context: Context) -> None:
    """Show what two people saved differently, and let one value be chosen."""
    if not has_conflict(context):
        return
    _, base, ours, shown, conflicts = st.session_state[_PENDING]
    t = context.t
    st.error(t("edit.conflict", count=len(conflicts)), icon="⚠️")
    show_table(conflicts_table(conflicts, ours, context.scenario, t))
    left, right = st.columns(2)
    if left.button(t("edit.take_theirs"), key="take_theirs", width="stretch"):
        _decided()
        st.rerun()
    if right.button(t("edit.take_ours"), key="take_ours", width="stretch"):
        try:
            context.frame.require("edit")
            save_day(
                context.db,
                context.desk.township,
                context.desk.date,
                base=base,
                ours=ours,
                shown=shown,
                ours_wins=True,
                **context.frame.stamp,
            )
        except DispatchError as error:
            st.error(plain(error.text(context.lang)), icon="⛔")
            return
        _decided()
        st.rerun()


def _decided() -> None:
    """Forget the conflict, and what editors of tables still have of it."""
    for name in (_PENDING, "edit_snapshot"):
        st.session_state.pop(name, None)


def conflicts_table(
    conflicts: Sequence[Conflict], ours: Scenario, theirs: Scenario, t: Words
) -> pd.DataFrame:
    """
    Return the values of both, a row each.

    Parameters
    ----------
    conflicts
        As saving told them.
    ours, theirs
        The day as each has it, for names.
    t
        Words in the language of the reader.
    """
    rows = [
        (
            _name(each, ours, theirs),
            _field(each, t),
            _shown(each.theirs, each, t),
            _shown(each.ours, each, t),
        )
        for each in conflicts
    ]
    heads = ("row", "field", "theirs", "ours")
    return pd.DataFrame(rows, columns=[t(f"edit.conflict_{name}") for name in heads])


def edits_table(
    edits: Sequence[Edit], ours: Scenario, theirs: Scenario, t: Words
) -> pd.DataFrame:
    """
    Return what would change, a row each.

    Parameters
    ----------
    edits
        Rows and settings that differ.
    ours, theirs
        The day after and before, for names.
    t
        Words in the language of the reader.
    """
    rows = [
        (
            t(f"edit.action_{edit.action}"),
            _name(edit, ours, theirs) or edit.row_id,
            _values(edit, edit.old, t),
            _values(edit, edit.new, t),
        )
        for edit in edits
    ]
    heads = ("action", "row", "before", "after")
    return pd.DataFrame(rows, columns=[t(f"edit.conflict_{name}") for name in heads])


def _values(edit: Edit, values: Mapping[str, Any], t: Words) -> str:
    if edit.action != "changed":
        return ""
    if edit.table == "settings":
        return ""
    parts = (
        f"{field_label(edit.table, name, t)} {each}" for name, each in values.items()
    )
    return t("unit.comma").join(parts)[:200]


def _name(conflict: Conflict | Edit, ours: Scenario, theirs: Scenario) -> str:
    if conflict.table == "settings":
        return ""
    for scenario in (theirs, ours):
        for row in rows_of(scenario, conflict.table):
            if id_of_row(row) == conflict.row_id:
                name = getattr(row, "name", "") or getattr(row, "plate", "")
                return f"{name} ({conflict.row_id})" if name else conflict.row_id
    return conflict.row_id


def _field(conflict: Conflict, t: Words) -> str:
    if not conflict.field:
        return t("edit.conflict_row")
    return field_label(conflict.table, conflict.field, t)


def field_label(table: str, field: str, t: Words) -> str:
    """
    Return what a field is called in its table.

    Parameters
    ----------
    table
        Name of the table in the column dictionary.
    field
        Name of the field; what is no column is called by its name.
    t
        Words in the language of the reader.
    """
    known = column_tables().get(table)
    for column in () if known is None else known.columns:
        if field in (column.name, f"{column.name}_s"):
            return column.zh if t.lang == "zh" else column.name
    return field


def _shown(value: Any, conflict: Conflict, t: Words) -> str:
    if value is None and not conflict.field:
        return t("edit.conflict_deleted")
    if not conflict.field:
        return t("edit.conflict_kept")
    return str(value)[:200]
