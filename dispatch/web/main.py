"""The script that Streamlit runs on every click: language, navigation, one page."""

from __future__ import annotations

import streamlit as st

from dispatch.maps.tiles import tile_setting
from dispatch.web.catalog import Catalog
from dispatch.web.context import Frame, choose_scenario, keep_in_link
from dispatch.web.views import coordinator, official, places, roads, volunteer
from dispatch.words.words import LANGUAGES, Words, as_lang

#: Targets big enough for a thumb, and no empty band above the first line.
_STYLE = """<style>
.stButton button, .stDownloadButton button, .stLinkButton a, .stFormSubmitButton button,
[data-testid="stPopoverButton"], [data-testid="stButtonGroup"] button,
[data-testid="stFileUploaderDropzone"] button, details summary,
[data-testid="stSelectbox"] > div, [data-testid="stSelectbox"] > div > div,
[data-testid="stSidebarNavLink"], [data-testid="stTopNavLink"] { min-height: 44px; }
[data-testid="stExpandSidebarButton"], [data-testid="stSidebarCollapseButton"] button {
  min-height: 44px; min-width: 44px; }
.block-container { padding-top: 4.2rem; padding-bottom: 3rem; max-width: 1240px; }
@media (max-width: 640px) { .block-container { padding-left: .8rem;
  padding-right: .8rem; }
  [data-testid="stHeading"] h1 { font-size: 1.7rem !important; } }
</style>"""

#: The arrows that open the menu on a phone say nothing by themselves.
_MENU = """<style>[data-testid="stExpandSidebarButton"]::after {{
  content: "{menu}"; font-size: 1rem; }}
[data-testid="stExpandSidebarButton"] {{ width: auto; padding: 0 .5rem; }}</style>"""


def main() -> None:
    """Draw the frame and the chosen page."""
    # Before the navigation: its icons would else be asked for from another host.
    st.set_page_config(page_title="抗旱送水调度", page_icon="💧", layout="wide")
    st.html(_STYLE)
    if "lang" not in st.session_state:
        st.session_state["lang"] = as_lang(st.query_params.get("lang"))
    t = Words(as_lang(st.session_state["lang"]))
    page = st.navigation(
        [
            st.Page(
                coordinator.show,
                title=t("page.coordinator"),
                url_path="coordinator",
                default=True,
            ),
            st.Page(roads.show, title=t("page.roads"), url_path="roads"),
            st.Page(places.show, title=t("page.places"), url_path="places"),
            st.Page(volunteer.show, title=t("page.volunteer"), url_path="volunteer"),
            st.Page(official.show, title=t("page.official"), url_path="official"),
        ],
        position="top",
    )
    st.html(_MENU.format(menu=t("page.menu")))
    catalog = Catalog.from_env()
    # Here and not on a page: what is chosen must outlive the change of page.
    with st.container(horizontal=True, vertical_alignment="center"):
        entry = choose_scenario(catalog, t)
        st.segmented_control(
            t("page.lang"),
            LANGUAGES,
            format_func=lambda lang: t(f"page.lang_{lang}"),
            key="lang",
            required=True,
            label_visibility="collapsed",
        )
    keep_in_link("lang", t.lang)
    if entry is not None:
        keep_in_link("scenario", entry.key)
    problem = tile_setting(catalog.data_dir).problem
    if problem is not None:
        st.warning(problem.text(t.lang), icon="🗺️")
    st.session_state["frame"] = Frame(catalog, entry, t)
    page.run()


main()
