"""The day of a truck as KML 2.2, which Ovital, Google Earth and others read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.files.plan.tracks import CHINA, xml_text

if TYPE_CHECKING:
    from dispatch.files.plan.tracks import TrackPoint, TruckDay

_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n'
)
_STYLE: Final = (
    '<Style id="way"><LineStyle><color>ff754f0b</color><width>4</width></LineStyle>'
    "</Style>\n"
)


def kml_text(day: TruckDay) -> str:
    """Return KML in WGS-84: a placemark per stop in order, then the line."""
    title = xml_text(day.title)
    line = " ".join(f"{lon:.6f},{lat:.6f}" for lat, lon in day.line)
    return (
        f"{_HEAD}<name>{title}</name>\n{_STYLE}"
        + "\n".join(_placemark(point) for point in day.points)
        + f"\n<Placemark><name>{title}</name><styleUrl>#way</styleUrl><LineString>"
        f"<tessellate>1</tessellate><coordinates>{line}</coordinates></LineString>"
        "</Placemark>\n</Document></kml>\n"
    )


def _placemark(point: TrackPoint) -> str:
    moment = None if point.start is None else point.start.astimezone(CHINA)
    when = "" if moment is None else f"<when>{moment.isoformat()}</when>"
    return (
        f"<Placemark><name>{xml_text(point.title)}</name>"
        f"<description>{xml_text(point.text)}</description>"
        f"<TimeStamp>{when}</TimeStamp>"
        f"<Point><coordinates>{point.lon:.6f},{point.lat:.6f}</coordinates></Point>"
        "</Placemark>"
    )
