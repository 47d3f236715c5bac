"""
Links that open a stop in the map program of a phone.

Every program wants its own datum and order of numbers; coordinates given here are
WGS-84 and are converted. Sources are the programs' own pages on URIs.
"""

from __future__ import annotations

from urllib.parse import quote

from dispatch.geo.datum import from_wgs84

#: Programs ask for the name of the caller.
_CALLER = "water-dispatch"


def amap_web(*, lat: float, lon: float, name: str = "") -> str:
    """
    Return Amap's web link that drives there; on a phone it opens the app if there.

    GCJ-02, lon first. Amap URI API, "路线规划": lbs.amap.com/api/uri-api

    Parameters
    ----------
    lat, lon
        WGS-84 degrees.
    name
        What the app calls the place; empty: nothing.
    """
    lat, lon = from_wgs84(lat=lat, lon=lon, datum="gcj02")
    to = f"{lon:.6f},{lat:.6f}" + (f",{_word(name)}" if name else "")
    return f"https://uri.amap.com/navigation?to={to}&mode=car&callnative=1"


def amap_app(*, lat: float, lon: float, name: str = "") -> str:
    """
    Return the link of Amap's Android app, which works without a network.

    GCJ-02 (``dev=0``). Amap mobile URI, "路径规划": lbs.amap.com/api/amap-mobile

    Parameters
    ----------
    lat, lon
        WGS-84 degrees.
    name
        What the app calls the place; empty: nothing.
    """
    lat, lon = from_wgs84(lat=lat, lon=lon, datum="gcj02")
    return (
        f"amapuri://route/plan/?sourceApplication={_CALLER}"
        f"&dlat={lat:.6f}&dlon={lon:.6f}&dname={_word(name)}&dev=0&t=0"
    )


def baidu_web(*, lat: float, lon: float, name: str) -> str:
    """
    Return Baidu's web link that shows the place and offers to drive there.

    BD-09, lat first (``bd09ll``). Baidu's web link for directions needs the origin,
    which nobody knows here. Baidu map URI API, "自定义打点":
    lbsyun.baidu.com/index.php?title=uri/api/web

    Parameters
    ----------
    lat, lon
        WGS-84 degrees.
    name
        What the page calls the place.
    """
    lat, lon = from_wgs84(lat=lat, lon=lon, datum="bd09")
    title = _word(name)
    return (
        f"https://api.map.baidu.com/marker?location={lat:.6f},{lon:.6f}&title={title}"
        f"&content={title}&coord_type=bd09ll&output=html&src={_CALLER}"
    )


def baidu_app(*, lat: float, lon: float, name: str) -> str:
    """
    Return the link of Baidu's app that drives there from where the phone is.

    BD-09, lat first (``bd09ll``). Baidu map URI API, "路线规划":
    lbsyun.baidu.com/index.php?title=uri/api/android

    Parameters
    ----------
    lat, lon
        WGS-84 degrees.
    name
        What the app calls the place.
    """
    lat, lon = from_wgs84(lat=lat, lon=lon, datum="bd09")
    return (
        f"bdapp://map/direction?destination=latlng:{lat:.6f},{lon:.6f}%7C"
        f"name:{_word(name)}&coord_type=bd09ll&mode=driving&src={_CALLER}"
    )


def tencent_web(*, lat: float, lon: float, name: str) -> str:
    """
    Return Tencent's web link that drives there.

    GCJ-02, lat first. Tencent map URI API, "路线规划": lbs.qq.com/webApi/uriV1

    Parameters
    ----------
    lat, lon
        WGS-84 degrees.
    name
        What the app calls the place.
    """
    lat, lon = from_wgs84(lat=lat, lon=lon, datum="gcj02")
    return (
        f"https://apis.map.qq.com/uri/v1/routeplan?type=drive&to={_word(name)}"
        f"&tocoord={lat:.6f},{lon:.6f}&referer={_CALLER}"
    )


def geo_uri(*, lat: float, lon: float, name: str = "") -> str:
    """
    Return the link that Android offers to any map program.

    WGS-84, lat first. RFC 5870; ``q`` with a name in brackets as in Android's "Common
    intents": developer.android.com/guide/components/intents-common

    Parameters
    ----------
    lat, lon
        WGS-84 degrees.
    name
        What the map program calls the place; empty: nothing.
    """
    at = f"{lat:.6f},{lon:.6f}"
    return f"geo:{at}?q={at}({_word(name)})" if name else f"geo:{at}"


def _word(name: str) -> str:
    """Return a name that no separator of any of these links can be mistaken for."""
    return quote(name, safe="")
