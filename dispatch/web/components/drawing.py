"""A map to click and draw on, as a component of the page: no outside assets."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from dispatch.geo.datum import from_wgs84, to_wgs84
from dispatch.maps.tiles import tile_setting
from dispatch.web.components.leaflet import leaflet_component, script_address

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dispatch.arrays import Points
    from dispatch.maps.shapes import Line, Mark
    from dispatch.model.scenario import Datum
    from dispatch.words.words import Words

Shape = Literal["point", "pair", "line", "area"]
Mode = Literal["point", "pair", "line", "area", "locate"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """
    What somebody clicked or drew.

    Attributes
    ----------
    points
        (lat, lon) in WGS-84.
    located_m
        Accuracy in metres where the phone's own position was taken; None: drawn.
    """

    shape: Shape
    points: Points
    located_m: float | None = None


@cache
def _component() -> Callable[..., Any]:
    return leaflet_component("drawing")


def drawing_map(
    key: str,
    t: Words,
    *,
    modes: Sequence[Mode],
    lines: Sequence[Line],
    places: Sequence[Mark],
    bounds: tuple[tuple[float, float], tuple[float, float]] | None,
    view: str = "",
    clear: bool = False,
) -> Drawing | None:
    """
    Show the map and return what was drawn since the last run, None if nothing.

    Parameters
    ----------
    key
        Key of the component on the page.
    t
        Words in the language of the reader.
    modes
        What can be drawn, the first is on from the start.
    lines
        Drawn under all else.
    places
        Marked places.
    bounds
        South-west and north-east corner as (lat, lon).
    view
        The map moves to ``bounds`` when this changes, and stays where the user
        moved it otherwise.
    clear
        Whether what was drawn but not finished goes away.
    """
    import streamlit as st

    base = st.get_option("server.baseUrlPath").strip("/")
    words = (*modes, *(f"{mode}_hint" for mode in modes if mode != "locate"))
    words += ("done", "undo", "broken", "locating", "locate_impossible")
    words += ("locate_denied", "locate_failed")
    tiles = tile_setting().tiles
    datum: Datum = tiles.datum if tiles else "wgs84"
    credit_texts = [
        *(line.credit for line in lines),
        tiles.attribution if tiles else "",
    ]
    content: dict[str, Any] = {
        "lines": [
            {
                "points": _moved(line.points, datum),
                "style": line.style,
                "tip": line.tip,
                "area": line.is_area,
            }
            for line in lines
        ],
        "places": [
            {
                "name": place.name,
                "at": from_wgs84(lat=place.lat, lon=place.lon, datum=datum),
                "sign": place.sign,
                "moves": place.moves,
            }
            for place in places
        ],
        "modes": list(modes),
        "words": {word: t(f"drawing.{word}") for word in words},
        "clear": clear,
        "tiles": list(tiles.urls(base)) if tiles and not tiles.is_vector else [],
        "max_zoom": tiles.max_zoom if tiles else 0,
        "credit": " · ".join(dict.fromkeys(text for text in credit_texts if text)),
    }
    digest = hashlib.sha256(json.dumps(content, default=str).encode()).hexdigest()
    component = _component()(
        key=key,
        data={
            **content,
            "version": digest[:16],
            "bounds": None if bounds is None else _moved(bounds, datum),
            "view": view,
            "leaflet": script_address(base),
        },
        on_drawn_change=lambda: None,
    )
    drawn = parse_drawing(getattr(component, "drawn", None))
    return None if drawn is None else _in_wgs84(drawn, datum)


def _moved(points: Any, datum: Datum) -> Any:
    """Return (lat, lon) points, nested as they are, in the datum of the tiles."""
    if datum == "wgs84":
        return points
    if points and isinstance(points[0], (int, float)):
        return from_wgs84(lat=points[0], lon=points[1], datum=datum)
    return [_moved(inner, datum) for inner in points]


def _in_wgs84(drawn: Drawing, datum: Datum) -> Drawing:
    """Return what was clicked on tiles in WGS-84; a phone's position is so already."""
    if datum == "wgs84" or drawn.located_m is not None:
        return drawn
    points = tuple(to_wgs84(lat=lat, lon=lon, datum=datum) for lat, lon in drawn.points)
    return replace(drawn, points=points)


def parse_drawing(value: Any) -> Drawing | None:
    """Return what the browser sent, None if it is nothing or makes no sense."""
    try:
        shape = value["shape"]
        points = tuple((float(lat), float(lon)) for lat, lon in value["points"])
        accuracy = value.get("located_m")
        located_m = None if accuracy is None else float(accuracy)
    except (TypeError, KeyError, ValueError, AttributeError):
        return None
    is_valid = all(
        math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180
        for lat, lon in points
    )
    least = {"point": 1, "pair": 2, "line": 3, "area": 3}.get(shape, 0)
    if not is_valid or not 0 < least <= len(points) <= 2_000:
        return None
    return Drawing(shape, points, located_m)
