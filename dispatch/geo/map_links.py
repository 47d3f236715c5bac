"""
Links of map programs -> the point they show and the datum it is in.

Formats as in the programs' own pages on URIs (Amap, Baidu, Tencent, Google, Apple,
OpenStreetMap, Android) and as their share buttons make them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from dispatch.geo.baidu import MAX_Y_M, mercator_to_bd09
from dispatch.geo.position_text import in_order
from dispatch.words.message import Message, MessageError, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.arrays import Point
    from dispatch.model.scenario import Datum

    Query = dict[str, str]

_LINK: Final = re.compile(
    r"geo:[^\s]+"
    r"|(?:https?|androidamap|iosamap|amapuri|bdapp|baidumap|qqmap)://[^\s<>\"，。；、）】]+"
    r"|(?<![\w.@])(?:[a-z0-9-]+\.)+(?:com|org|cn|gl|net)/[^\s<>\"，。；、）】]*",
    re.IGNORECASE | re.ASCII,
)
#: Links that hold a word instead of a position.
_SHORT_HOSTS: Final = (
    *("surl.amap.com", "j.map.baidu.com", "dwz.cn", "url.cn", "w.url.cn", "t.cn"),
    *("maps.app.goo.gl", "goo.gl", "osm.org", "maps.apple", "surl.qq.com"),
)
_DEGREES: Final = r"[+-]?\d{1,3}(?:\.\d+)?"
_PAIR: Final = re.compile(rf"({_DEGREES})\s*[,~/]\s*\+?({_DEGREES})(?![\d.])", re.ASCII)
#: The mainland, roughly, where Google and Apple draw Chinese maps.
_MAINLAND_LAT: Final = (18.0, 53.6)
_MAINLAND_LON: Final = (73.5, 134.8)


@dataclass(frozen=True, slots=True)
class LinkPoint:
    """(lat, lon) in degrees of a datum, and what the link was taken for."""

    point: Point
    datum: Datum
    how: Message


def find_link(text: str) -> str | None:
    """Return the first link of a text, which may have words around it."""
    if "%3a%2f%2f" in text.casefold():
        text = unquote(text)
    match = _LINK.search(text)
    return None if match is None else match[0].replace("&amp;", "&")


def read_link(link: str) -> LinkPoint:
    """
    Return the point of a link.

    Raises
    ------
    MessageError
        If it cannot be opened here, is of no known program, or shows no point.
    """
    if link.casefold().startswith("geo:"):
        return _read_geo(link)
    try:
        url = urlsplit(link if "://" in link else f"https://{link}")
        host = (url.hostname or "").removeprefix("www.")
    except ValueError as error:
        raise MessageError(say("position_not_understood")) from error
    if url.scheme not in ("http", "https"):
        host = url.scheme
    query = {key.casefold(): value for key, value in parse_qsl(url.query)}
    # A program's own page keeps its state behind the #.
    rest = unquote(f"{url.path}#{url.fragment}")
    for pattern, program, reader in _PROGRAMS:
        if re.search(pattern, host):
            link_point = reader(query, rest)
            if link_point is not None:
                return link_point
            if host not in _SHORT_HOSTS:
                raise MessageError(say("position_link_without", program=program))
    if host in _SHORT_HOSTS:
        raise MessageError(say("position_short_link"))
    raise MessageError(say("position_link_unknown", host=host[:60]))


def _pair(text: str | None, *, lon_first: bool = False) -> Point | None:
    """Return (lat, lon) of the first pair of numbers in a text."""
    match = None if text is None else _PAIR.search(text)
    if match is None:
        return None
    one, other = float(match[1]), float(match[2])
    return (other, one) if lon_first else (one, other)


def _of_keys(query: Query, lat: str, lon: str) -> Point | None:
    point = _pair(f"{query.get(lat, '')},{query.get(lon, '')}")
    return point if lat in query and lon in query else None


def _first(query: Query, *keys: str, lon_first: bool = False) -> Point | None:
    """Return the pair of the first of these keys that has one."""
    points = (_pair(query.get(key), lon_first=lon_first) for key in keys)
    return next((point for point in points if point is not None), None)


def _taken(point: Point | None, datum: Datum, program: str) -> LinkPoint | None:
    if point is None:
        return None
    shown = {"wgs84": "WGS-84", "gcj02": "GCJ-02", "bd09": "BD-09"}[datum]
    how = say("position_from_link", program=program, datum=shown)
    return LinkPoint(point, datum, how)


def _read_geo(link: str) -> LinkPoint:
    """Read RFC 5870, and Android's ``geo:0,0?q=lat,lon(name)``; both are WGS-84."""
    body = unquote(link[4:])
    _, _, query = body.partition("q=")
    link_point = _taken(_pair(query) or _pair(body), "wgs84", "geo")
    if link_point is None:
        raise MessageError(say("position_not_understood"))
    return link_point


