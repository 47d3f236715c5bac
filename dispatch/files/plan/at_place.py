"""What a driver needs at a place: the way there, whom to call, when it is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch.files.cells.clocks import LAST_S
from dispatch.files.plan.links import amap_web, baidu_web, geo_uri, tencent_web
from dispatch.units import format_clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.model.scenario import Place, TimeWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class AtPlace:
    """
    A place as a driver finds it.

    Attributes
    ----------
    links
        Addresses that open it in amap, baidu, tencent, and in any map (geo).
    hours
        When it takes or gives water, such as ``08:00-12:00``; none: always.
    has_transfer, transfer_by
        Whether trucks stop elsewhere than at the village, and what brings the water on.
    """

    links: Mapping[str, str]
    contact: str
    phone: str
    notes: str
    hours: Sequence[str]
    has_transfer: bool
    transfer_by: str


def at_place(place: Place) -> AtPlace:
    """Return what a driver needs at a place of the scenario."""
    lat, lon = getattr(place, "stop_at", (place.lat, place.lon))
    name = place.name
    return AtPlace(
        links={
            "amap": amap_web(lat=lat, lon=lon, name=name),
            "baidu": baidu_web(lat=lat, lon=lon, name=name),
            "tencent": tencent_web(lat=lat, lon=lon, name=name),
            "geo": geo_uri(lat=lat, lon=lon, name=name),
        },
        contact=getattr(place, "contact", ""),
        phone=getattr(place, "phone", ""),
        notes=getattr(place, "notes", ""),
        hours=hours_of(getattr(place, "windows", ())),
        has_transfer=(lat, lon) != (place.lat, place.lon),
        transfer_by=getattr(place, "transfer_by", ""),
    )


def hours_of(windows: Sequence[TimeWindow]) -> list[str]:
    """Return the hours of a place as texts; one without an end is open until late."""
    return [
        f"{format_clock(window.early_s, seconds='any')}-"
        + (
            ""
            if window.late_s == LAST_S
            else format_clock(window.late_s, seconds="any")
        )
        for window in windows
    ]
