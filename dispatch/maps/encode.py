"""Texts, points and features on their way into a map, safe and in few letters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: About a metre: finer than what a map shows at its nearest.
_STEPS_PER_DEGREE: Final = 1e5
#: Besides HTML's own, what Jinja (branca compiles scripts twice), template literals
#: and string escapes of JavaScript give a meaning to.
_DANGEROUS: Final = "&<>\"'`${}\\%#"
_ENTITIES: Final = str.maketrans({sign: f"&#{ord(sign)};" for sign in _DANGEROUS})
_CONTROL: Final = dict.fromkeys((*range(0x20), 0x7F, 0x2028, 0x2029), " ")


def safe(text: object) -> str:
    """
    Return text as HTML that is inert on the server and in the browser.

    Every sign with a meaning in HTML, JavaScript or Jinja becomes a numeric entity:
    it reads the same on the page, and can neither run there nor in Folium's
    templates, which are compiled a second time with the text in them.
    """
    return str(text).translate(_CONTROL).translate(_ENTITIES)


def steps_of(points: Iterable[tuple[float, float]]) -> list[int]:
    """Return (lat, lon) points as whole steps, each from the point before."""
    whole = np.rint(np.array(list(points), dtype=np.float64) * _STEPS_PER_DEGREE)
    steps: list[int] = np.diff(whole, axis=0, prepend=0).astype(int).ravel().tolist()
    return steps


def packed(features: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return GeoJSON features as rows of kind, steps, style, tip and icon."""
    styles: dict[str, int] = {}
    rows: list[list[Any]] = []
    for feature in features:
        geometry, properties = feature["geometry"], feature["properties"]
        lines = _lines(geometry["type"], geometry["coordinates"])
        steps = [steps_of((lat, lon) for lon, lat in line) for line in lines]
        if geometry["type"] == "Point":
            icon = properties["icon"]
            rows.append([0, steps, -1, properties.get("tip", ""), icon])
            continue
        style = compact(properties.get("style", {}))
        number = styles.setdefault(style, len(styles))
        rows.append([1, steps, number, properties.get("tip", "")])
    return {"styles": [json.loads(style) for style in styles], "rows": rows}


def _lines(kind: str, coordinates: Sequence[Any]) -> Sequence[Any]:
    if kind == "Point":
        return [[coordinates]]
    return [coordinates] if kind == "LineString" else coordinates


def compact(value: object) -> str:
    """Return JSON without blanks; its texts must be safe to show already."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
