"""Components that draw with Leaflet: their files, and its style and script."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dispatch.maps.assets import LEAFLET_DIR, LEAFLET_URL

if TYPE_CHECKING:
    from collections.abc import Callable


def leaflet_component(name: str) -> Callable[..., Any]:
    """Return the component of the files ``name.html``, ``.css`` and ``.js``."""
    import streamlit as st  # a second, which maps without pages need not wait

    def own(file: str) -> str:
        return Path(__file__).with_name(file).read_text(encoding="utf-8")

    css = (LEAFLET_DIR / "leaflet.css").read_text(encoding="utf-8")
    # Its pictures are not used here, and their paths would not be found.
    css = css.replace("url(images/", f"url({LEAFLET_URL}/images/")
    return cast(
        "Callable[..., Any]",
        st.components.v2.component(
            f"water_dispatch_{name}",
            html=own(f"{name}.html"),
            css=css + own(f"{name}.css"),
            js=own("loading.js") + own(f"{name}.js"),
        ),
    )


def script_address(base: str) -> str:
    """Return where the page loads Leaflet from, below the base path of the app."""
    return f"/{base}{LEAFLET_URL}/leaflet.js".replace("//", "/")
