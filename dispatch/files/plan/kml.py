"""The day of a truck as KML 2.2, which Ovital, Google Earth and others read."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from dispatch.files.plan.tracks import CHINA, add_text, xml_document

if TYPE_CHECKING:
    from dispatch.files.plan.tracks import TrackPoint, TruckDay


def kml_text(day: TruckDay) -> str:
    """Return KML in WGS-84: a placemark per stop in order, then the line."""
    root = ET.Element("kml", xmlns="http://www.opengis.net/kml/2.2")
    document = ET.SubElement(root, "Document")
    add_text(document, "name", day.title)
    look = ET.SubElement(ET.SubElement(document, "Style", id="way"), "LineStyle")
    add_text(look, "color", "ff754f0b")
    add_text(look, "width", "4")
    for point in day.points:
        _add_placemark(document, point)
    way = ET.SubElement(document, "Placemark")
    add_text(way, "name", day.title)
    add_text(way, "styleUrl", "#way")
    line = ET.SubElement(way, "LineString")
    add_text(line, "tessellate", "1")
    points = " ".join(f"{lon:.6f},{lat:.6f}" for lat, lon in day.line)
    add_text(line, "coordinates", points)
    return xml_document(root)


def _add_placemark(document: ET.Element, point: TrackPoint) -> None:
    mark = ET.SubElement(document, "Placemark")
    add_text(mark, "name", point.title)
    add_text(mark, "description", point.text)
    if point.start is not None:
        when = point.start.astimezone(CHINA).isoformat()
        add_text(ET.SubElement(mark, "TimeStamp"), "when", when)
    at = f"{point.lon:.6f},{point.lat:.6f}"
    add_text(ET.SubElement(mark, "Point"), "coordinates", at)
