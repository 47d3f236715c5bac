"""The drivers' sheets: A4, black and white, big type, boxes to fill in by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.check.past import concerns, done_routes, past_line
from dispatch.files.plan.at_place import hours_of
from dispatch.files.plan.codes import code_of
from dispatch.files.plan.links import amap_web
from dispatch.files.plan.on_paper import LEFT as _LEFT
from dispatch.files.plan.tables import numbered_stops
from dispatch.units import format_clock
from dispatch.words.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.files.plan.on_paper import OnPaper
    from dispatch.model.plan import Route, Stop
    from dispatch.model.scenario import Truck, Village
    from dispatch.words.message import Lang

# Millimetres. Columns: number, time, place, litres, QR code.
_WIDTH: Final = 190.0
_TIME_X: Final = 24.0
_PLACE_X: Final = 58.0
_LITRES_X: Final = 140.0
_QR_X: Final = 176.0
_QR_MM: Final = 22.0
#: Broken rules of what is done that a sheet shows; more are counted.
_MAX_PAST: Final = 3
_FILL_QR_MM: Final = 18.5
#: Widths of the boxes to fill in.
_BOXES: Final = {"fill": (23.0, 23.0, 23.0), "deliver": (34.0, 34.0, 44.0)}
_HEIGHT: Final = {
    "depart": 11.0,
    "return": 11.0,
    "break": 11.0,
    "fill": 20.5,
    "deliver": 31.5,
}


def sheets_pdf(day: OnPaper, lang: Lang = "zh") -> bytes:
    """
    Return a PDF with the stops of every truck, each truck on new pages.

    Parameters
    ----------
    day
        The plan to print.
    lang
        Language of the texts, ``zh`` or ``en``.
    """
    writer = _SheetWriter(day, Words(lang))
    busy = [route for route in day.plan.routes if route.num_trips]
    for route in busy:
        writer.add_route(route)
    at_work = {route.truck_id for route in busy}
    idle = [truck for truck in day.scenario.trucks if truck.truck_id not in at_work]
    writer.add_idle(idle, is_all=not busy)
    day.add_missing_note(writer.paper, writer.t)
    return writer.paper.content()


class _SheetWriter:
    """Draws one plan; keeps what every page needs."""

    def __init__(self, day: OnPaper, t: Words) -> None:
        self.day, self.t = day, t
        self.plan, self.scenario = day.plan, day.scenario
        self.done = {route.truck_id: route for route in done_routes(day.plan)}
        self.trucks = self.scenario.truck_by_id
        self.places = self.scenario.place_by_id
        self.labels = self.scenario.labels
        self.coded: set[str] = set()
        self.villages = self.scenario.village_by_id
        title = t("paper.sheet.title", name=self.scenario.name, date=self.plan.date)
        self.paper = day.paper(title, t)

    def add_route(self, route: Route) -> None:
        """Add the pages of one truck."""
        self.coded.clear()
        truck = self.trucks.get(route.truck_id)
        name = self.day.truck_name(route.truck_id, self.t)
        label = f"{name}  {self.day.plate(route.truck_id)}"
        self.paper.new_section(f"{label}  ·  {self.plan.date:%Y-%m-%d}", name=name)
        self._draw_head(route, truck, label)
        aboard_l = trip = 0
        last = route.stops[-1] if route.stops else None
        for number, position, stop in numbered_stops(route):
            height = _HEIGHT[stop.kind]
            if number != trip:
                trip = number
                # The bar of a trip stays with its filling and one delivery.
                self.paper.need_mm(8 + height + _HEIGHT["deliver"])
                self._draw_trip_bar(trip, route)
            self.paper.need_mm(height)
            if stop.kind == "fill":
                aboard_l += stop.litres
            elif stop.kind == "deliver":
                aboard_l -= stop.litres
            self._draw_stop(stop, position, height, aboard_l)
            if stop is last:
                break
        self._draw_closing()

    def _draw_head(self, route: Route, truck: Truck | None, label: str) -> None:
        paper, t = self.paper, self.t
        y = paper.y
        url = self.day.start_url
        width = _WIDTH - (_QR_MM + 2 if url else 0)
        name = t("paper.sheet.name")
        paper.text(_LEFT, y, width - 42, label, size_pt=30, bold=True)
        paper.text(
            _LEFT + width - 42, y + 1, 42, name, size_pt=22 if url else 24, align="R"
        )
        if url:
            x = _LEFT + _WIDTH - _QR_MM
            paper.code(code_of(url), x, y - 2, _QR_MM)
            scan = t("paper.sheet.scan_page")
            paper.text(x, y + 20, _QR_MM, scan, size_pt=8, align="C")
        litres = f"{route.delivered_l:,}"
        parts = [t("paper.sheet.summary", trips=route.num_trips, litres=litres)]
        if route.stops:
            start = format_clock(route.stops[0].start_s)
            end = format_clock(route.stops[-1].end_s)
            parts.append(t("paper.sheet.from_to", start=start, end=end))
        summary = t("unit.comma").join(parts)
        where = f"{self.scenario.name}  {t('paper.sheet.date', date=self.plan.date)}"
        driver = self.day.driver(route.truck_id)
        paper.text(_LEFT, y + 14, width - 82, where, size_pt=14)
        paper.text(_LEFT + width - 80, y + 14, 80, driver, size_pt=14, align="R")
        paper.text(_LEFT, y + 21.5, width - 42, summary, size_pt=14)
        # Who types the sheet in needs it; people on the road call the letter.
        truck_id = t("paper.sheet.id", id=route.truck_id)
        x = _LEFT + width - 40
        paper.text(x, y + 22, 40, truck_id, size_pt=9, align="R")
        y += 30
        if self.day.edition is not None:
            line = self.day.edition.line(t)
            paper.text(_LEFT, y - 1, _WIDTH, line, size_pt=12, bold=True)
            y += 6
        if self.day.is_estimate:
            note = t("paper.sheet.estimate")
            paper.text(_LEFT, y, _WIDTH, note, size_pt=11)
            y += 7
        y = self._draw_past(route, y)
        if truck is not None and not truck.potable:
            note = t("paper.sheet.non_potable")
            paper.bar(_LEFT, y, _WIDTH, 9, note, size_pt=15)
            y += 11
        paper.y = y

    def _draw_past(self, route: Route, y: float) -> float:
        """Draw which rules were broken by what this truck has done; return where."""
        done = self.done.get(route.truck_id)
        of_truck = [v for v in self.day.past if done is not None and concerns(v, done)]
        if not of_truck:
            return y
        note = self.t("paper.sheet.past", count=len(of_truck))
        self.paper.text(_LEFT, y, _WIDTH, note, size_pt=11, bold=True)
        y += 6
        for violation in of_truck[:_MAX_PAST]:
            line = past_line(self.scenario, self.plan, violation).text(self.t.lang)
            self.paper.text(_LEFT, y, _WIDTH, line, size_pt=10)
            y += 5.5
        return y + 1

    def _draw_trip_bar(self, trip: int, route: Route) -> None:
        litres = 0
        for number, _, stop in numbered_stops(route):
            if number == trip and stop.kind == "fill":
                litres = stop.litres
        text = self.t("paper.sheet.trip", trip=trip, litres=f"{litres:,}")
        self.paper.bar(_LEFT, self.paper.y + 1, _WIDTH, 7, text, size_pt=13)
        self.paper.y += 8

    def _draw_stop(
        self, stop: Stop, position: int, height: float, aboard_l: int
    ) -> None:
        paper, y = self.paper, self.paper.y
        paper.box(_LEFT, y, _WIDTH, height)
        place = self.labels.get(stop.place_id, stop.place_id)
        paper.text(_LEFT + 1, y + 1.2, 12, str(position), size_pt=20, align="C")
        if stop.kind in ("depart", "return", "break"):
            clock = format_clock(stop.start_s)
            text = f"{self.t(f'stop.{stop.kind}')}  {place}"
            if stop.kind == "break":
                text = self.t(
                    "paper.sheet.break",
                    minutes=(stop.end_s - stop.start_s) // 60,
                    until=format_clock(stop.end_s),
                    place=place,
                )
            paper.text(_TIME_X, y + 1.2, 32, clock, size_pt=20)
            paper.text(_PLACE_X, y + 1.8, 138, text, size_pt=16)
        else:
            self._draw_flow(stop, place, aboard_l)
        paper.y = y + height

    def _draw_flow(self, stop: Stop, place: str, aboard_l: int) -> None:
        """Draw a filling or a delivery: what, where, how much, whom to call."""
        paper, y, t = self.paper, self.paper.y, self.t
        is_delivery = stop.kind == "deliver"
        paper.text(
            _TIME_X, y + 1.2, 32, format_clock(stop.start_s), size_pt=20, bold=True
        )
        until = t("paper.sheet.until", until=format_clock(stop.end_s))
        paper.text(_TIME_X, y + 10, 32, until, size_pt=11)
        action = f"{t(f'stop.{stop.kind}')} {place}"
        paper.text(_PLACE_X, y + 1.2, 82, action, size_pt=18, bold=True)
        right = _QR_X
        litres = t("unit.litres", count=f"{stop.litres:,}")
        width = right - _LITRES_X - 1
        paper.text(_LITRES_X, y + 1.2, width, litres, size_pt=20, bold=True, align="R")
        if is_delivery:
            left = t("paper.sheet.emptied")
            if aboard_l:
                left = t("paper.sheet.left", litres=f"{aboard_l:,}")
            paper.text(_LITRES_X, y + 10, width, left, size_pt=11, align="R")
        elif stop.bay is not None:
            bay = t("paper.sheet.bay", bay=stop.bay)
            paper.text(_LITRES_X, y + 10, width, bay, size_pt=11, align="R")
        self._draw_details(stop, y + 10)
        boxes = ["arrived", "delivered", "receiver"]
        if not is_delivery:
            boxes = ["arrived", "filled"]
            source = self.scenario.source_by_id.get(stop.place_id)
            if source is None or source.potable:
                boxes.append("chlorine")
        labels = [t(f"paper.sheet.{name}") for name in boxes]
        self._draw_boxes(labels, _BOXES[stop.kind], y + _HEIGHT[stop.kind] - 10.5)

    def _draw_details(self, stop: Stop, y: float) -> None:
        place, t = self.places.get(stop.place_id), self.t
        if place is None:
            return
        contact = f"{getattr(place, 'contact', '')}  {getattr(place, 'phone', '')}"
        village = self.villages.get(stop.place_id)
        lat, lon = (place.lat, place.lon) if village is None else village.stop_at
        where = t("paper.sheet.position", lat=lat, lon=lon)
        code = code_of(amap_web(lat=lat, lon=lon))
        notes = str(getattr(place, "notes", ""))
        paper = self.paper
        if stop.kind == "fill":
            width = _QR_X - _LITRES_X + 5
            x = _LITRES_X - 7
            paper.text(x, y + 4, width, contact.strip(), size_pt=12, align="R")
            # A truck comes back to a source trip by trip: one code will do.
            if stop.place_id not in self.coded:
                self.coded.add(stop.place_id)
                paper.code(code, _QR_X + 2, y - 9, _FILL_QR_MM)
            return
        whom = contact.strip() or t("paper.sheet.no_contact")
        paper.text(_PLACE_X, y, 82, whom, size_pt=13)
        hours = "" if village is None else _hours(village, t)
        if village is not None and (lat, lon) != (village.lat, village.lon):
            at = [t("paper.sheet.transfer"), village.transfer_by]
            where = f"{t('unit.comma').join(filter(None, at))}  {where}"
        extra = "  ".join(part for part in (where, hours, notes) if part)
        paper.text(_PLACE_X, y + 5.8, 116, extra, size_pt=10)
        paper.code(code, _QR_X, y - 9, _QR_MM)
        paper.text(_QR_X, y + 13, _QR_MM, t("paper.sheet.scan"), size_pt=8, align="C")

    def _draw_boxes(self, labels: list[str], widths: Sequence[float], y: float) -> None:
        """Draw labelled boxes for what really happened."""
        x, height = _PLACE_X, 9.5
        for label, width in zip(labels, widths, strict=False):
            self.paper.box(x, y, width, height)
            self.paper.text(x + 0.8, y + 0.3, width - 1, label, size_pt=8)
            x += width + 2

    def _draw_closing(self) -> None:
        paper, t = self.paper, self.t
        paper.need_mm(16)
        paper.text(_LEFT, paper.y + 4, 95, t("paper.sheet.driver"), size_pt=14)
        odometer = t("paper.sheet.odometer")
        paper.text(_LEFT + 95, paper.y + 4, 95, odometer, size_pt=14)
        paper.y += 16

    def add_idle(self, trucks: list[Truck], *, is_all: bool) -> None:
        """Add a page that names the trucks without trips."""
        if not trucks and not is_all:
            return
        self.paper.new_section(f"{self.plan.date:%Y-%m-%d}")
        title = self.t("paper.sheet.all_idle" if is_all else "paper.sheet.idle")
        self.paper.text(_LEFT, self.paper.y, _WIDTH, title, size_pt=22, bold=True)
        self.paper.y += 14
        for truck in trucks:
            self.paper.need_mm(10)
            name = self.day.truck_name(truck.truck_id, self.t)
            plate = self.day.plate(truck.truck_id)
            text = f"{name}  {plate}  {self.day.driver(truck.truck_id)}"
            self.paper.text(_LEFT, self.paper.y, _WIDTH, text, size_pt=15)
            self.paper.y += 10


def _hours(village: Village, t: Words) -> str:
    spans = hours_of(village.windows)
    hours = t("unit.items").join(spans)
    return t("paper.sheet.hours", hours=hours) if spans else ""
