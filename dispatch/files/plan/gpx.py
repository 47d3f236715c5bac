"""The day of a truck as GPX 1.1, which hiking and navigation programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.files.plan.tracks import xml_text

if TYPE_CHECKING:
    from dispatch.files.plan.tracks import TrackPoint, TruckDay

_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gpx version="1.1" creator="water-dispatch" '
    'xmlns="http://www.topografix.com/GPX/1/1">\n'
)


def gpx_text(day: TruckDay) -> str:
    """Return GPX in WGS-84: a waypoint per stop in order, then the line as a track."""
    title = xml_text(day.title)
    line = "\n".join(
        f'<trkpt lat="{lat:.6f}" lon="{lon:.6f}"/>' for lat, lon in day.line
    )
    return (
        f"{_HEAD}<metadata><name>{title}</name></metadata>\n"
        + "\n".join(_waypoint(point) for point in day.points)
        + f"\n<trk><name>{title}</name><trkseg>\n{line}\n</trkseg></trk>\n</gpx>\n"
    )


def _waypoint(point: TrackPoint) -> str:
    # GPX knows no time zones: all times are UTC.
    moment = point.start
    time = "" if moment is None else f"<time>{moment:%Y-%m-%dT%H:%M:%SZ}</time>"
    return (
        f'<wpt lat="{point.lat:.6f}" lon="{point.lon:.6f}">'
        f"{time}<name>{xml_text(point.title)}</name>"
        f"<desc>{xml_text(point.text)}</desc></wpt>"
    )
