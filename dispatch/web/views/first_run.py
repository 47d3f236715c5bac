"""The first steps in an empty store: a name, then the demo, an upload, or a folder."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from dispatch.day.links import knows_township
from dispatch.day.opening import import_scenario
from dispatch.errors import DataError, DispatchError
from dispatch.files.scenario.read import read_scenario_files
from dispatch.operations.rights import Where, county_of, may
from dispatch.web.catalog import Catalog
from dispatch.web.context import Frame, frame_of_page, show_problems, shown_error
from dispatch.web.views.labels import plain
from dispatch.web.views.panels import template_button
from dispatch.words.message import say

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario

#: What codes of townships are made of: those of the statistics office, and others.
_CODE: Final = re.compile(r"[0-9A-Za-z_-]{1,40}")
_VILLAGE: Final = re.compile(r"[0-9]{12}")
_KINDS: Final = ["xlsx", "csv", "zip", "toml", "geojson", "pbf", "osm", "gz", "bz2"]


def show() -> None:
    """Draw the page."""
    frame = frame_of_page()
    t = frame.t
    st.title(t("first.title"))
    if frame.account.role == "official":
        st.markdown(t("first.wait"))
        return
    st.markdown(t("first.help"))
    columns = st.columns(2)
    bound = frame.account.township
    name = columns[0].text_input(t("first.name"), key="first_name", max_chars=100)
    code = columns[1].text_input(
        t("first.code"),
        value=bound,
        key="first_code",
        disabled=bool(bound),
        help=t("first.code_help"),
        max_chars=40,
    )
    st.subheader(t("first.how"))
    catalog = Catalog.from_env()
    for entry in catalog.entries():
        label = plain(t("first.take", name=entry.title))
        if st.button(label, key=f"take {entry.key}", icon="🏘️", width="stretch"):
            try:
                scenario = catalog.load(entry).scenario
            except DataError as error:
                st.error(t("page.load_failed"), icon="⛔")
                show_problems(error.problems, t)
                return
            _take(frame, scenario, name, bound or code)
    earlier = catalog.num_runs()
    if earlier:
        st.info(t("first.earlier_runs", count=earlier), icon="🗄️")
    files = st.file_uploader(
        t("page.upload_label"),
        type=_KINDS,
        accept_multiple_files=True,
        key="first_files",
    )
    template_button(t)
    if files and st.button(t("first.upload"), key="first_upload", type="primary"):
        contents = {file.name: file.getvalue() for file in files}
        stem = next(iter(contents)).rsplit(".", 1)[0]
        try:
            scenario = read_scenario_files(contents, name=name or stem)
        except DataError as error:
            st.error(t("page.upload_failed"), icon="⛔")
            show_problems(error.problems, t)
            return
        _take(frame, scenario, name, bound or code)


def _take(frame: Frame, scenario: Scenario, name: str, code: str) -> None:
    """Take a township in, dated today, and go to its day."""
    today = frame.now.date()
    code = code.strip() or code_of(scenario)

    def act() -> None:
        if not _CODE.fullmatch(code):
            raise DispatchError(say("first_bad_code"))
        where = Where(code.strip(), county_of(code))
        if not may(frame.account, where, "edit"):
            raise DispatchError(say("page_no_right"))
        if knows_township(frame.db, code):
            raise DispatchError(say("first_known_code", code=code))
        import_scenario(
            frame.db,
            code,
            replace(scenario, date=today, name=name.strip() or scenario.name),
            **frame.stamp,
        )

    if shown_error(frame, act):
        st.session_state["went_to"] = (code, today)
        st.rerun()


def code_of(scenario: Scenario) -> str:
    """
    Return the code of the township that most villages belong to; empty: none says.

    Codes of villages, and ids that are made of them, begin with that of the township.
    """
    starts = Counter(
        text[:9]
        for village in scenario.all_villages
        for text in (village.code or village.village_id,)
        if _VILLAGE.match(text)
    )
    return starts.most_common(1)[0][0] if starts else ""
