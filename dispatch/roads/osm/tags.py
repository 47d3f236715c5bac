"""Values of OpenStreetMap tags, as people write them -> tonnes, metres, km/h, grade."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NUMBER: Final = r"([+-]?\d+(?:\.\d+)?)"
_WITH_UNIT: Final = re.compile(rf"{_NUMBER}\s*([^\d\s][^\d]*)?")
_FEET: Final = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:'|ft\.?|feet|foot)\s*"
    r"(?:(\d+(?:\.\d+)?)\s*(?:\"|''|in\.?|inch|inches)?)?"
)
#: Without a unit a weight is in tonnes; ``st`` is the short ton of American signs.
_TONNES: Final = {
    **dict.fromkeys(("", "t", "to", "ton", "tons", "tonne", "tonnes", "吨"), 1.0),
    **dict.fromkeys(("kg", "公斤", "千克"), 0.001),
    **dict.fromkeys(("lb", "lbs", "pounds"), 0.000_453_592_37),
    "st": 0.907_184_74,
    "lt": 1.016_046_908_8,
}
_METRES: Final = {
    **dict.fromkeys(("", "m", "metre", "metres", "meter", "meters", "米"), 1.0),
    **dict.fromkeys(("cm", "厘米"), 0.01),
    "mm": 0.001,
    **dict.fromkeys(("in", '"', "inches"), 0.0254),
}
_KM_H: Final = {
    **dict.fromkeys(("", "km/h", "kmh", "kph", "公里/小时"), 1.0),
    "mph": 1.609_344,
    "knots": 1.852,
}
#: Pace of somebody who walks, for roads that are shared with them.
WALK_KM_H: Final = 6.0
#: The lowest and highest figures that a sign can mean; others are slips.
_TONNES_RANGE: Final = (0.1, 200.0)
_METRES_RANGE: Final = (0.5, 100.0)
_KM_H_RANGE: Final = (0.5, 200.0)
_STEEPEST: Final = 0.5

#: Node barriers that nothing with four wheels passes, unless a tag allows it.
_BLOCKS: Final = frozenset(
    {
        "block",
        "bollard",
        "bus_trap",
        "cycle_barrier",
        "debris",
        "full-height_turnstile",
        "horse_stile",
        "jersey_barrier",
        "kissing_gate",
        "log",
        "motorcycle_barrier",
        "planter",
        "stile",
        "turnstile",
        "sump_buster",
    }
)
_EMPTY_WORDS: Final = frozenset({"n/a", "none", "null"})


@lru_cache(maxsize=8192)
def parse_tonnes(text: str) -> float | None:
    """Return the lowest weight of a tag such as ``7.5 t``; None: no limit, unknown."""
    return _lowest(text, lambda part: _in_units(part, _TONNES, _TONNES_RANGE))


@lru_cache(maxsize=8192)
def parse_metres(text: str) -> float | None:
    """Return the lowest length of a tag such as ``230 cm`` or ``8'6"``; else None."""
    return _lowest(text, _metres)


@lru_cache(maxsize=8192)
def parse_km_h(text: str) -> float | None:
    """Return the lowest speed of a tag such as ``50 mph`` or ``walk``; else None."""
    return _lowest(text, _km_h)


@lru_cache(maxsize=8192)
def parse_grade(text: str) -> float | None:
    """Return rise by length of a tag such as ``-5 %`` or ``6°``; ``up`` is unknown."""
    match = re.fullmatch(rf"{_NUMBER}\s*([%°]?)", _plain(text))
    if match is None:
        return None
    number = float(match[1])
    if abs(number) >= 45:
        return None
    grade = math.tan(math.radians(number)) if match[2] == "°" else number / 100
    return round(grade, 4) if abs(grade) <= _STEEPEST else None


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    for mark, ascii_mark in (("′", "'"), ("’", "'"), ("″", '"'), ("”", '"')):
        plain = plain.replace(mark, ascii_mark)
    # 12,000 lbs has its comma between thousands; elsewhere it stands for a dot.
    plain = re.sub(r"(?<=\d),(?=\d{3}\s*(?:kg|lbs?)\b)", "", plain)
    return re.sub(r"(?<=\d),(?=\d)", ".", plain)


def _lowest(text: str, parse: Callable[[str], float | None]) -> float | None:
    values = [parse(part.strip()) for part in _plain(text).split(";")]
    return min((value for value in values if value is not None), default=None)


def _in_units(
    text: str, units: Mapping[str, float], limits: tuple[float, float]
) -> float | None:
    match = _WITH_UNIT.fullmatch(text)
    factor = None if match is None else units.get((match[2] or "").strip().rstrip("."))
    if match is None or factor is None:
        return None
    return _within(float(match[1]) * factor, limits)


def _within(value: float, limits: tuple[float, float]) -> float | None:
    return round(value, 3) if limits[0] <= value <= limits[1] else None


def _metres(text: str) -> float | None:
    feet = _FEET.fullmatch(text)
    if feet is None:
        return _in_units(text, _METRES, _METRES_RANGE)
    inches = 12 * float(feet[1]) + float(feet[2] or 0)
    return _within(inches * 0.0254, _METRES_RANGE)


def _km_h(text: str) -> float | None:
    if text == "walk" or text.endswith(":walk"):
        return WALK_KM_H
    return _in_units(text, _KM_H, _KM_H_RANGE)


def lowest_of(
    tags: Mapping[str, str], keys: tuple[str, ...], parse: Callable[[str], float | None]
) -> float | None:
    """
    Return the lowest value that any of some tags gives; None: none does.

    Parameters
    ----------
    tags
        Tags of one object.
    keys
        Keys to look at.
    parse
        Reads one value; None: it means no figure.
    """
    values = [parse(tags[key]) for key in keys if key in tags]
    return min((value for value in values if value is not None), default=None)


def clean_text(text: str | None) -> str:
    """Return a tag as one line of text; empty where it would mean nothing."""
    line = " ".join((text or "").split())[:200].strip()
    line = "".join(char for char in line if char.isprintable())
    is_word = any(char.isalnum() for char in line)
    is_empty = line.casefold() in _EMPTY_WORDS or line.startswith("#") or line == "无"
    return line if is_word and not is_empty else ""


def is_block(tags: Mapping[str, str]) -> bool:
    """Whether a barrier is one that nothing with four wheels passes."""
    return tags.get("barrier") in _BLOCKS and tags.get("bollard") != "rising"


def direction_of(tags: Mapping[str, str]) -> int:
    """Return 1 for one-way as drawn, -1 for one-way against it, 0 for both ways."""
    oneway = tags.get("oneway", "").strip().casefold()
    if oneway in ("yes", "1", "true"):
        return 1
    if oneway in ("-1", "reverse"):
        return -1
    if oneway:
        return 0
    is_round = tags.get("junction") in ("roundabout", "circular")
    return int(is_round or tags.get("highway") == "motorway")


def is_bridge(tags: Mapping[str, str]) -> bool:
    """Whether the way is a bridge of any kind."""
    return tags.get("bridge", "no") != "no"