def _read_amap(query: Query, rest: str) -> LinkPoint | None:
    """Read Amap: lon first, but for ``p`` and ``q`` of its share links."""
    shared = re.sub(r"^[^,]*,", "", query.get("p", ""), count=1)
    point = (
        _first(query, "position", "markers", "to", "lnglat", lon_first=True)
        or _pair(shared)
        or _pair(query.get("q"))
        or _of_keys(query, "lat", "lng")
        or _of_keys(query, "lat", "lon")
        or _of_keys(query, "dlat", "dlon")
        or _first(query, "center", "location", lon_first=True)
        or _pair(re.sub("^.*@", "", rest) if "@" in rest else None, lon_first=True)
    )
    is_gps = query.get("coordinate") == "wgs84" or query.get("dev") == "1"
    return _taken(point, "wgs84" if is_gps else "gcj02", "高德 Amap")


def _read_baidu(query: Query, rest: str) -> LinkPoint | None:
    """Read Baidu: lat first in degrees, x first in metres."""
    name = "百度 Baidu"
    kind = query.get("coord_type", "bd09ll").casefold()
    point = _first(query, "location", "latlng", "destination", "center", "marker")
    if point is not None and kind != "bd09mc":
        named: dict[str, Datum] = {"wgs84": "wgs84", "gcj02": "gcj02"}
        return _taken(point, named.get(kind, "bd09"), name)
    texts = [f"@{query.get('location', '')}", f"@{query.get('c', '')}", rest]
    for text in texts:
        match = re.search(r"@(\d{6,8}(?:\.\d+)?),(\d{6,8}(?:\.\d+)?)", text, re.ASCII)
        if match is not None and float(match[2]) <= MAX_Y_M:
            x_m, y_m = float(match[1]), float(match[2])
            return _taken(mercator_to_bd09(x_m=x_m, y_m=y_m), "bd09", name)
    return None


def _read_tencent(query: Query, rest: str) -> LinkPoint | None:
    """Read Tencent: ``coord:lat,lng``, or ``pointx`` (lon) and ``pointy`` (lat)."""
    point = _first(
        query, "marker", "tocoord", "coord", "center", "location", "coords"
    ) or _of_keys(query, "pointy", "pointx")
    return _taken(point, "gcj02", "腾讯 Tencent")


def _read_google(query: Query, rest: str) -> LinkPoint | None:
    """Read Google: the pin, what was asked for, else the middle of the map."""
    pins = re.findall(rf"!3d({_DEGREES})!4d({_DEGREES})", rest, re.ASCII)
    point = (
        (_pair(",".join(pins[-1])) if pins else None)
        or _first(query, "q", "query", "ll", "destination", "daddr", "center", "sll")
        or _pair(re.sub(r"@.*", "", rest))
        or _pair(re.sub(r"^.*@", "", rest) if "@" in rest else None)
    )
    return _by_place(point, "Google")


def _read_apple(query: Query, rest: str) -> LinkPoint | None:
    point = _first(query, "coordinate", "ll", "q", "daddr", "center", "sll")
    return _by_place(point, "Apple")


def _by_place(point: Point | None, program: str) -> LinkPoint | None:
    """Return a point as GCJ-02 in the mainland and WGS-84 elsewhere."""
    if point is None:
        return None
    point = in_order(*point)
    is_mainland = (
        _MAINLAND_LAT[0] <= point[0] <= _MAINLAND_LAT[1]
        and _MAINLAND_LON[0] <= point[1] <= _MAINLAND_LON[1]
    )
    if not is_mainland:
        return _taken(point, "wgs84", program)
    return LinkPoint(point, "gcj02", say("position_from_abroad", program=program))


def _read_osm(query: Query, rest: str) -> LinkPoint | None:
    point = _of_keys(query, "mlat", "mlon") or _of_keys(query, "lat", "lon")
    behind = re.search(rf"map=[\d.]+/({_DEGREES})/({_DEGREES})", rest, re.ASCII)
    if point is None and behind is not None:
        point = (float(behind[1]), float(behind[2]))
    return _taken(point, "wgs84", "OpenStreetMap")


#: Pattern of the host (or scheme of the app), name of the program, its reader.
_PROGRAMS: Final[
    tuple[tuple[str, str, Callable[[Query, str], LinkPoint | None]], ...]
] = (
    (
        r"(^|\.)(amap|gaode|autonavi)\.com$|^(androidamap|iosamap|amapuri)$",
        "高德 Amap",
        _read_amap,
    ),
    (r"(^|\.)baidu\.com$|^(bdapp|baidumap)$", "百度 Baidu", _read_baidu),
    (r"(^|\.)map\.qq\.com$|^qqmap$", "腾讯 Tencent", _read_tencent),
    (r"(^|\.)google(\.[a-z]{2,3}){1,2}$", "Google", _read_google),
    (r"(^|\.)maps\.apple\.com$", "Apple", _read_apple),
    (r"(^|\.)(openstreetmap\.org|osm\.org)$", "OpenStreetMap", _read_osm),
)
