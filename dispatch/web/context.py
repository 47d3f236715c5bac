"""What every page shares: language, catalogue, the chosen scenario, cached figures."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dispatch.errors import DataError
from dispatch.web.tables import problems_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.errors import Problem
    from dispatch.web.catalog import Catalog, Entry, Loaded
    from dispatch.words.message import Lang
    from dispatch.words.words import Words

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the frame hands to a page: catalogue, chosen scenario, words."""

    catalog: Catalog
    entry: Entry | None
    t: Words


@dataclass(frozen=True, slots=True)
class Context:
    """The same where a scenario is there."""

    catalog: Catalog
    entry: Entry
    t: Words

    @property
    def lang(self) -> Lang:
        """Language of the page."""
        return self.t.lang


def choose_scenario(catalog: Catalog, t: Words) -> Entry | None:
    """
    Show the choice of scenarios, kept in the link; None when there is none.

    Parameters
    ----------
    catalog
        Scenarios and runs.
    t
        Words in the language of the reader.
    """
    entries = {entry.key: entry for entry in catalog.entries()}
    if not entries:
        return None
    if st.session_state.get("scenario") not in entries:
        asked = st.query_params.get("scenario")
        first = next(iter(entries))
        st.session_state["scenario"] = asked if asked in entries else first
    # Two of one title, as of two days, would be one choice.
    times = Counter(entry.title for entry in entries.values())
    labels = {
        key: f"{entry.title} · {key}" if times[entry.title] > 1 else entry.title
        for key, entry in entries.items()
    }
    key = st.selectbox(
        t("page.scenario"),
        list(entries),
        format_func=lambda key: labels[key],
        key="scenario",
        filter_mode=None,
        label_visibility="collapsed",
    )
    return entries[key]


def show_table(table: pd.DataFrame) -> None:
    """Show a table with thousands marked and gaps as a dash."""
    config = {
        name: st.column_config.NumberColumn(format="localized")
        for name in table.columns
        if pd.api.types.is_numeric_dtype(table[name].dtype)
    }
    st.dataframe(table, hide_index=True, column_config=config, placeholder="–")


def keep_in_link(name: str, value: str | None) -> None:
    """
    Keep a value in the address, so that it outlives a refresh; None: take it out.

    Parameters
    ----------
    name
        Name in the address.
    value
        Text to keep; None: it is taken out.
    """
    if value is None:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != value:
        st.query_params[name] = value


def load(context: Context) -> Loaded | None:
    """Return the chosen scenario; what is wrong with it is shown instead."""
    try:
        return context.catalog.load(context.entry)
    except DataError as error:
        st.error(context.t("page.load_failed"), icon="⛔")
        show_problems(error.problems, context.t)
    return None


def show_problems(problems: Sequence[Problem], t: Words) -> None:
    """
    Show what to mend as a table: file, row, column, value, what to do.

    Parameters
    ----------
    problems
        Errors and warnings, in their order.
    t
        Words in the language of the reader.
    """
    errors = sum(problem.severity == "error" for problem in problems)
    st.markdown(t("page.problems", errors=errors, warnings=len(problems) - errors))
    show_table(problems_table(problems, t))
