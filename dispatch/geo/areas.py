"""Outlines of townships and counties: how far outside a point lies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from dispatch.geo.distance import EARTH_RADIUS_M

if TYPE_CHECKING:
    from dispatch.arrays import Floats
    from dispatch.model.areas import Area


class Outline:
    """
    The outline of one area, in metres around its middle.

    Parameters
    ----------
    area
        Must have rings; holes and islands follow by the even-odd rule.
    """

    def __init__(self, area: Area) -> None:
        points = np.concatenate([np.array(ring) for ring in area.rings])
        self._middle = points.mean(axis=0)
        shape = shapely.Polygon()
        for ring in area.rings:
            lat, lon = np.array(ring, dtype=np.float64).T
            drawn = shapely.Polygon(self._metres(lat, lon))
            shape = shape.symmetric_difference(shapely.make_valid(drawn))
        self._shape = shape
        shapely.prepare(self._shape)

    def _metres(self, lat: Floats, lon: Floats) -> Floats:
        """Return x and y on a plane that is true at the middle, shape (N, 2)."""
        metres_per_degree = math.radians(EARTH_RADIUS_M)
        shrink = math.cos(math.radians(self._middle[0]))
        x_m = (lon - self._middle[1]) * metres_per_degree * shrink
        return np.column_stack([x_m, (lat - self._middle[0]) * metres_per_degree])

    def beyond_m(self, *, lat: Floats, lon: Floats) -> Floats:
        """
        Return metres from each point to the area, shape (N,); 0: inside.

        Parameters
        ----------
        lat, lon
            Shape (N,), WGS-84 degrees.
        """
        points = shapely.points(self._metres(lat, lon))
        gaps_m: Floats = np.asarray(shapely.distance(self._shape, points), np.float64)
        return gaps_m

    def beyond_one_m(self, *, lat: float, lon: float) -> float:
        """
        Return metres from one point to the area; 0: inside.

        Parameters
        ----------
        lat, lon
            WGS-84 degrees.
        """
        return float(self.beyond_m(lat=np.array([lat]), lon=np.array([lon]))[0])
