"""Uploads of a scenario, read at once; a mended file replaces the one before."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from dispatch.errors import DataError
from dispatch.files.scenario.read import read_scenario_files
from dispatch.web.context import show_problems
from dispatch.web.saving import save

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.model.scenario import Scenario
    from dispatch.web.context import Context

_KINDS: Final = ["xlsx", "csv", "zip", "toml", "geojson", "pbf", "osm", "gz", "bz2"]
#: Each of these is a whole scenario: it replaces all that was there before.
_WHOLE: Final = (".xlsx", ".zip")
#: What browsers and Chinese desktops add to the name of a second copy.
_COPY: Final = re.compile(
    r"(?:\s*[(（]\d+[)）]|\s*-\s*副本(?:\s*[(（]\d+[)）])?|\s*- copy)+(?=\.[^.]+$|$)",
    re.IGNORECASE,
)
_FAILED: Final = "upload_failed_files"


def upload_area(context: Context) -> None:
    """
    Let a scenario be uploaded; it is read at once and becomes the day's tables.

    Parameters
    ----------
    context
        The day, and who uploads.
    """
    t = context.t
    number = st.session_state.get("upload_count", 0)
    st.file_uploader(
        t("page.upload_label"),
        type=_KINDS,
        accept_multiple_files=True,
        # A new box after every upload: a failed file must not stay in it.
        key=f"upload-{number}",
        on_change=_read_upload,
        args=(context, number),
    )
    done = st.session_state.pop("upload_done", None)
    if done:
        st.success(t("page.upload_done", name=done), icon="✅")
    problems = st.session_state.get("upload_problems")
    if not problems:
        return
    st.error(t("page.upload_failed"), icon="⛔")
    kept = st.session_state.get(_FAILED, {})
    if len(kept) > 1:
        names = t("unit.items").join(kept)
        st.caption(t("page.upload_kept", count=len(kept), names=names))
    st.button(t("page.upload_forget"), key="upload_forget", on_click=_forget)
    show_problems(problems, t)


def _forget() -> None:
    for name in ("upload_problems", _FAILED):
        st.session_state.pop(name, None)


def merged_files(
    kept: Mapping[str, bytes], new: Mapping[str, bytes]
) -> dict[str, bytes]:
    """
    Return the files of a scenario after a second upload.

    A workbook or zip replaces all. Other files replace those of the same name, also
    under the name that a browser gives to a second copy; the rest stays.

    Parameters
    ----------
    kept
        Files of the upload before, by name.
    new
        Files of this upload, by name.
    """
    new = {_COPY.sub("", name): data for name, data in new.items()}
    if any(name.casefold().endswith(_WHOLE) for name in new):
        return dict(new)
    kept = {n: d for n, d in kept.items() if not n.casefold().endswith(_WHOLE)}
    folded = {name.casefold() for name in new}
    return {**{n: d for n, d in kept.items() if n.casefold() not in folded}, **new}


def _read_upload(context: Context, number: int) -> None:
    """Read what was uploaded before the page runs, so that it can show it."""
    files = st.session_state.get(f"upload-{number}") or []
    if not files:
        return
    st.session_state["upload_count"] = number + 1
    new = {file.name: file.getvalue() for file in files}
    merged = merged_files(st.session_state.get(_FAILED, {}), new)
    name = next(iter(merged)).rsplit(".", 1)[0]
    try:
        scenario = read_scenario_files(merged, name=name)
    except DataError as error:
        st.session_state["upload_problems"] = error.problems
        st.session_state[_FAILED] = merged
        return
    _forget()
    ours = taken_over(context.scenario, scenario)
    if save(context, ours):
        st.session_state["upload_done"] = scenario.name
        st.session_state.pop("edit_snapshot", None)


def taken_over(now: Scenario, uploaded: Scenario) -> Scenario:
    """
    Return a day with uploaded tables in the place of its own.

    What an office keeps in no table of needs (roads, closures, boundaries) stays
    where the upload does not bring its own.

    Parameters
    ----------
    now
        The day as it is.
    uploaded
        What was uploaded; its date counts for nothing.
    """
    kept = {
        name: getattr(now, name)
        for name in ("roads", "road_limits", "speed_rules", "areas", "basemap")
        if not getattr(uploaded, name)
    }
    if uploaded.travel_table is None and uploaded.place_ids == now.place_ids:
        kept["travel_table"] = now.travel_table
    return replace(uploaded, date=now.date, name=now.name, folder=None, **kept)
