"""
The only place where Folium is used: a plan, or a scenario alone, as a map.

No map here asks another host for anything unless tiles are asked for. All text
goes through `safe`: Folium runs what it is given, in the browser and as a
template on the server.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import folium
from branca.element import MacroElement
from folium.template import Template
from folium.utilities import JsCode

from dispatch.check.past import past_said, split_violations
from dispatch.check.rules import check_plan
from dispatch.coverage import Coverage, compute_coverage
from dispatch.maps.assets import JQUERY_URL, LEAFLET_URL, inline_scripts
from dispatch.maps.basemap import RANKS, Basemap, basemap_of
from dispatch.maps.encode import compact, packed, safe, steps_of
from dispatch.maps.features import Layer, MapFeatures
from dispatch.maps.legend import (
    BORDER,
    CASING,
    CASING_WIDTH,
    NAME_LOOKS,
    ROAD_COLOURS,
    ROAD_WIDTHS,
    ROADS_FROM,
    VECTOR_LOOKS,
    WATER,
    legend_html,
)
from dispatch.maps.palette import LEVEL_SIGNS
from dispatch.maps.tiles import Tiles, tile_setting
from dispatch.words.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch.check.facts import Violation
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import Travel
    from dispatch.words.message import Lang

_INLINE: Final = "wd-inline-assets"


class Past(NamedTuple):
    """What is said of rules that what is done has broken, and a title for it."""

    text: str
    title: str


def past_of(
    scenario: Scenario, plan: Plan, past: Sequence[Violation], words: Words
) -> Past | None:
    """Return what a map says of broken rules of what is done; None: there are none."""
    if not past:
        return None
    text = past_said(scenario, plan, past).text(words.lang)
    return Past(text, words("map.past", count=len(past)))


class OfflineMap(folium.Map):
    """A Folium map whose only scripts are Leaflet and jQuery of our own."""

    # streamlit-folium renames map_<id>; another name would leave its frame empty.
    _name = "Map"
    default_css = [("leaflet_css", _INLINE)]  # noqa: RUF012  # as Folium declares it
    default_js = [("leaflet", _INLINE), ("jquery", _INLINE)]  # noqa: RUF012


class _ServedMap(OfflineMap):
    """The same with scripts from the routes of our own app."""

    default_css = [("leaflet_css", f"{LEAFLET_URL}/leaflet.css")]  # noqa: RUF012
    default_js = [  # noqa: RUF012
        ("leaflet", f"{LEAFLET_URL}/leaflet.js"),
        ("jquery", f"{JQUERY_URL}/jquery.min.js"),
    ]


@cache
def _own_file(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


class _Script(MacroElement):
    """What the layers of our own are made of; it must come before them."""

    _template = Template(
        "{% macro script(this, kwargs) %}{{ this.code }}{% endmacro %}"
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca is untyped
        self._name = "WdScript"
        self.code = _own_file("map.js") + _own_file("corner.js")


class _Own(folium.map.Layer):
    """
    A layer that ``map.js`` makes.

    Parameters
    ----------
    make
        Name of the function there.
    arguments
        What it is given; all texts safe to show.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = wdMap.{{ this.make }}({{ this.arguments }});
        {% endmacro %}
        """
    )

    def __init__(
        self, make: str, *arguments: object, name: str, show: bool = True
    ) -> None:
        super().__init__(name=name, overlay=True, control=bool(name), show=show)
        self._name = "WdOwn"
        self.make = make
        self.arguments = ",".join(compact(value) for value in arguments)


class _Corner(MacroElement):
    """Style, legend, warnings and credit, which ``corner.js`` puts on the map."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        wdMap.corner({{ this._parent.get_name() }}, {{ this.texts|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, legend: str, warning: str, past: Past, credit: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca is untyped
        self._name = "WdCorner"
        self.texts = {
            "style": _own_file("map.css"),
            "legend": legend,
            "warning": warning,
            "past": safe(past.text),
            "pastTitle": safe(past.title),
            "credit": credit,
        }


def plan_map_html(
    scenario: Scenario,
    travel: Travel,
    plan: Plan,
    lang: Lang = "zh",
    *,
    tiles: Tiles | None = None,
    attribution: str = "",
) -> str:
    """
    Return a map of the plan as one HTML file that opens without any internet.

    Parameters
    ----------
    tiles
        A tile server; the map then needs it. None: the file needs nothing.
    attribution
        Whose data the places and roads are, where that is known.

    Notes
    -----
    A plan that breaks a rule says so on its map; if only what is done has broken
    rules, where and when, and that the rest may be used.
    """
    words = Words(lang)
    violations = check_plan(scenario, travel, plan)
    broken = split_violations(scenario, plan, violations)
    chart = _build(
        OfflineMap,
        scenario,
        plan,
        compute_coverage(scenario, plan, travel),
        words,
        num_violations=len(broken.to_come),
        past=None if broken.to_come else past_of(scenario, plan, broken.past, words),
        tiles=tiles,
        attribution=attribution,
    )
    page: str = chart.get_root().render()
    for element in (
        f'<script src="{_INLINE}"></script>',
        f'<link rel="stylesheet" href="{_INLINE}"/>',
    ):
        page = page.replace(element, "")
    title = safe(words("map.title", name=scenario.name, date=scenario.date))
    head = f"<head><title>{title}</title>{inline_scripts()}"
    page = page.replace("<head>", head, 1)
    return page.replace("<html>", f'<html lang="{lang}">', 1)


