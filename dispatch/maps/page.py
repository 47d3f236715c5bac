"""
The only place where Folium is used: a plan, or a scenario alone, as a map.

No map here asks another host for anything unless tiles are asked for. All text
goes through `safe`: Folium runs what it is given, in the browser and as a
template on the server.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import folium
from branca.element import MacroElement
from folium.template import Template
from folium.utilities import JsCode

from dispatch.check.past import past_message, split_violations
from dispatch.check.rules import check_plan
from dispatch.coverage import Coverage, compute_coverage
from dispatch.maps.assets import JQUERY_URL, LEAFLET_URL, inline_scripts
from dispatch.maps.basemap import RANKS, Basemap, basemap_of
from dispatch.maps.encode import compact, packed, steps_of
from dispatch.maps.features import Layer, MapFeatures
from dispatch.maps.legend import (
    BORDER,
    CASING,
    NAME_LOOKS,
    ROAD_COLOURS,
    ROAD_WIDTHS,
    ROADS_FROM,
    VECTOR_LOOKS,
    WATER,
    legend_html,
)
from dispatch.maps.palette import LEVEL_SIGNS
from dispatch.maps.safe import safe
from dispatch.maps.tiles import Tiles, tile_setting
from dispatch.words.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch.check.facts import Violation
    from dispatch.check.past import Split
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import Travel
    from dispatch.words.message import Lang

_INLINE: Final = "wd-inline-assets"

# The two scripts run on features whose text is safe already. They must not hold
# two braces in a row, nor a brace before # or %: branca reads them as a template.
_POINT_TO_LAYER: Final = """
function(feature, latlng) {
  var p = feature.properties;
  var label = p.label ? '<span class="wd-label">' + p.label + '</span>' : '';
  var size = p.popup ? 32 : 0;
  var icon = L.divIcon({className: 'wd-icon', html: p.icon + label,
    iconSize: [size, size] });
  return L.marker(latlng, {icon: icon, riseOnHover: true, keyboard: !!p.popup });
}
"""
_ON_EACH_FEATURE: Final = """
function(feature, layer) {
  var p = feature.properties;
  if (p.popup) { layer.bindPopup(p.popup, {maxWidth: 260}); }
  if (p.tip) { layer.bindTooltip(p.tip, {sticky: !p.icon}); }
}
"""

_STYLE: Final = """
.leaflet-container { font: 14px/1.5 system-ui, "Noto Sans CJK SC",
  "PingFang SC", "Microsoft YaHei", sans-serif; background: #F6F4EF; }
.leaflet-container .leaflet-control-layers-toggle { width: 44px; height: 44px; }
.leaflet-container .leaflet-bar a { width: 44px; height: 44px; line-height: 44px; }
.leaflet-control-layers-list { max-height: 46vh; overflow: auto; }
.leaflet-control-layers label { min-height: 30px; padding: 4px 0; }
.leaflet-control-layers svg { vertical-align: -2px; }
.wd-icon > svg, .wd-plain, .wd-source, .wd-depot, .wd-order { position: absolute;
  transform: translate(-50%, -50%); left: 50%; top: 50%; }
.wd-plain { width: 12px; height: 12px; border-radius: 50%; background: #555;
  border: 2px solid #fff; }
.wd-source { width: 30px; height: 30px; border-radius: 8px; background: #fff;
  border: 3px solid #0B6FA4; text-align: center; line-height: 29px; font-size: 16px; }
.wd-unfit { border-color: #7F4F24; border-style: dashed; }
.wd-depot { width: 26px; height: 26px; background: #222; color: #fff;
  text-align: center; line-height: 25px; font-size: 17px; border-radius: 3px; }
.wd-order { color: #fff; border-radius: 9px; padding: 0 5px; font-weight: 700;
  font-size: 11px; line-height: 16px; border: 1px solid #fff; white-space: nowrap; }
.wd-far .wd-source, .wd-far .wd-depot { width: 12px; height: 12px; font-size: 8px;
  line-height: 12px; border-width: 2px; border-radius: 3px; }
.wd-far .wd-legend .wd-key { width: 26px; height: 26px; font-size: 16px;
  line-height: 25px; }
.wd-far .wd-icon .wd-label { display: none; }
.wd-label { position: absolute; left: calc(50% + 13px); top: calc(50% - 10px);
  white-space: nowrap;
  font-size: 12px; line-height: 20px; color: #222; text-shadow: 0 0 3px #fff,
  0 0 3px #fff, 0 0 2px #fff; pointer-events: none; }
.wd-source + .wd-label, .wd-depot + .wd-label { left: calc(50% + 20px); }
.wd-truck { display: inline-block; min-width: 20px; padding: 0 4px; color: #fff;
  border-radius: 9px; text-align: center; font-weight: 700; }
.wd-legend { background: rgba(255,255,255,.94); border-radius: 6px; padding: 6px 10px;
  max-width: 270px; max-height: 62vh; overflow: auto;
  box-shadow: 0 1px 4px rgba(0,0,0,.3); }
.wd-legend summary { min-height: 32px; line-height: 32px; cursor: pointer;
  font-weight: 700; }
.wd-legend .wd-more summary { font-weight: 400; }
.wd-legend div { display: flex; gap: 8px; align-items: center; }
.wd-legend .wd-key { position: static; transform: none; flex: none; }
.wd-legend p { margin: 4px 0 0; font-size: 12px; color: #444; }
.wd-limit { position: absolute; transform: translate(-50%, -50%); min-width: 20px;
  padding: 0 3px; border-radius: 10px; border: 2px solid #fff; color: #fff;
  text-align: center; font-weight: 700; font-size: 12px; line-height: 18px; }
.wd-closed { background: #B3261E; border-radius: 3px; }
.wd-limited { background: #6A3D9A; }
.wd-slow { background: #8A5200; }
.wd-transfer { position: absolute; transform: translate(-50%, -50%); width: 20px;
  height: 20px; border: 2px dotted #333; background: #fff; text-align: center;
  line-height: 19px; font-size: 13px; }
.wd-legend .wd-limit, .wd-legend .wd-transfer { position: static; transform: none;
  flex: none; }
.wd-credit { background: rgba(255,255,255,.85); padding: 0 5px; font-size: 11px;
  color: #333; max-width: 60vw; }
.wd-past { background: #FFF4D6; color: #4A3300; border: 1px solid #B07D00;
  padding: 4px 10px; border-radius: 6px; max-width: 70vw; }
.wd-past summary { min-height: 32px; line-height: 32px; cursor: pointer;
  font-weight: 700; }
.wd-warning { background: #B3261E; color: #fff; padding: 6px 10px; border-radius: 6px;
  font-weight: 700; max-width: 70vw; }
"""


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
    text = past_message(scenario, plan, past).text(words.lang)
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


class _Script(MacroElement):
    """What the layers of our own are made of; it must come before them."""

    _template = Template(
        "{% macro script(this, kwargs) %}{{ this.code }}{% endmacro %}"
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca is untyped
        self._name = "WdScript"
        self.code = Path(__file__).with_name("map.js").read_text(encoding="utf-8")


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
    """Style, legend, warning and the rule that shows names where there is room."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        (function (map) {
          var style = document.createElement('style');
          style.textContent = {{ this.style|tojson }};
          document.head.appendChild(style);
          // First, and so below the legend on a phone: it is always seen.
          var credit = {{ this.credit|tojson }};
          if (credit) {
            var said = L.control({position:
              map.getSize().x > 600 ? 'bottomright' : 'bottomleft'});
            said.onAdd = function () {
              var box = L.DomUtil.create('div', 'wd-credit');
              box.innerHTML = credit;
              return box;
            };
            said.addTo(map);
          }
          var corner = L.control({position: 'bottomleft'});
          corner.onAdd = function () {
            var box = L.DomUtil.create('details', 'wd-legend');
            box.open = map.getSize().x > 600;
            box.innerHTML = {{ this.legend|tojson }};
            L.DomEvent.disableClickPropagation(box);
            L.DomEvent.disableScrollPropagation(box);
            return box;
          };
          corner.addTo(map);
          var warning = {{ this.warning|tojson }};
          if (warning) {
            var top = L.control({position: 'topleft'});
            top.onAdd = function () {
              var box = L.DomUtil.create('div', 'wd-warning');
              box.setAttribute('role', 'alert');
              box.innerHTML = warning;
              return box;
            };
            top.addTo(map);
          }
          var past = {{ this.past|tojson }};
          if (past) {
            var done = L.control({position: 'topleft'});
            done.onAdd = function () {
              var box = L.DomUtil.create('details', 'wd-past');
              box.innerHTML = '<summary>' + {{ this.past_title|tojson }} +
                '</summary>' + past;
              L.DomEvent.disableClickPropagation(box);
              return box;
            };
            done.addTo(map);
          }
          L.control.scale({imperial: false}).addTo(map);
          // Inside a page, scrolling moves the page until the map is clicked.
          if (window.self !== window.top) {
            map.scrollWheelZoom.disable();
            map.once('click', function () { map.scrollWheelZoom.enable(); });
            if (window.matchMedia('(pointer: coarse)').matches) {
              map.dragging.disable();
              map.once('click', function () { map.dragging.enable(); });
            }
          }
          // Names first, then numbers of stops: what would cover another waits
          // until one zooms in.
          function showNames() {
            var taken = [], names = [], numbers = [], bounds = map.getBounds();
            map.eachLayer(function (layer) {
              var p = layer.feature && layer.feature.properties;
              if (!p || !p.icon || !layer.getElement()) { return; }
              if (p.label) {
                names.push(layer);
              } else if (layer.getElement().querySelector('.wd-order')) {
                numbers.push(layer);
              }
            });
            names.sort(function (a, b) {
              return (a.feature.properties.kind ? 1 : 0) -
                (b.feature.properties.kind ? 1 : 0);
            });
            function isClear(box, others) {
              return others.every(function (other) {
                return box[0] > other[2] || box[2] < other[0] ||
                  box[1] > other[3] || box[3] < other[1];
              });
            }
            function place(element, box, isInView) {
              var isFree = isInView && taken.length < 400 && isClear(box, taken);
              element.style.visibility = isFree ? '' : 'hidden';
              if (isFree) { taken.push(box); }
            }
            names.forEach(function (layer) {
              var name = layer.getElement().querySelector('.wd-label');
              var at = map.latLngToContainerPoint(layer.getLatLng());
              var shift = layer.feature.properties.kind ? 16 : 22;
              var right = at.x + shift + 12 * name.textContent.length;
              place(name, [at.x - shift / 2, at.y - 10, right, at.y + 10],
                bounds.contains(layer.getLatLng()));
            });
            var icons = names.map(function (layer) {
              var at = map.latLngToContainerPoint(layer.getLatLng());
              return [at.x - 5, at.y - 5, at.x + 5, at.y + 5];
            });
            var corner = map.getContainer().getBoundingClientRect();
            numbers.forEach(function (layer) {
              var number = layer.getElement().querySelector('.wd-order');
              var box = number.getBoundingClientRect();
              box = [box.left - corner.left, box.top - corner.top,
                box.right - corner.left, box.bottom - corner.top];
              place(number, box,
                bounds.contains(layer.getLatLng()) && isClear(box, icons));
            });
          }
          map.on('moveend layeradd layerremove', showNames);
          map.whenReady(showNames);
        })({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, legend: str, warning: str, past: Past, credit: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca is untyped
        self._name = "WdCorner"
        self.style = _STYLE
        self.legend = legend
        self.warning = warning
        self.past = safe(past.text)
        self.past_title = safe(past.title)
        self.credit = credit


def plan_map_html(
    scenario: Scenario,
    travel: Travel,
    plan: Plan,
    lang: Lang = "zh",
    *,
    figures: Coverage | None = None,
    broken: Split | None = None,
    tiles: Tiles | None = None,
    attribution: str = "",
) -> str:
    """
    Return a map of the plan as one HTML file that opens without any internet.

    Parameters
    ----------
    figures, broken
        What people get and which rules are broken, where that is known already;
        None: both are found out here.
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
    if broken is None:
        violations = check_plan(scenario, travel, plan)
        broken = split_violations(scenario, plan, violations)
    chart = _build(
        OfflineMap,
        scenario,
        plan,
        figures or compute_coverage(scenario, plan, travel),
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
            looks.insert(0, (CASING, width + 1.8))
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
            on_each_feature=JsCode(_ON_EACH_FEATURE),
            point_to_layer=JsCode(_POINT_TO_LAYER),
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
