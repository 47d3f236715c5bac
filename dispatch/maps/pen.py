"""GeoJSON features and layers of a map, in the datum of the tiles below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dispatch.geo.datum import from_wgs84

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch.arrays import Point
    from dispatch.coverage import Level
    from dispatch.model.scenario import Datum

Feature = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Layer:
    """
    One GeoJSON layer.

    Attributes
    ----------
    name
        Safe to show.
    is_shown
        Whether it starts shown.
    level
        Of the places in it.
    num_alike
        Places of its kind in all layers.
    is_packed
        Whether its features are made when it is first shown, from fewer letters.
    """

    name: str
    features: Sequence[Feature]
    is_shown: bool = True
    level: Level | None = None
    num_alike: int = 0
    is_packed: bool = False


class Pen:
    """
    Makes features of points and lines in WGS-84.

    Parameters
    ----------
    datum
        Of the tiles below the map: scenarios are in WGS-84, and moved to fit.
    """

    def __init__(self, datum: Datum) -> None:
        self._datum = datum

    def lon_lat(self, lat: float, lon: float) -> list[float]:
        """
        Return a point as GeoJSON has it.

        Parameters
        ----------
        lat, lon
            Degrees in WGS-84.
        """
        lat, lon = from_wgs84(lat=lat, lon=lon, datum=self._datum)
        return [round(lon, 6), round(lat, 6)]

    def point(self, lat: float, lon: float, **properties: Any) -> Feature:
        """
        Return a point.

        Parameters
        ----------
        lat, lon
            Degrees in WGS-84.
        properties
            What the scripts of the map look at; texts safe to show.
        """
        return {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": self.lon_lat(lat, lon)},
            "properties": properties,
        }

    def line(self, points: Iterable[Point], **properties: Any) -> Feature:
        """
        Return a line.

        Parameters
        ----------
        points
            (lat, lon) in WGS-84, from start to end.
        properties
            What the scripts of the map look at; texts safe to show.
        """
        coordinates = [self.lon_lat(lat, lon) for lat, lon in points]
        return {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": coordinates},
            "properties": properties,
        }
