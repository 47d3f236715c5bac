"""The layers of a map, as Folium and ``map.js`` draw them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import folium
from folium.template import Template
from folium.utilities import JsCode

from dispatch.maps.basemap import RANKS, Basemap
from dispatch.maps.encode import compact, packed, safe, steps_of
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
)
from dispatch.maps.palette import LEVEL_SIGNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.maps.pen import Layer
    from dispatch.maps.tiles import Tiles
    from dispatch.words.words import Words

#: More villages than this are painted on a canvas, not made of elements.
MAX_ELEMENTS: Final = 600
_PLAIN_SIGN: Final = {"colour": "#555555", "points": "", "sign": ""}


class OwnLayer(folium.map.Layer):
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


def add_tiles(chart: folium.Map, tiles: Tiles, words: Words, base_url: str) -> None:
    """
    Add the tiles that were asked for, below all else.

    Parameters
    ----------
    chart
        The map.
    tiles
        A tile server or file.
    words
        Words in the language of the reader.
    base_url
        What stands before every path of the app; empty: nothing.
    """
    if tiles.is_vector:
        (url,) = tiles.urls(base_url)
        zooms = {"minNativeZoom": tiles.min_zoom, "maxNativeZoom": tiles.max_zoom}
        name = safe(words("map.tiles"))
        OwnLayer("vector", url, zooms, VECTOR_LOOKS, name=name).add_to(chart)
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


def basemap_layers(
    basemap: Basemap, words: Words, avoid: list[list[float]]
) -> list[OwnLayer]:
    """
    Return water, borders, roads and names, each as one layer to switch.

    Parameters
    ----------
    basemap
        Lines and names in the datum of the map.
    words
        Words in the language of the reader.
    avoid
        Lat, lon and letters of names that others must not cover.
    """
    water: list[dict[str, Any]] = []
    if basemap.water:
        style = {"stroke": False, "fillColor": WATER, "fillOpacity": 1}
        outlines = [[steps_of(ring) for ring in layers] for layers in basemap.water]
        water.append({"lines": outlines, "style": style, "area": True})
    if basemap.rivers:
        style = {"color": WATER}
        lines = [steps_of(line) for line in basemap.rivers]
        water.append({"lines": lines, "style": style, "width": 2.6})
    layers = (
        [OwnLayer("shapes", water, 210, name=safe(words("map.water")))] if water else []
    )
    if basemap.borders:
        style = {"color": BORDER, "dashArray": "9 5 2 5", "weight": 1.4, "opacity": 0.8}
        lines = [steps_of(line) for line in basemap.borders]
        parts = [{"lines": lines, "style": style}]
        layers.append(OwnLayer("shapes", parts, 220, name=safe(words("map.borders"))))
    if any(basemap.roads.values()):
        parts = _road_parts(basemap)
        layers.append(OwnLayer("shapes", parts, 230, name=safe(words("map.roads"))))
    if basemap.names:
        names = [
            [round(n.lat, 5), round(n.lon, 5), safe(n.text), n.kind]
            for n in basemap.names
        ]
        name = safe(words("map.names"))
        layers.append(OwnLayer("names", names, NAME_LOOKS, 350, avoid, name=name))
    return layers


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


def add_layer(chart: folium.Map, layer: Layer) -> None:
    """
    Add a layer in the way that suits its size: elements, packed or painted.

    Parameters
    ----------
    chart
        The map.
    layer
        Its features; an empty one is left out.
    """
    if not layer.features:
        return
    is_villages = layer.features[0]["properties"].get("kind") == "village"
    made: folium.map.Layer
    if is_villages and layer.num_alike > MAX_ELEMENTS:
        made = _marks(layer)
    elif layer.is_packed:
        made = OwnLayer("packed", packed(layer.features), name=layer.name)
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


def _marks(layer: Layer) -> OwnLayer:
    """Return a layer of places that are painted, with popups made when clicked."""
    sign: dict[str, Any] = dict(_PLAIN_SIGN)
    if layer.level is not None:
        level_sign = LEVEL_SIGNS[layer.level]
        sign = {
            "colour": level_sign.colour,
            "points": level_sign.points,
            "sign": level_sign.sign,
        }
        sign["low"] = layer.level == "survival"
        # Those worst off are few and must be found among thousands.
        sign["extra"] = 3 if layer.level == "below" else 0
    places = []
    for feature in layer.features:
        lon, lat = feature["geometry"]["coordinates"]
        p = feature["properties"]
        places.append([round(lat, 5), round(lon, 5), p["tip"], p["popup"]])
    return OwnLayer("marks", places, sign, name=layer.name)


def village_names(layers: Iterable[Layer]) -> OwnLayer:
    """Return the names of many villages, those served worst first."""
    names = []
    for layer in reversed([*layers]):
        for feature in layer.features:
            lon, lat = feature["geometry"]["coordinates"]
            label = feature["properties"]["label"]
            names.append([round(lat, 5), round(lon, 5), label, "village"])
    return OwnLayer("names", names, NAME_LOOKS, 620, name="")
