"""Who changed what in a township, the newest first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from dispatch.day.changes import changes_of
from dispatch.web.context import moment_text
from dispatch.web.kept import show_table
from dispatch.web.saving import field_label
from dispatch.web.views.labels import truck_label

if TYPE_CHECKING:
    from dispatch.web.context import Context
    from dispatch.words.words import Words

_MAX_TEXT: Final = 200
#: Tables by the kinds of rows, as the trail calls them.
_TABLES: Final = {
    "village": "villages",
    "source": "sources",
    "depot": "depots",
    "truck": "trucks",
    "limits": "limits",
}
#: First words of lines of the trail that have a word of their own.
_KINDS: Final = (
    *("village", "source", "depot", "truck", "limits", "settings"),
    *("import", "open", "close", "publish", "withdraw", "plan", "run"),
    *("request", "link", "links", "households"),
)


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
            "what": [_what(context, row.what) for row in rows],
            "old": [_text(row.old, _table(row.what), t) for row in rows],
            "new": [_text(row.new, _table(row.what), t) for row in rows],
        }
    )
    show_table(
        table.rename(columns={name: t(f"trail.{name}") for name in table.columns})
    )


def _what(context: Context, what: str) -> str:
    """Return what was changed in words: the kind, and what people call the thing."""
    t = context.t
    kind, _, rest = what.partition(" ")
    if kind in _TABLES:
        rest = _called(context, kind, rest)
    name = t(f"trail.{kind}") if kind in _KINDS else kind
    return f"{name} {rest}".strip()


def _called(context: Context, kind: str, row_id: str) -> str:
    if kind == "truck":
        return truck_label(context.scenario, row_id)
    return context.scenario.label(row_id)


def _table(what: str) -> str:
    return _TABLES.get(what.partition(" ")[0], "")


def _text(value: Any, table: str, t: Words) -> str:
    """Return a value as one line, each field as its column is headed."""
    if value is None:
        return ""
    if isinstance(value, dict):
        parts = (
            f"{field_label(table, name, t)} {_text(each, table, t)}"
            for name, each in value.items()
        )
        return t("unit.comma").join(parts)[:_MAX_TEXT]
    if isinstance(value, str):
        return value[:_MAX_TEXT]
    return json.dumps(value, ensure_ascii=False)[:_MAX_TEXT]
