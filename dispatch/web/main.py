"""The script that Streamlit runs on every click: who looks, navigation, one page."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import streamlit as st

from dispatch import settings
from dispatch.day.desk import desk_of, townships_of
from dispatch.maps.tiles import tile_setting
from dispatch.web import signed
from dispatch.web.context import Frame, keep_in_link, set_frame
from dispatch.web.menu import pages_of
from dispatch.web.store import store_of_server
from dispatch.web.views import (
    coverage,
    deliveries,
    doors,
    first_run,
    links,
    needs,
    people,
    places,
    plan,
    requests,
    roads,
    today,
    water,
)
from dispatch.web.views.labels import plain
from dispatch.words.words import LANGUAGES, Words, as_lang

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamlit.navigation.page import StreamlitPage

    from dispatch.day.desk import Desk, TownshipName
    from dispatch.day.people import Account
    from dispatch.store.db import Database

#: Targets big enough for a thumb, small print that can be read, and no empty band above
#: the first line.
_STYLE = """<style>
.stButton button, .stDownloadButton button, .stLinkButton a, .stFormSubmitButton button,
[data-testid="stPopoverButton"], [data-testid="stButtonGroup"] button,
[data-testid="stFileUploaderDropzone"] button, details summary,
[data-testid="stSelectbox"] > div, [data-testid="stSelectbox"] > div > div,
[data-testid="stSidebarNavLink"], [data-testid="stTopNavLink"] { min-height: 44px; }
[data-testid="stExpandSidebarButton"], [data-testid="stSidebarCollapseButton"] button {
  min-height: 44px; min-width: 44px; }
[data-testid="stCaptionContainer"] { color: inherit; opacity: .8; }
.block-container { padding-top: 4.2rem; padding-bottom: 3rem; max-width: 1240px; }
@media (max-width: 640px) { .block-container { padding-left: .8rem;
  padding-right: .8rem; }
  [data-testid="stHeading"] h1 { font-size: 1.7rem !important; } }
</style>"""

#: The arrows that open the menu on a phone say nothing by themselves; widgets speak
#: English only.
_MENU = """<style>[data-testid="stExpandSidebarButton"]::after {{
  content: "{menu}"; font-size: 1rem; }}
[data-testid="stExpandSidebarButton"] {{ width: auto; padding: 0 .5rem; }}
[data-testid="InputInstructions"] {{ display: none; }}
[data-testid="stFileUploaderDropzone"] button p,
[data-testid="stFileUploaderDropzone"] button span:not(:has(*)):not([data-testid]) {{
  font-size: 0; }}
[data-testid="stFileUploaderDropzone"] button::after {{ content: "{upload}"; }}
[data-testid="stFileUploaderDropzoneInstructions"] {{ display: none; }}</style>"""

_SHOWN: Final[dict[str, Callable[[], None]]] = {
    "today": today.show,
    "needs": needs.show,
    "plan": plan.show,
    "water": water.show,
    "requests": requests.show,
    "deliveries": deliveries.show,
    "roads": roads.show,
    "places": places.show,
    "doors": doors.show,
    "links": links.show,
    "coverage": coverage.show,
    "people": people.show,
    "first": first_run.show,
}


def main() -> None:
    """Draw the frame and the chosen page."""
    # Before the navigation: its icons would else be asked for from another host.
    st.set_page_config(page_title="抗旱送水调度", page_icon="💧", layout="wide")
    st.html(_STYLE)
    if "lang" not in st.session_state:
        st.session_state["lang"] = as_lang(st.query_params.get("lang"))
    t = Words(as_lang(st.session_state["lang"]))
    db = store_of_server()
    now = signed.clock()
    account = None if db is None else signed.account_of_page(db, now)
    if db is None or account is None:
        signed.show_door(t, has_store=db is not None)
        return
    townships = townships_of(db, account)
    pages = _pages(account, townships, t)
    page = st.navigation(pages, position="top")
    if st.session_state.get("went_to") is not None and page != pages[0]:
        # To the day just taken in; before, there was no page of it to go to.
        st.switch_page(pages[0])
    st.html(_MENU.format(menu=t("page.menu"), upload=t("page.choose_files")))
    desk = _head(db, account, townships, t, now)
    problem = tile_setting(settings.data_folder()).problem
    if problem is not None:
        st.warning(problem.text(t.lang), icon="🗺️")
    set_frame(Frame(db, account, townships, desk, t, now))
    page.run()


def _pages(
    account: Account, townships: Sequence[TownshipName], t: Words
) -> list[StreamlitPage]:
    """Return the pages of a role; rights are asked again for every write."""
    names = pages_of(account.role)
    if not townships:
        names = ("first", *(name for name in names if name == "people"))
    elif account.township:
        names = tuple(name for name in names if name != "first")
    return [
        st.Page(
            _SHOWN[name],
            title=t(f"page.{name}"),
            url_path=name,
            default=name == names[0],
        )
        for name in names
    ]


def _head(
    db: Database,
    account: Account,
    townships: Sequence[TownshipName],
    t: Words,
    now: dt.datetime,
) -> Desk | None:
    """
    Draw what stands above every page, and return the chosen day.

    Here and not on a page: what is chosen must outlive the change of page.
    """
    desk = None
    went_to = st.session_state.pop("went_to", None)
    if went_to is not None:
        # Before the widgets are drawn: afterwards they cannot be set.
        st.session_state["township"], st.session_state["date"] = went_to
    with st.container(horizontal=True, vertical_alignment="center"):
        if townships:
            code = _choose_township(townships, t)
            date = _choose_date(t, now)
            desk = desk_of(db, code, date)
        st.segmented_control(
            t("page.lang"),
            LANGUAGES,
            format_func=lambda lang: t(f"page.lang_{lang}"),
            key="lang",
            required=True,
            label_visibility="collapsed",
        )
        with st.popover(account.name, icon="👤"):
            st.markdown(t(f"people.role_{account.role}"))
            if st.button(t("people.sign_out"), key="sign_out", width="stretch"):
                signed.leave(db, now)
                st.rerun()
    keep_in_link("lang", t.lang)
    return desk


def _choose_township(townships: Sequence[TownshipName], t: Words) -> str:
    names = {each.code: each.name for each in townships}
    if st.session_state.get("township") not in names:
        asked = st.query_params.get("township")
        st.session_state["township"] = asked if asked in names else next(iter(names))
    if len(names) == 1:
        code = next(iter(names))
        st.markdown(f"**{plain(names[code])}**", width="content")
        return code
    code = st.selectbox(
        t("page.township"),
        list(names),
        format_func=lambda code: f"{names[code]} · {code}",
        key="township",
        filter_mode=None,
        label_visibility="collapsed",
    )
    keep_in_link("township", code)
    return str(code)


def _choose_date(t: Words, now: dt.datetime) -> dt.date:
    if "date" not in st.session_state:
        asked = st.query_params.get("date", "")
        try:
            st.session_state["date"] = dt.date.fromisoformat(asked)
        except ValueError:
            st.session_state["date"] = now.date()
    date = st.date_input(
        t("page.date"),
        key="date",
        format="YYYY-MM-DD",
        label_visibility="collapsed",
        width=150,
    )
    chosen = date if isinstance(date, dt.date) else now.date()
    keep_in_link("date", None if chosen == now.date() else chosen.isoformat())
    return chosen


main()
