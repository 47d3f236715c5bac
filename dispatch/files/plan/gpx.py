"""The day of a truck as GPX 1.1, which hiking and navigation programs read."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from dispatch.files.plan.tracks import add_text, xml_document

if TYPE_CHECKING:
    from dispatch.files.plan.tracks import TrackPoint, TruckDay


def gpx_text(day: TruckDay) -> str:
    """Return GPX in WGS-84: a waypoint per stop in order, then the line as a track."""
    root = ET.Element(
        "gpx",
        version="1.1",
        creator="water-dispatch",
        xmlns="http://www.topografix.com/GPX/1/1",
    )
    add_text(ET.SubElement(root, "metadata"), "name", day.title)
    for point in day.points:
        _add_waypoint(root, point)
    track = ET.SubElement(root, "trk")
    add_text(track, "name", day.title)
    segment = ET.SubElement(track, "trkseg")
    for lat, lon in day.line:
        ET.SubElement(segment, "trkpt", lat=f"{lat:.6f}", lon=f"{lon:.6f}")
    return xml_document(root)


def _add_waypoint(root: ET.Element, point: TrackPoint) -> None:
    mark = ET.SubElement(root, "wpt", lat=f"{point.lat:.6f}", lon=f"{point.lon:.6f}")
    if point.start is not None:
        # GPX knows no time zones: all times are UTC.
        add_text(mark, "time", f"{point.start:%Y-%m-%dT%H:%M:%SZ}")
    add_text(mark, "name", point.title)
    add_text(mark, "desc", point.text)