def live_map(
    scenario: Scenario,
    plan: Plan | None,
    figures: Coverage | None,
    lang: Lang = "zh",
    *,
    num_violations: int = 0,
    past: Past | None = None,
    tiles: Tiles | Literal["setting"] | None = "setting",
    attribution: str = "",
    base_url: str = "",
) -> folium.Map:
    """
    Return a map for ``st_folium``, its scripts served by our own app.

    Parameters
    ----------
    plan, figures
        None shows the scenario alone.
    past
        What is said of rules that what is done has broken.
    tiles
        By default what the setting says; None: no tiles.
    base_url
        What stands before every path of the app, ``server.baseUrlPath``.
    """
    if tiles == "setting":
        tiles = tile_setting().tiles
    kind: type[OfflineMap] = _ServedMap
    if base_url:
        prefix = f"/{base_url.strip('/')}"
        urls = {
            name: [(key, prefix + url) for key, url in getattr(_ServedMap, name)]
            for name in ("default_css", "default_js")
        }
        kind = type("OfflineMap", (_ServedMap,), urls)
    return _build(
        kind,
        scenario,
        plan,
        figures,
        Words(lang),
        num_violations=num_violations,
        past=past,
        tiles=tiles,
        attribution=attribution,
        base_url=base_url,
    )


def _build(
    kind: type[OfflineMap],
    scenario: Scenario,
    plan: Plan | None,
    figures: Coverage | None,
    words: Words,
    *,
    num_violations: int,
    past: Past | None,
    tiles: Tiles | None,
    attribution: str,
    base_url: str = "",
) -> folium.Map:
    datum = tiles.datum if tiles else "wgs84"
    features = MapFeatures(scenario, plan, figures, words, datum=datum)
    basemap = basemap_of(scenario, datum=datum)
    (south, west), (north, east) = features.bounds()
    chart = kind(
        location=((south + north) / 2, (west + east) / 2),
        zoom_start=12,
        tiles=None,
        prefer_canvas=True,
        attributionControl=False,
        zoom_snap=0.5,
    )
    chart.add_child(_Script())
    if tiles is not None:
        _add_tiles(chart, tiles, words, base_url)
    for own in _basemap_layers(basemap, words, features.labels()[:MAX_ELEMENTS]):
        # Over somebody else's map ours would be a second one.
        own.show = tiles is None
        own.add_to(chart)
    limits = features.limits()
    villages = features.villages()
    layers = [
        Layer(
            safe(words("map.limits")), [f for found in limits.values() for f in found]
        ),
        *features.routes(),
        features.transfers(),
        features.depots(),
        features.sources(),
        *villages,
    ]
    for layer in layers:
        _add_layer(chart, layer)
    if len(scenario.villages) > MAX_ELEMENTS:
        _village_names(villages).add_to(chart)
    folium.LayerControl(collapsed=True).add_to(chart)
    chart.fit_bounds([[south, west], [north, east]], padding=(30, 30), max_zoom=15)
    warning = (
        safe(words("map.violations", count=num_violations)) if num_violations else ""
    )
    said = [attribution, *basemap.credits_of, tiles.attribution if tiles else ""]
    credits_of = [text for text in dict.fromkeys(said) if text]
    legend = legend_html(scenario, figures, words, credits_of, basemap, tuple(limits))
    credit = " · ".join(safe(text) for text in credits_of)
    chart.add_child(_Corner(legend, warning, past or Past("", ""), credit))
    return chart


def _add_tiles(chart: folium.Map, tiles: Tiles, words: Words, base_url: str) -> None:
    if tiles.is_vector:
        (url,) = tiles.urls(base_url)
        zooms = {"minNativeZoom": tiles.min_zoom, "maxNativeZoom": tiles.max_zoom}
        name = safe(words("map.tiles"))
        _Own("vector", url, zooms, VECTOR_LOOKS, name=name).add_to(chart)
        return
    names = (words("map.tiles"), words("map.tile_names"))
    for url, name in zip(tiles.urls(base_url), names, strict=False):
        folium.TileLayer(
            url,
            attr=safe(tiles.attribution) or "-",
            name=safe(name),
            overlay=True,
            min_zoom=0,
            max_zoom=20,
            min_native_zoom=tiles.min_zoom,
            max_native_zoom=tiles.max_zoom,
            # Servers such as OpenStreetMap's answer only pages that say who they are.
            referrer_policy="strict-origin-when-cross-origin",
        ).add_to(chart)


