"""GCJ-02 and BD-09, the datums of maps made in China, to WGS-84 and back."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.model.scenario import Datum

#: Krasovsky 1940 ellipsoid, on which the GCJ-02 shift is defined.
_AXIS_M: Final = 6_378_245.0
_ECCENTRICITY_2: Final = 0.00669342162296594323
#: Outside this box GCJ-02 equals WGS-84.
_LAT_RANGE: Final = (0.8293, 55.8271)
_LON_RANGE: Final = (72.004, 137.8347)
#: About 0.1 mm on the ground.
_TOLERANCE_DEG: Final = 1e-9
_MAX_ITERATIONS: Final = 30
_BD_PI: Final = math.pi * 3000 / 180


def to_wgs84(*, lat: float, lon: float, datum: Datum) -> tuple[float, float]:
    """
    Return (lat, lon) in WGS-84 degrees of a point in any datum.

    Parameters
    ----------
    lat, lon
        Degrees of ``datum``.
    datum
        What the degrees are in.
    """
    if datum == "gcj02":
        return _invert(wgs84_to_gcj02, lat, lon)
    if datum == "bd09":
        gcj_lat, gcj_lon = _invert(gcj02_to_bd09, lat, lon)
        return _invert(wgs84_to_gcj02, gcj_lat, gcj_lon)
    return lat, lon


def from_wgs84(*, lat: float, lon: float, datum: Datum) -> tuple[float, float]:
    """
    Return (lat, lon) in degrees of a datum, for the map programs that use it.

    Parameters
    ----------
    lat, lon
        WGS-84 degrees.
    datum
        What the map program works in.
    """
    if datum == "wgs84":
        return lat, lon
    shifted = wgs84_to_gcj02(lat=lat, lon=lon)
    if datum == "gcj02":
        return shifted
    return gcj02_to_bd09(lat=shifted[0], lon=shifted[1])


def wgs84_to_gcj02(*, lat: float, lon: float) -> tuple[float, float]:
    """
    Return (lat, lon) in GCJ-02 degrees.

    Parameters
    ----------
    lat, lon
        WGS-84 degrees.

    Notes
    -----
    The published reverse-engineered formula; outside China nothing is shifted.
    """
    if not (
        _LAT_RANGE[0] <= lat <= _LAT_RANGE[1] and _LON_RANGE[0] <= lon <= _LON_RANGE[1]
    ):
        return lat, lon
    east, north = lon - 105.0, lat - 35.0
    shift_lat, shift_lon = _shift_north_m(east, north), _shift_east_m(east, north)
    angle = math.radians(lat)
    magic = 1 - _ECCENTRICITY_2 * math.sin(angle) ** 2
    meridian = _AXIS_M * (1 - _ECCENTRICITY_2) / (magic * math.sqrt(magic))
    parallel = _AXIS_M / math.sqrt(magic) * math.cos(angle)
    return (
        lat + math.degrees(shift_lat / meridian),
        lon + math.degrees(shift_lon / parallel),
    )


def _waves(value: float, terms: tuple[tuple[float, float], ...]) -> float:
    total = sum(size * math.sin(rate * value * math.pi) for size, rate in terms)
    return total * 2.0 / 3.0


def _shift_north_m(x: float, y: float) -> float:
    return (
        -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * math.sqrt(abs(x))
        + _waves(x, ((20.0, 6.0), (20.0, 2.0)))
        + _waves(y, ((20.0, 1.0), (40.0, 1 / 3)))
        + _waves(y, ((160.0, 1 / 12), (320.0, 1 / 30)))
    )


def _shift_east_m(x: float, y: float) -> float:
    return (
        300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * math.sqrt(abs(x))
        + _waves(x, ((20.0, 6.0), (20.0, 2.0)))
        + _waves(x, ((20.0, 1.0), (40.0, 1 / 3)))
        + _waves(x, ((150.0, 1 / 12), (300.0, 1 / 30)))
    )


def gcj02_to_bd09(*, lat: float, lon: float) -> tuple[float, float]:
    """
    Return (lat, lon) in BD-09 degrees of a point in GCJ-02.

    Parameters
    ----------
    lat, lon
        GCJ-02 degrees.
    """
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BD_PI)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BD_PI)
    return radius * math.sin(angle) + 0.006, radius * math.cos(angle) + 0.0065


def _invert(
    forward: Callable[..., tuple[float, float]], lat: float, lon: float
) -> tuple[float, float]:
    """Return the point that ``forward`` moves to (lat, lon), to 0.1 mm."""
    guess_lat, guess_lon = lat, lon
    for _ in range(_MAX_ITERATIONS):
        moved_lat, moved_lon = forward(lat=guess_lat, lon=guess_lon)
        miss_lat, miss_lon = lat - moved_lat, lon - moved_lon
        guess_lat, guess_lon = guess_lat + miss_lat, guess_lon + miss_lon
        if abs(miss_lat) < _TOLERANCE_DEG and abs(miss_lon) < _TOLERANCE_DEG:
            break
    return guess_lat, guess_lon
