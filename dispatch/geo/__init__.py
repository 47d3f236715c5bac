"""Datums, roads and travel times."""

from dispatch.geo.datum import from_wgs84, to_wgs84
from dispatch.geo.route import RouteFinder, route_geometry
from dispatch.geo.travel import travel_matrix

__all__ = [
    "RouteFinder",
    "from_wgs84",
    "route_geometry",
    "to_wgs84",
    "travel_matrix",
]