def _basemap_layers(
    basemap: Basemap, words: Words, avoid: list[list[float]]
) -> list[_Own]:
    """Return water, borders, roads and names, each as one layer to switch."""
    water: list[dict[str, Any]] = []
    if basemap.water:
        style = {"stroke": False, "fillColor": WATER, "fillOpacity": 1}
        outlines = [[steps_of(ring) for ring in found] for found in basemap.water]
        water.append({"lines": outlines, "style": style, "area": True})
    if basemap.rivers:
        style = {"color": WATER}
        lines = [steps_of(line) for line in basemap.rivers]
        water.append({"lines": lines, "style": style, "width": 2.6})
    found = [_Own("shapes", water, 210, name=safe(words("map.water")))] if water else []
    if basemap.borders:
        style = {"color": BORDER, "dashArray": "9 5 2 5", "weight": 1.4, "opacity": 0.8}
        lines = [steps_of(line) for line in basemap.borders]
        parts = [{"lines": lines, "style": style}]
        found.append(_Own("shapes", parts, 220, name=safe(words("map.borders"))))
    if any(basemap.roads.values()):
        parts = _road_parts(basemap)
        found.append(_Own("shapes", parts, 230, name=safe(words("map.roads"))))
    if basemap.names:
        names = [
            [round(n.lat, 5), round(n.lon, 5), safe(n.text), n.kind]
            for n in basemap.names
        ]
        name = safe(words("map.names"))
        found.append(_Own("names", names, NAME_LOOKS, 350, avoid, name=name))
    return found


def _road_parts(basemap: Basemap) -> list[dict[str, Any]]:
    """Return the roads, wider ones on top and with a darker edge."""
    parts: list[dict[str, Any]] = []
    for rank in RANKS:
        lines = [steps_of(line) for line in basemap.roads.get(rank, ())]
        width, first = ROAD_WIDTHS[rank], ROADS_FROM[rank]
        looks = [(ROAD_COLOURS[rank], width)]
        if rank != "small":
            looks.insert(0, (CASING, width + CASING_WIDTH))
        parts += [
            {"lines": lines, "style": {"color": colour}, "width": w, "from": first}
            for colour, w in looks
            if lines
        ]
    return parts


#: More villages than this are painted on a canvas, not made of elements.
MAX_ELEMENTS: Final = 600
_PLAIN_SIGN: Final = {"colour": "#555555", "points": "", "sign": ""}


def _add_layer(chart: folium.Map, layer: Layer) -> None:
    if not layer.features:
        return
    is_villages = layer.features[0]["properties"].get("kind") == "village"
    made: folium.map.Layer
    if is_villages and layer.num_alike > MAX_ELEMENTS:
        made = _marks(layer)
    elif layer.is_packed:
        made = _Own("packed", packed(layer.features), name=layer.name)
        made.show = layer.is_shown
    else:
        made = folium.GeoJson(
            {"type": "FeatureCollection", "features": list(layer.features)},
            name=layer.name,
            show=layer.is_shown,
            on_each_feature=JsCode("wdMap.onEachFeature"),
            point_to_layer=JsCode("wdMap.pointToLayer"),
        )
    made.add_to(chart)


def _marks(layer: Layer) -> _Own:
    """Return a layer of places that are painted, with popups made when clicked."""
    sign: dict[str, Any] = dict(_PLAIN_SIGN)
    if layer.level is not None:
        own = LEVEL_SIGNS[layer.level]
        sign = {"colour": own.colour, "points": own.points, "sign": own.sign}
        sign["low"] = layer.level == "survival"
        # Those worst off are few and must be found among thousands.
        sign["extra"] = 3 if layer.level == "below" else 0
    places = []
    for feature in layer.features:
        lon, lat = feature["geometry"]["coordinates"]
        p = feature["properties"]
        places.append([round(lat, 5), round(lon, 5), p["tip"], p["popup"]])
    return _Own("marks", places, sign, name=layer.name)


def _village_names(layers: Iterable[Layer]) -> _Own:
    """Return the names of many villages, those served worst first."""
    names = []
    for layer in reversed([*layers]):
        for feature in layer.features:
            lon, lat = feature["geometry"]["coordinates"]
            label = feature["properties"]["label"]
            names.append([round(lat, 5), round(lon, 5), label, "village"])
    return _Own("names", names, NAME_LOOKS, 620, name="")
