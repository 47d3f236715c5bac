"""
A plan, or a scenario alone, as a map; with ``layers`` all that uses Folium.

No map here asks another host for anything unless tiles are asked for. All text
goes through `safe`: Folium runs what it is given, in the browser and as a
template on the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import folium

from dispatch.check.past import past_message, split_violations
from dispatch.check.rules import check_plan
from dispatch.coverage import Coverage, compute_coverage
from dispatch.maps.assets import JQUERY_URL, LEAFLET_URL
from dispatch.maps.basemap import basemap_of
from dispatch.maps.encode import safe
from dispatch.maps.features import MapFeatures
from dispatch.maps.layers import (
    MAX_ELEMENTS,
    add_layer,
    add_tiles,
    basemap_layers,
    village_names,
)
from dispatch.maps.legend import legend_html
from dispatch.maps.offline import (
    NO_PAST,
    MapCorner,
    MapScript,
    OfflineMap,
    Past,
    whole_page,
)
from dispatch.maps.pen import Layer
from dispatch.maps.tiles import Tiles, tile_setting
from dispatch.words.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.check.facts import Violation
    from dispatch.check.past import Split
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.model.travel import Travel
    from dispatch.words.message import Lang


def past_of(
    scenario: Scenario, plan: Plan, past: Sequence[Violation], words: Words
) -> Past | None:
    """
    Return what a map says of broken rules of what is done; None: there are none.

    Parameters
    ----------
    scenario
        The day to plan.
    plan
        Says how much of every route is done.
    past
        As from `split_violations`.
    words
        Words in the language of the reader.
    """
    if not past:
        return None
    text = past_message(scenario, plan, past).text(words.lang)
    return Past(text, words("map.past", count=len(past)))


class _ServedMap(OfflineMap):
    """The same with scripts from the routes of our own app."""

    default_css = [("leaflet_css", f"{LEAFLET_URL}/leaflet.css")]  # noqa: RUF012
    default_js = [  # noqa: RUF012
        ("leaflet", f"{LEAFLET_URL}/leaflet.js"),
        ("jquery", f"{JQUERY_URL}/jquery.min.js"),
    ]


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
    scenario
        The day to plan.
    travel
        Used to check and count where ``broken`` or ``figures`` is None.
    plan
        The plan to draw.
    lang
        Language of the texts, ``zh`` or ``en``.
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
    title = words("map.title", name=scenario.name, date=scenario.date)
    return whole_page(chart, title, lang)


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
    scenario
        The day to draw.
    plan, figures
        None shows the scenario alone.
    lang
        Language of the texts, ``zh`` or ``en``.
    num_violations
        Rules that the plan breaks in what is to come.
    past
        What the map says of rules that what is done has broken.
    tiles
        By default what the setting says; None: no tiles.
    attribution
        Whose data the places and roads are, where that is known.
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
    chart.add_child(MapScript())
    if tiles is not None:
        add_tiles(chart, tiles, words, base_url)
    for basemap_layer in basemap_layers(
        basemap, words, features.labels()[:MAX_ELEMENTS]
    ):
        # Over somebody else's map ours would be a second one.
        basemap_layer.show = tiles is None
        basemap_layer.add_to(chart)
    limits = features.limits()
    villages = features.villages()
    layers = [
        Layer(
            safe(words("map.limits")),
            [f for of_kind in limits.values() for f in of_kind],
        ),
        *features.routes(),
        features.transfers(),
        features.depots(),
        features.sources(),
        *villages,
    ]
    for layer in layers:
        add_layer(chart, layer)
    if len(scenario.villages) > MAX_ELEMENTS:
        village_names(villages).add_to(chart)
    folium.LayerControl(collapsed=True).add_to(chart)
    chart.fit_bounds([[south, west], [north, east]], padding=(30, 30), max_zoom=15)
    warning = (
        safe(words("map.violations", count=num_violations)) if num_violations else ""
    )
    credit_texts = [
        attribution,
        *basemap.credits_of,
        tiles.attribution if tiles else "",
    ]
    credits_of = [text for text in dict.fromkeys(credit_texts) if text]
    legend = legend_html(scenario, figures, words, credits_of, basemap, tuple(limits))
    credit = " · ".join(safe(text) for text in credits_of)
    chart.add_child(MapCorner(legend, warning, past or NO_PAST, credit))
    return chart
