"""Vector tiles (MVT) of a local file as few numbers, for the painter of ``map.js``."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import mapbox_vector_tile  # type: ignore[import-untyped]  # ships none

from dispatch.maps.basemap import rank_of
from dispatch.maps.encode import compact
from dispatch.maps.tile_files import raw_tile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: Layers by their names in the schemas OpenMapTiles, Protomaps and Shortbread.
_LAYERS: Final = {
    "water": ("water", "ocean", "water_polygons"),
    "rivers": ("waterway", "water_lines", "physical_line"),
    "roads": ("transportation", "roads", "streets"),
    "borders": ("boundary", "boundaries"),
    "names": ("place", "places", "place_labels"),
}
_KIND_OF: Final = {name: kind for kind, names in _LAYERS.items() for name in names}
#: Classes that these schemas have besides those of OpenStreetMap.
_RANKS: Final = {"highway": "main", "major_road": "main", "medium_road": "middle"}
_CLASSES: Final = ("class", "kind", "highway")
_NAMES: Final = ("name:zh-Hans", "name:zh", "name")
_EMPTY: Final = compact({"extent": 4096})
#: A tile that unpacks to more is none that a map should draw.
_MAX_BYTES: Final = 8_000_000


def vector_tile_json(path: Path, zoom: int, x: int, y: int) -> str:
    """
    Return a tile as JSON: outlines, lines and names in steps of its extent.

    Parameters
    ----------
    path
        An MBTiles or PMTiles file with vector tiles.
    zoom, x, y
        The tile, as in XYZ addresses.
    """
    return _made(path, path.stat().st_mtime_ns, zoom, x, y)


@lru_cache(maxsize=256)
def _made(path: Path, changed: int, zoom: int, x: int, y: int) -> str:
    """Decode a tile once for everybody: it takes tens of milliseconds."""
    data = raw_tile(path, zoom, x, y)
    if not data:
        return _EMPTY
    try:
        if data[:2] == b"\x1f\x8b":
            unpacker = zlib.decompressobj(wbits=31)
            data = unpacker.decompress(data, _MAX_BYTES)
        options = {"y_coord_down": True}
        layers = mapbox_vector_tile.decode(data, default_options=options)
        return compact(_drawn(layers))
    except Exception:  # what the decoder makes of damaged tiles
        return _EMPTY


def _drawn(layers: dict[str, Any]) -> dict[str, Any]:
    by_kind: dict[str, Any] = {"extent": 4096}
    for name, layer in layers.items():
        kind = _KIND_OF.get(name)
        if kind is None:
            continue
        scale = 4096 / layer.get("extent", 4096)
        for feature in layer["features"]:
            lines = list(_lines(feature["geometry"], scale))
            properties = feature["properties"]
            if kind == "names":
                text = next(
                    (properties[key] for key in _NAMES if properties.get(key)), ""
                )
                if text and lines:
                    by_kind.setdefault(kind, []).append([*lines[0][:2], str(text)[:40]])
            elif kind == "roads":
                rank = _rank(properties)
                by_kind.setdefault(rank, []).extend(lines)
            elif kind == "water":
                by_kind.setdefault(kind, []).append(lines)
            else:
                by_kind.setdefault(kind, []).extend(lines)
    return by_kind


def _rank(properties: dict[str, Any]) -> str:
    name = next((str(properties[key]) for key in _CLASSES if properties.get(key)), "")
    return _RANKS.get(name) or rank_of(name)


def _lines(geometry: dict[str, Any], scale: float) -> Iterable[list[int]]:
    """Yield the lines or rings of a geometry, x and y in turn."""
    points = geometry["coordinates"]
    depth = {"Point": 2, "MultiPoint": 1, "LineString": 1, "MultiPolygon": -1}
    for _ in range(depth.get(geometry["type"], 0)):
        points = [points]
    if geometry["type"] == "MultiPolygon":
        points = [ring for polygon in points for ring in polygon]
    for line in points:
        yield [round(value * scale) for point in line for value in point]
