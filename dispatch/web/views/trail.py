"""Who changed what in a township, the newest first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dispatch.day.changes import changes_of
from dispatch.web.context import moment_text, show_table

if TYPE_CHECKING:
    from dispatch.web.context import Context

_MAX_TEXT = 200


def show(context: Context) -> None:
    """Show the last changes as a table."""
    t = context.t
    rows = changes_of(context.db, context.desk.township)
    if not rows:
        st.caption(t("trail.none"))
        return
    table = pd.DataFrame(
        {
            "at": [moment_text(row.at) for row in rows],
            "who": [row.who for row in rows],
            "what": [row.what for row in rows],
            "old": [_text(row.old) for row in rows],
            "new": [_text(row.new) for row in rows],
        }
    )
    show_table(
        table.rename(columns={name: t(f"trail.{name}") for name in table.columns})
    )


def _text(value: Any) -> str:
    """Return a value as one line: ``population = 501``."""
    if value is None:
        return ""
    if isinstance(value, dict):
        parts = (f"{name} = {_text(each)}" for name, each in value.items())
        return ", ".join(parts)[:_MAX_TEXT]
    if isinstance(value, str):
        return value[:_MAX_TEXT]
    return json.dumps(value, ensure_ascii=False)[:_MAX_TEXT]
