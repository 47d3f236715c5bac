"""The map of a dispatch of all the water: canals, pumps, stores, fields and zones."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import folium
from folium.utilities import JsCode
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from dispatch.maps.basemap import basemap_of
from dispatch.maps.encode import safe
from dispatch.maps.layers import basemap_layers
from dispatch.maps.offline import (
    NO_PAST,
    MapCorner,
    MapScript,
    OfflineMap,
    own_file,
    whole_page,
)
from dispatch.maps.water_features import (
    BROKEN,
    DRY,
    LIFT,
    RUNNING,
    SHARES,
    WaterFeatures,
)
from dispatch.words.words import Words

if TYPE_CHECKING:
    from dispatch.maps.basemap import Basemap
    from dispatch.maps.pen import Layer
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.dispatch import WaterDispatch
    from dispatch.words.message import Lang


def water_map(scenario: Scenario, dispatch: WaterDispatch, lang: Lang = "zh") -> str:
    """
    Return a map of a dispatch as one HTML file that opens without any internet.

    One day is seen at a time; nobody is named on it.

    Parameters
    ----------
    scenario
        With tables of the water.
    dispatch
        What is drawn.
    lang
        Language of the texts, ``zh`` or ``en``.

    Raises
    ------
    ValueError
        If the scenario has no tables of the water: a fault of the program.
    """
    if scenario.water is None:
        raise ValueError("a map of no water")
    t = Words(lang)
    features = WaterFeatures(scenario, scenario.water, dispatch, t)
    basemap = basemap_of(scenario)
    (south, west), (north, east) = features.bounds()
    chart = OfflineMap(
        location=((south + north) / 2, (west + east) / 2),
        zoom_start=12,
        tiles=None,
        prefer_canvas=True,
        attributionControl=False,
        zoom_snap=0.5,
    )
    chart.add_child(MapScript())
    for layer in basemap_layers(basemap, t, features.labels()):
        layer.add_to(chart)
    for day in range(dispatch.plan.num_days):
        # One day at a time: these layers are chosen among, the others are added.
        _add(chart, features.day(day), is_one_of=True)
    for more in (features.stores(), features.zones(), features.fields()):
        _add(chart, more)
    folium.LayerControl(collapsed=True).add_to(chart)
    chart.fit_bounds([[south, west], [north, east]], padding=(30, 30), max_zoom=15)
    warning = "" if dispatch.is_kept else safe(t("water_map.not_kept"))
    legend = _legend(scenario, dispatch, basemap, t)
    credit = " · ".join(safe(text) for text in basemap.credits_of)
    style = own_file("water.css")
    chart.add_child(MapCorner(legend, warning, NO_PAST, credit, style=style))
    plan = dispatch.plan
    title = t(
        "water_map.title", name=scenario.name, first=plan.first_day, days=plan.num_days
    )
    return whole_page(chart, title, lang)


def _add(chart: folium.Map, layer: Layer, *, is_one_of: bool = False) -> None:
    if not layer.features:
        return
    folium.GeoJson(
        {"type": "FeatureCollection", "features": list(layer.features)},
        name=layer.name,
        overlay=not is_one_of,
        show=layer.is_shown,
        on_each_feature=JsCode("wdMap.onEachFeature"),
        point_to_layer=JsCode("wdMap.pointToLayer"),
    ).add_to(chart)


def _legend(
    scenario: Scenario, dispatch: WaterDispatch, basemap: Basemap, t: Words
) -> str:
    """Return the legend: every sign and line, and what widths and shares mean."""
    lines = [
        {"name": "running", "colour": RUNNING, "width": 7, "dashes": ""},
        {"name": "dry_line", "colour": DRY, "width": 3, "dashes": ""},
        {"name": "broken_line", "colour": BROKEN, "width": 4, "dashes": "4 7"},
        {"name": "lift_line", "colour": LIFT, "width": 4, "dashes": "3 7"},
    ]
    parts = {"most": "50-99%", "some": "1-49%", "none": "0%"}
    plan = dispatch.plan
    return _template().render(
        t=t,
        name=scenario.name,
        first=plan.first_day,
        days=plan.num_days,
        lines=lines,
        shares=[(name, parts[name]) for name, _ in SHARES if name in parts],
        notes=[t("water_map.note"), *basemap.credits_of],
    )


@cache
def _template() -> Template:
    """Return the template of the legend; all that it is given is made safe."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=lambda value: value if hasattr(value, "__html__") else _inert(value),
    )
    path = Path(__file__).parent / "static" / "water_legend.html"
    return environment.from_string(path.read_text("utf-8"))


def _inert(value: object) -> Markup:
    return Markup(safe(value))
