"""Saving edits of a day: what somebody else changed too is shown, with both values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from dispatch.day.editing import EditConflictError, save_day
from dispatch.errors import DispatchError
from dispatch.files.tables.columns import tables as column_tables
from dispatch.operations.merging import id_of_row, rows_of
from dispatch.web.context import show_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.model.scenario import Scenario
    from dispatch.operations.merging import Conflict
    from dispatch.web.context import Context
    from dispatch.words.words import Words

#: What was not saved because somebody else had saved it, by township and day.
_PENDING: Final = "edit_conflict"


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
        save_day(
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
        st.error(error.text(context.lang), icon="⛔")
        return False
    return True


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
            st.error(error.text(context.lang), icon="⛔")
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


def _name(conflict: Conflict, ours: Scenario, theirs: Scenario) -> str:
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
    known = column_tables().get(conflict.table)
    if known is not None:
        for column in known.columns:
            if conflict.field in (column.name, f"{column.name}_s"):
                return column.zh if t.lang == "zh" else column.name
    return conflict.field


def _shown(value: Any, conflict: Conflict, t: Words) -> str:
    if value is None and not conflict.field:
        return t("edit.conflict_deleted")
    if not conflict.field:
        return t("edit.conflict_kept")
    return str(value)[:200]
