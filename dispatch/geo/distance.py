"""Straight-line distances on the sphere."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from dispatch.arrays import Floats

    pass

#: Mean Earth radius (IUGG), metres.
EARTH_RADIUS_M: Final = 6_371_008.8


def haversine_m(
    *,
    lat: Floats,
    lon: Floats,
    to_lat: Floats,
    to_lon: Floats,
) -> Floats:
    """
    Return great-circle distances in metres, shape (len(lat), len(to_lat)).

    Parameters
    ----------
    lat, lon
        Where from: degrees, shape (A,).
    to_lat, to_lon
        Where to: degrees, shape (B,).
    """
    lat_1, lon_1 = np.radians(lat)[:, None], np.radians(lon)[:, None]
    lat_2, lon_2 = np.radians(to_lat)[None, :], np.radians(to_lon)[None, :]
    half = (
        np.sin((lat_2 - lat_1) / 2) ** 2
        + np.cos(lat_1) * np.cos(lat_2) * np.sin((lon_2 - lon_1) / 2) ** 2
    )
    metres: Floats = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return metres


def legs_m(lat: Floats, lon: Floats) -> Floats:
    """
    Return great-circle metres from each point to the next, one fewer than them.

    Parameters
    ----------
    lat, lon
        Points in their order: degrees, shape (N,).

    Returns
    -------
    Floats
        Shape (N - 1,).
    """
    phi, lam = np.radians(lat), np.radians(lon)
    half = (
        np.sin(np.diff(phi) / 2) ** 2
        + np.cos(phi[:-1]) * np.cos(phi[1:]) * np.sin(np.diff(lam) / 2) ** 2
    )
    metres: Floats = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return metres


def gap_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """
    Return the metres between two points, each (lat, lon).

    Parameters
    ----------
    one, other
        (lat, lon) in degrees.
    """
    lat_1, lon_1, lat_2, lon_2 = map(math.radians, (*one, *other))
    half = (
        math.sin((lat_2 - lat_1) / 2) ** 2
        + math.cos(lat_1) * math.cos(lat_2) * math.sin((lon_2 - lon_1) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, half)))
