"""The day of one truck as points and a line, for the files that navigation reads."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.files.plan.tables import numbered_stops
from dispatch.model.scenario import Village
from dispatch.units import format_clock
from dispatch.words.words import Words

if TYPE_CHECKING:
    from dispatch.model.plan import Plan, Route, Stop
    from dispatch.model.scenario import Scenario
    from dispatch.roads.route import RouteFinder
    from dispatch.words.message import Lang

#: Clocks of all China.
CHINA: Final = dt.timezone(dt.timedelta(hours=8))

_NOT_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackPoint:
    """
    One stop: title, what happens there, when it starts; WGS-84 degrees.

    ``start`` is in UTC, and None where the calendar has no such moment, as at the
    beginning of the first day of a plan without a date.
    """

    title: str
    text: str
    start: dt.datetime | None
    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TruckDay:
    """The stops of a truck in order, and the line (lat, lon) that it drives."""

    title: str
    points: tuple[TrackPoint, ...]
    line: tuple[tuple[float, float], ...]


class TrackMaker:
    """
    Days of the trucks of one plan.

    Parameters
    ----------
    finder
        Gives the lines along the roads of the same scenario.
    """

    def __init__(
        self,
        plan: Plan,
        scenario: Scenario,
        finder: RouteFinder,
        lang: Lang = "zh",
    ) -> None:
        self._plan = plan
        self._t = Words(lang)
        self._finder = finder
        self._scenario = scenario

    def day(self, route: Route) -> TruckDay:
        """Return the day of one truck; stops at unknown places are left out."""
        known = [
            (position, stop)
            for _, position, stop in numbered_stops(route)
            if stop.place_id in self._scenario.place_by_id
        ]
        line: list[tuple[float, float]] = []
        for (_, before), (_, after) in itertools.pairwise(known):
            if before.place_id != after.place_id:
                leg = self._finder.line(
                    route.truck_id,
                    before.place_id,
                    after.place_id,
                    depart_s=before.end_s,
                    arrive_s=after.arrive_s,
                )
                line += leg[1:] if line and line[-1] == leg[0] else leg
        title = f"{route.truck_id} {self._scenario.plate(route.truck_id)}".strip()
        return TruckDay(
            title=f"{title} {self._plan.date:%Y-%m-%d}",
            points=tuple(self._point(position, stop) for position, stop in known),
            line=tuple(line),
        )

    def _point(self, position: int, stop: Stop) -> TrackPoint:
        t, place = self._t, self._scenario.place_by_id[stop.place_id]
        lat, lon = place.lat, place.lon
        parts = [f"{format_clock(stop.start_s)}-{format_clock(stop.end_s)}"]
        if stop.litres:
            parts.append(t("unit.litres", count=f"{stop.litres:,}"))
        if isinstance(place, Village):
            lat, lon = place.stop_at
            if (lat, lon) != (place.lat, place.lon):
                transfer = t("paper.sheet.transfer")
                parts.append(f"{transfer} {place.transfer_by}".strip())
        contact = f"{getattr(place, 'contact', '')} {getattr(place, 'phone', '')}"
        parts += [part for part in (contact.strip(),) if part]
        label = self._scenario.label(stop.place_id)
        return TrackPoint(
            title=f"{position} {t(f'stop.{stop.kind}')} {label}",
            text=t("unit.comma").join(parts),
            start=_moment(self._plan.date, stop.start_s),
            lat=lat,
            lon=lon,
        )


def _moment(date: dt.date, time_s: int) -> dt.datetime | None:
    midnight = dt.datetime.combine(date, dt.time(), tzinfo=CHINA)
    try:
        return (midnight + dt.timedelta(seconds=time_s)).astimezone(dt.UTC)
    except OverflowError:
        return None


def add_text(parent: ET.Element, tag: str, text: str) -> None:
    """
    Add an element with a text, without the characters that XML cannot hold.

    Parameters
    ----------
    parent
        Gets the element as its last child.
    tag
        Name of the element.
    text
        Any text; signs that XML cannot hold are left out.
    """
    ET.SubElement(parent, tag).text = _NOT_XML.sub("", text)


def xml_document(root: ET.Element) -> str:
    """Return the text of a file with an element and all in it, one a line."""
    ET.indent(root, " ")
    data: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return data.decode() + "\n"


def file_names(truck_ids: tuple[str, ...]) -> dict[str, str]:
    """Return a file name without ending for every truck; ids may hold any sign."""
    names: dict[str, str] = {}
    for truck_id in truck_ids:
        name = re.sub(r"[^\w.()-]", "_", truck_id).lstrip(".") or "_"
        taken = {other.casefold() for other in names.values()}
        number = 2
        unique = name
        while unique.casefold() in taken:
            unique, number = f"{name}_{number}", number + 1
        names[truck_id] = unique
    return names
