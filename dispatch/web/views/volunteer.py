"""The way to the plain pages for phones: a link and a code to scan."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import segno
import streamlit as st

from dispatch import settings
from dispatch.web.address import is_local

if TYPE_CHECKING:
    from dispatch.web.context import Frame


def show() -> None:
    """Draw the page."""
    frame: Frame = st.session_state["frame"]
    t, entry = frame.t, frame.entry
    st.title(t("page.volunteer"))
    st.markdown(t("volunteer.intro"))
    query: dict[str, str] = {"lang": t.lang}
    if entry is not None:
        query["scenario"] = entry.key
    root = st.get_option("server.baseUrlPath").strip("/")
    start = f"{'/' + root if root else ''}/driver"
    path = f"{start}?{urlencode(query)}"
    st.link_button(t("volunteer.open"), path, type="primary", width="stretch")
    doors = f"{start}/doors?{urlencode(query)}"
    st.link_button(t("volunteer.doors"), doors, width="stretch")
    here = urlsplit(st.context.url or "")
    origin: str | None = f"{here.scheme}://{here.netloc}"
    if is_local(here.hostname):
        # On the computer itself: what the server found is what phones can open.
        origin = settings.public_url()
    if origin is None:
        st.info(t("volunteer.local"), icon="ℹ️")
        return
    code = io.BytesIO()
    address = f"{origin}{path}"
    segno.make(address, micro=False).save(code, kind="png", scale=6, border=2)
    st.image(code.getvalue(), caption=t("volunteer.scan"), width=240)
    st.code(address, language=None)
