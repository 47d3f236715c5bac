"""Maps that ask nobody for anything: scripts, styles and corner are in the page."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import folium
from branca.element import MacroElement
from folium.template import Template

from dispatch.maps.assets import inline_scripts
from dispatch.maps.encode import safe

if TYPE_CHECKING:
    from dispatch.words.message import Lang

_INLINE: Final = "wd-inline-assets"


class Past(NamedTuple):
    """What is said of rules that what is done has broken, and a title for it."""

    text: str
    title: str


#: Nothing to say.
NO_PAST: Final = Past("", "")


class OfflineMap(folium.Map):
    """A Folium map whose only scripts are Leaflet and jQuery of our own."""

    # streamlit-folium renames map_<id>; another name would leave its frame empty.
    _name = "Map"
    default_css = [("leaflet_css", _INLINE)]  # noqa: RUF012  # as Folium declares it
    default_js = [("leaflet", _INLINE), ("jquery", _INLINE)]  # noqa: RUF012


@cache
def own_file(name: str) -> str:
    """Return a script or style of our own."""
    return (Path(__file__).parent / "static" / name).read_text(encoding="utf-8")


class MapScript(MacroElement):
    """What the layers of our own are made of; it must come before them."""

    _template = Template(
        "{% macro script(this, kwargs) %}{{ this.code }}{% endmacro %}"
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca is untyped
        self._name = "WdScript"
        self.code = own_file("map.js") + own_file("corner.js")


class MapCorner(MacroElement):
    """Style, legend, warnings and credit, which ``corner.js`` puts on the map."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        wdMap.corner({{ this._parent.get_name() }}, {{ this.texts|tojson }});
        {% endmacro %}
        """
    )

    def __init__(
        self, legend: str, warning: str, past: Past, credit: str, *, style: str = ""
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca is untyped
        self._name = "WdCorner"
        self.texts = {
            "style": own_file("map.css") + style,
            "legend": legend,
            "warning": warning,
            "past": safe(past.text),
            "pastTitle": safe(past.title),
            "credit": credit,
        }


def whole_page(chart: folium.Map, title: str, lang: Lang) -> str:
    """
    Return a map as one HTML file that opens without any internet.

    Parameters
    ----------
    chart
        An `OfflineMap` with all that is on it.
    title
        Of the page, as people wrote it.
    lang
        Language of the page.
    """
    page: str = chart.get_root().render()
    for element in (
        f'<script src="{_INLINE}"></script>',
        f'<link rel="stylesheet" href="{_INLINE}"/>',
    ):
        page = page.replace(element, "")
    head = f"<head><title>{safe(title)}</title>{inline_scripts()}"
    page = page.replace("<head>", head, 1)
    return page.replace("<html>", f'<html lang="{lang}">', 1)
