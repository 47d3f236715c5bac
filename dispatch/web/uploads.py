"""Uploads of a scenario, read at once; a mended file replaces the one before."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from dispatch.errors import DataError
from dispatch.files.scenario.partial import scenario_with_tables
from dispatch.files.scenario.read import read_scenario_files
from dispatch.operations.merging import merged
from dispatch.web.context import show_problems
from dispatch.web.kept import show_table
from dispatch.web.saving import edits_table, has_conflict, save
from dispatch.web.views.labels import plain

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
_PREVIEW: Final = "upload_preview"


@dataclass(frozen=True, slots=True)
class _Uploaded:
    """
    What was uploaded and is not taken over yet.

    Attributes
    ----------
    base
        The day as it was when the files were read.
    replaced, added
        The day with its tables replaced, and with their rows added; None: it cannot
        be that.
    """

    key: str
    name: str
    base: Scenario
    replaced: Scenario | None
    added: Scenario | None


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
        st.success(t("page.upload_done", name=plain(done)), icon="✅")
    _preview(context)
    problems = st.session_state.get("upload_problems")
    if not problems:
        return
    st.error(t("page.upload_failed"), icon="⛔")
    kept = st.session_state.get(_FAILED, {})
    if len(kept) > 1:
        names = t("unit.items").join(kept)
        st.caption(t("page.upload_kept", count=len(kept), names=plain(names)))
    st.button(t("page.upload_forget"), key="upload_forget", on_click=_forget)
    show_problems(problems, t)


def _preview(context: Context) -> None:
    """Say what an upload would change, and let it replace, add, or be given up."""
    kept: _Uploaded | None = st.session_state.get(_PREVIEW)
    if kept is None or kept.key != context.key:
        return
    t = context.t
    every = {"replace": kept.replaced, "add": kept.added}
    ways = {name: ours for name, ours in every.items() if ours is not None}
    way = next(iter(ways))
    if len(ways) > 1:
        way = str(
            st.segmented_control(
                t("upload.way"),
                list(ways),
                format_func=lambda name: t(f"upload.{name}"),
                default="replace",
                required=True,
                key="upload_way",
            )
        )
    ours = ways[way]
    # What somebody saved meanwhile is not undone by what was read before.
    merge = merged(kept.base, ours, context.scenario)
    edits = merge.edits
    counts = Counter(edit.action for edit in edits)
    st.markdown(
        t(
            "upload.preview",
            name=plain(kept.name),
            added=counts["added"],
            changed=counts["changed"],
            deleted=counts["deleted"],
        )
    )
    if _loses_water(context.scenario, ours):
        st.warning(t("upload.water_lost"), icon="⚠️")
    if edits:
        show_table(edits_table(edits, ours, context.scenario, t))
    left, right = st.columns(2)
    if left.button(
        t("upload.take"),
        key="upload_take",
        type="primary",
        width="stretch",
        # Where somebody changed the same, both values are shown to choose from.
        disabled=not (edits or merge.conflicts),
    ):
        is_saved = save(context, ours, base=kept.base)
        if is_saved or has_conflict(context):
            st.session_state.pop(_PREVIEW)
            st.session_state.pop("edit_snapshot", None)
            if is_saved:
                st.session_state["upload_done"] = kept.name
            st.rerun()
    if right.button(t("upload.give_up"), key="upload_give_up", width="stretch"):
        st.session_state.pop(_PREVIEW)
        st.rerun()


def _loses_water(now: Scenario, ours: Scenario) -> bool:
    """Whether tables of the water, or who is on duty for it, would be gone."""
    return any(
        getattr(now, name) is not None and getattr(ours, name) is None
        for name in ("water", "water_people")
    )


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
    uploaded = st.session_state.get(f"upload-{number}") or []
    if not uploaded:
        return
    st.session_state["upload_count"] = number + 1
    new = {file.name: file.getvalue() for file in uploaded}
    files = merged_files(st.session_state.get(_FAILED, {}), new)
    name = next(iter(files))
    base = context.scenario
    try:
        try:
            whole = read_scenario_files(files, name=name.rsplit(".", 1)[0])
            kept = _Uploaded(context.key, name, base, taken_over(base, whole), None)
        except DataError as error:
            if not _lacks_tables(error):
                raise
            # Some tables alone: the others stay as they are.
            kept = _partly(context, name, files)
    except DataError as error:
        st.session_state["upload_problems"] = error.problems
        st.session_state[_FAILED] = files
        return
    _forget()
    st.session_state[_PREVIEW] = kept


def _partly(context: Context, name: str, files: Mapping[str, bytes]) -> _Uploaded:
    """Return what some tables alone would make of the day, replaced or added."""
    base = context.scenario
    added, _ = scenario_with_tables(base, files, adds=True)
    try:
        replaced, _ = scenario_with_tables(base, files)
    except DataError:
        # Columns that must be there are missing: rows that are there get the others.
        return _Uploaded(context.key, name, base, None, added)
    return _Uploaded(context.key, name, base, replaced, added)


def _lacks_tables(error: DataError) -> bool:
    """Whether it is no whole scenario: tables that one needs are missing."""
    return any(problem.message.key == "table_missing" for problem in error.problems)


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
    # Rows of villages and sources that are gone would refer to nothing.
    villages = {village.village_id for village in uploaded.all_villages}
    sources = {source.source_id for source in uploaded.all_sources}
    water, people = now.water, now.water_people
    if uploaded.water is None and water is not None:
        fits = water.village_ids <= villages and water.source_ids <= sources
        kept["water"] = water if fits else None
    if uploaded.water_people is None and people is not None:
        kept["water_people"] = people if people.village_ids <= villages else None
    return replace(uploaded, date=now.date, name=now.name, folder=None, **kept)
