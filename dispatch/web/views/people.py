"""Accounts: made with a one-time link, blocked, let in again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from dispatch.day import people as accounts
from dispatch.errors import DispatchError
from dispatch.operations.rights import ROLES, Where, may
from dispatch.web.context import Frame, frame_of_page, shown_error
from dispatch.web.kept import show_table
from dispatch.web.views.labels import plain
from dispatch.web.views.links import origin
from dispatch.words.message import say

if TYPE_CHECKING:
    from dispatch.day.people import Account

_LINK: Final = "setup_link"


def show() -> None:
    """Draw the page."""
    frame = frame_of_page()
    t = frame.t
    everybody = [
        person for person in accounts.people(frame.db) if _is_ours(frame, person)
    ]
    st.title(t("people.headline", count=len(everybody)))
    _shown_once(frame)
    show_table(_table(frame, everybody))
    _change(frame, everybody)
    with st.expander(t("people.new"), icon="➕", expanded=len(everybody) < 2):
        _form(frame)


def _where(frame: Frame, township: str, county: str) -> Where:
    if township:
        of = next((t.county for t in frame.townships if t.code == township), "")
        return Where(township, of)
    return Where("", county)


def _is_ours(frame: Frame, person: Account) -> bool:
    """Whether an account is for what the reader sees, no more."""
    reader = frame.account
    if reader.township:
        return person.township == reader.township
    if reader.county:
        codes = {t.code for t in frame.townships}
        return person.county == reader.county or person.township in codes
    return True


def _require(frame: Frame, township: str, county: str) -> None:
    """Refuse to make or change accounts that see more than the reader does."""
    reader = frame.account
    is_wider = (reader.township and township != reader.township) or (
        reader.county and not township and county != reader.county
    )
    if is_wider or not may(reader, _where(frame, township, county), "people"):
        raise DispatchError(say("page_no_right"))


def _table(frame: Frame, everybody: list[Account]) -> pd.DataFrame:
    t = frame.t
    names = {each.code: each.name for each in frame.townships}
    table = pd.DataFrame(
        {
            "name": [person.name for person in everybody],
            "role": [t(f"people.role_{person.role}") for person in everybody],
            "sees": [_sees(frame, person, names) for person in everybody],
            "state": [_state(frame, person) for person in everybody],
        }
    )
    return table.rename(columns={name: t(f"people.{name}") for name in table.columns})


def _sees(frame: Frame, person: Account, names: dict[str, str]) -> str:
    if person.township:
        return names.get(person.township, person.township)
    if person.county:
        return frame.t("people.county", code=person.county)
    return frame.t("people.everything")


def _state(frame: Frame, person: Account) -> str:
    if person.is_blocked:
        return f"🚫 {frame.t('people.blocked')}"
    if not person.has_password:
        return f"✉️ {frame.t('people.waiting')}"
    return f"✅ {frame.t('people.active')}"


def _form(frame: Frame) -> None:
    t = frame.t
    codes = {each.code: each.name for each in frame.townships}
    counties = sorted({each.county for each in frame.townships if each.county})
    reader = frame.account
    places = [("township", code) for code in codes]
    if not reader.township:
        places += [("county", code) for code in counties]
        if not reader.county:
            places.append(("all", ""))
    with st.form("person", border=False, clear_on_submit=True):
        name = st.text_input(t("people.name"), max_chars=100)
        role = st.selectbox(
            t("people.role"), ROLES, format_func=lambda r: t(f"people.role_{r}")
        )
        kind, code = st.selectbox(
            t("people.sees"),
            places,
            format_func=lambda place: {
                "township": codes.get(place[1], place[1]),
                "county": t("people.county", code=place[1]),
                "all": t("people.everything"),
            }[place[0]],
        ) or ("all", "")
        if not st.form_submit_button(t("people.make"), type="primary"):
            return
    township = code if kind == "township" else ""
    county = code if kind == "county" else ""

    def act() -> None:
        _require(frame, township, county)
        word = accounts.add(
            frame.db,
            name,
            role,
            township=township,
            county=county,
            **frame.stamp,
        )
        st.session_state[_LINK] = (name.strip(), word)

    if shown_error(frame, act):
        st.rerun()


def _change(frame: Frame, everybody: list[Account]) -> None:
    t = frame.t
    others = {p.name: p for p in everybody if p.name != frame.account.name}
    if not others:
        return
    columns = st.columns([2, 1, 1], vertical_alignment="bottom")
    name = columns[0].selectbox(
        t("people.choose"), list(others), key="person_chosen", filter_mode=None
    )
    person = others[str(name)]

    def link() -> None:
        _require(frame, person.township, person.county)
        word = accounts.setup_word(frame.db, person.name, **frame.stamp)
        st.session_state[_LINK] = (person.name, word)

    def block() -> None:
        _require(frame, person.township, person.county)
        accounts.block(
            frame.db, person.name, is_blocked=not person.is_blocked, **frame.stamp
        )

    if columns[1].button(
        t("people.link"), key="person_link", width="stretch"
    ) and shown_error(frame, link):
        st.rerun()
    word = "unblock" if person.is_blocked else "block"
    if columns[2].button(
        t(f"people.{word}"), key="person_block", width="stretch"
    ) and shown_error(frame, block):
        st.rerun()


def _shown_once(frame: Frame) -> None:
    made = st.session_state.pop(_LINK, None)
    if made is None:
        return
    name, word = made
    root = st.get_option("server.baseUrlPath").strip("/")
    path = f"{'/' + root if root else ''}/setup/{word}"
    st.success(frame.t("people.link_made", name=plain(name)), icon="✉️")
    st.code(f"{origin() or ''}{path}", language=None)
