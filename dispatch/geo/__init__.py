"""Datums, roads and travel times."""

from dispatch.geo.travel import travel_matrix

__all__ = ["travel_matrix"]
