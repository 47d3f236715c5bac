"""
The only place where Folium is used: a plan, or a scenario alone, as a map.

No map here asks another host for anything unless tiles are asked for. All text
goes through `safe`: Folium runs what it is given, in the browser and as a
template on the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import folium
from branca.element import MacroElement
from folium.template import Template
from folium.utilities import JsCode

from dispatch.check import check_plan
from dispatch.coverage import LEVELS, Coverage, compute_coverage
from dispatch.web.assets import JQUERY_URL, LEAFLET_URL, inline_scripts
from dispatch.web.map_features import Layer, MapFeatures
from dispatch.web.palette import level_svg
from dispatch.web.safe import safe
from dispatch.web.words import Lang, Words

if TYPE_CHECKING:
    from dispatch.plan import Plan
    from dispatch.scenario import Scenario, Travel

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
.wd-label { position: absolute; left: calc(50% + 13px); top: calc(50% - 10px);
  white-space: nowrap;
  font-size: 12px; line-height: 20px; color: #222; text-shadow: 0 0 3px #fff,
  0 0 3px #fff, 0 0 2px #fff; pointer-events: none; }
.wd-source + .wd-label, .wd-depot + .wd-label { left: calc(50% + 20px); }
.wd-truck { display: inline-block; min-width: 20px; padding: 0 4px; color: #fff;
  border-radius: 9px; text-align: center; font-weight: 700; }
.wd-legend { background: rgba(255,255,255,.94); border-radius: 6px; padding: 6px 10px;
  max-width: 270px; box-shadow: 0 1px 4px rgba(0,0,0,.3); }
.wd-legend summary { min-height: 32px; line-height: 32px; cursor: pointer;
  font-weight: 700; }
.wd-legend div { display: flex; gap: 8px; align-items: center; }
.wd-legend .wd-key { position: static; transform: none; flex: none; }
.wd-legend p { margin: 4px 0 0; font-size: 12px; color: #444; }
.wd-warning { background: #B3261E; color: #fff; padding: 6px 10px; border-radius: 6px;
  font-weight: 700; max-width: 70vw; }
"""


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


@dataclass(frozen=True, slots=True)
class Tiles:
    """A tile server to draw under a map: off unless given."""

    url: str
    attribution: str


class _Corner(MacroElement):
    """Style, legend, warning and the rule that shows names where there is room."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        (function (map) {
          var style = document.createElement('style');
          style.textContent = {{ this.style|tojson }};
          document.head.appendChild(style);
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
              (p.label ? names : numbers).push(layer);
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

    def __init__(self, legend: str, warning: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca is untyped
        self._name = "WdCorner"
        self.style = _STYLE
        self.legend = legend
        self.warning = warning


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
        A tile server; the map then needs it, and positions are in WGS-84.
    attribution
        Whose data the places and roads are, where that is known.

    Notes
    -----
    A plan that breaks a rule says so on its map.
    """
    words = Words(lang)
    chart = _build(
        OfflineMap,
        scenario,
        plan,
        compute_coverage(scenario, plan, travel),
        words,
        num_violations=len(check_plan(scenario, travel, plan)),
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
    tiles: Tiles | None = None,
    attribution: str = "",
    base_url: str = "",
) -> folium.Map:
    """
    Return a map for ``st_folium``, its scripts served by our own app.

    Parameters
    ----------
    plan, figures
        None shows the scenario alone.
    base_url
        What stands before every path of the app, ``server.baseUrlPath``.
    """
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
        tiles=tiles,
        attribution=attribution,
    )


def _build(
    kind: type[OfflineMap],
    scenario: Scenario,
    plan: Plan | None,
    figures: Coverage | None,
    words: Words,
    *,
    num_violations: int,
    tiles: Tiles | None,
    attribution: str,
) -> folium.Map:
    features = MapFeatures(scenario, plan, figures, words, in_wgs84=tiles is not None)
    (south, west), (north, east) = features.bounds()
    chart = kind(
        location=((south + north) / 2, (west + east) / 2),
        zoom_start=12,
        tiles=None,
        prefer_canvas=True,
        attributionControl=False,
        zoom_snap=0.5,
    )
    if tiles is not None:
        folium.TileLayer(
            tiles.url, attr=safe(tiles.attribution), name=safe(words("map.tiles"))
        ).add_to(chart)
    roads = features.roads()
    layers = [
        *([roads] if roads else []),
        *features.routes(),
        features.depots(),
        features.sources(),
        *features.villages(),
    ]
    for layer in layers:
        _add_layer(chart, layer)
    folium.LayerControl(collapsed=True).add_to(chart)
    chart.fit_bounds([[south, west], [north, east]], padding=(30, 30), max_zoom=15)
    warning = (
        safe(words("map.violations", count=num_violations)) if num_violations else ""
    )
    credits_of = [part for part in (attribution, tiles and tiles.attribution) if part]
    chart.add_child(_Corner(_legend(scenario, figures, words, credits_of), warning))
    return chart


def _add_layer(chart: folium.Map, layer: Layer) -> None:
    if not layer.features:
        return
    data: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": list(layer.features),
    }
    folium.GeoJson(
        data,
        name=layer.name,
        show=layer.is_shown,
        on_each_feature=JsCode(_ON_EACH_FEATURE),
        point_to_layer=JsCode(_POINT_TO_LAYER),
    ).add_to(chart)


def _legend(
    scenario: Scenario, figures: Coverage | None, words: Words, credits_of: list[str]
) -> str:
    t = words
    rows = []
    if figures is not None:
        counts = figures.places["level"].value_counts()
        rows += [
            f"<div>{level_svg(level)}<span>{safe(t(f'level.{level}'))} "
            f"({int(counts.get(level, 0))})</span></div>"
            for level in reversed(LEVELS)
        ]
    rows += [
        f'<div><span class="wd-source wd-{kind} wd-key">{sign}</span>'
        f"<span>{safe(t(f'map.{kind}_source'))}</span></div>"
        for kind, sign in (("potable", "💧"), ("unfit", "🐄"))
        if any(source.potable == (kind == "potable") for source in scenario.sources)
    ]
    rows.append(
        '<div><span class="wd-depot wd-key">⌂</span>'
        f"<span>{safe(t('map.depot'))}</span></div>"
    )
    notes = []
    if figures is not None:
        notes.append(t("map.route_key"))
        if scenario.roads is None:
            notes.append(t("map.straight"))
    need = scenario.need
    notes.append(
        t(
            "map.units",
            survival=f"{need.survival_l_per_person:g}",
            basic=f"{need.basic_l_per_person:g}",
        )
    )
    notes += credits_of
    texts = "".join(f"<p>{safe(note)}</p>" for note in notes)
    title = t("map.title", name=scenario.name, date=scenario.date)
    return f"<summary>{safe(title)}</summary>{''.join(rows)}{texts}"
