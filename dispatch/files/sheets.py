"""The drivers' sheets: A4, black and white, big type, boxes to fill in by hand."""

from __future__ import annotations

import datetime as dt
import logging
from functools import cache
from typing import TYPE_CHECKING, Final

import segno

from dispatch.files.clocks import LAST_S, format_clock_s
from dispatch.files.font import missing_glyphs
from dispatch.files.links import amap_web
from dispatch.files.paper import Paper
from dispatch.files.plan_tables import numbered_stops
from dispatch.files.words import STOP_ZH
from dispatch.geo.snap import places_of
from dispatch.past import concerns, done_routes, past_line
from dispatch.places import place_labels
from dispatch.units import format_clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.check import Violation
    from dispatch.plan import Plan, Route, Stop
    from dispatch.scenario import Depot, Scenario, Source, Truck, Village

_log = logging.getLogger(__name__)

# Millimetres. Columns: number, time, place, litres, QR code.
_LEFT: Final = 10.0
_WIDTH: Final = 190.0
_TIME_X: Final = 24.0
_PLACE_X: Final = 58.0
_LITRES_X: Final = 140.0
_QR_X: Final = 176.0
_QR_MM: Final = 22.0
#: Broken rules of what is done that a sheet shows; more are counted.
_MOST_PAST: Final = 3
_FILL_QR_MM: Final = 18.5
_HEIGHT: Final = {
    "depart": 11.0,
    "return": 11.0,
    "break": 11.0,
    "fill": 20.5,
    "deliver": 31.5,
}


def sheets_pdf(
    plan: Plan,
    scenario: Scenario,
    *,
    is_estimate: bool = False,
    past: Sequence[Violation] = (),
) -> bytes:
    """
    Return a PDF with the stops of every truck, each truck on new pages.

    Parameters
    ----------
    is_estimate
        Whether times rest on straight lines; the sheets then say so.
    past
        Rules that what is done has broken: told to the trucks that it is about.
    """
    writer = _SheetWriter(plan, scenario, is_estimate=is_estimate, past=past)
    busy = [route for route in plan.routes if route.num_trips]
    for route in busy:
        writer.add_route(route)
    at_work = {route.truck_id for route in busy}
    idle = [truck for truck in scenario.trucks if truck.truck_id not in at_work]
    writer.add_idle(idle, is_all=not busy)
    writer.add_missing_note()
    return writer.paper.content()


class _SheetWriter:
    """Draws one plan; keeps what every page needs."""

    def __init__(
        self,
        plan: Plan,
        scenario: Scenario,
        *,
        is_estimate: bool,
        past: Sequence[Violation],
    ) -> None:
        self.plan, self.scenario = plan, scenario
        self.past = past
        self.done = {route.truck_id: route for route in done_routes(plan)}
        self.is_estimate = is_estimate
        self.trucks = {truck.truck_id: truck for truck in scenario.trucks}
        self.places: dict[str, Depot | Source | Village] = dict(
            zip(scenario.place_ids, places_of(scenario), strict=True)
        )
        self.labels = place_labels(scenario)
        self.coded: set[str] = set()
        self.villages = {village.village_id: village for village in scenario.villages}
        self.missing = missing_glyphs(_all_texts(scenario))
        if self.missing:
            _log.warning("the font has no glyph for %s", " ".join(self.missing))
        year = max(plan.date.year, 1990)  # PDF readers expect four digits
        created = dt.datetime(year, plan.date.month, plan.date.day, tzinfo=dt.UTC)
        title = f"{scenario.name} {plan.date:%Y-%m-%d} 送水单"
        self.paper = Paper(title=title, created=created)
        self.scenario_name = scenario.name

    def add_route(self, route: Route) -> None:
        """Add the pages of one truck."""
        self.coded.clear()
        truck = self.trucks.get(route.truck_id)
        label = f"{route.truck_id}  {truck.plate if truck else ''}".strip()
        self.paper.new_section(f"{label}  ·  {self.plan.date:%Y-%m-%d}")
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
        paper = self.paper
        y = paper.y
        paper.text(_LEFT, y, 150, label, size_pt=30, bold=True)
        paper.text(_LEFT + 130, y + 1, 60, "送水单", size_pt=24, align="R")
        driver = ""
        if truck is not None:
            driver = f"{truck.driver}  {truck.phone}".strip()
        summary = f"{route.num_trips} 趟，共送 {route.delivered_l:,} 升"
        if route.stops:
            start, end = route.stops[0].start_s, route.stops[-1].end_s
            summary += f"，{format_clock(start)} 出车，{format_clock(end)} 收车"
        where = f"{self.scenario_name}  {self.plan.date:%Y年%m月%d日}"
        paper.text(_LEFT, y + 14, 120, where, size_pt=14)
        paper.text(_LEFT + 100, y + 14, 90, driver, size_pt=14, align="R")
        paper.text(_LEFT, y + 21.5, _WIDTH, summary, size_pt=14)
        y += 30
        if self.is_estimate:
            note = "行车时间按直线距离估算，实际可能更长，请留出余量。"
            paper.text(_LEFT, y, _WIDTH, note, size_pt=11)
            y += 7
        y = self._draw_past(route, y)
        if truck is not None and not truck.potable:
            note = "本车的水不能给人喝，只供牲畜！"
            paper.bar(_LEFT, y, _WIDTH, 9, note, size_pt=15)
            y += 11
        paper.y = y

    def _draw_past(self, route: Route, y: float) -> float:
        """Draw which rules were broken by what this truck has done; return where."""
        done = self.done.get(route.truck_id)
        own = [v for v in self.past if done is not None and concerns(v, done)]
        if not own:
            return y
        note = f"已执行部分有 {len(own)} 处不合规则，无法再改；后面的行程照常执行。"
        self.paper.text(_LEFT, y, _WIDTH, note, size_pt=11, bold=True)
        y += 6
        for violation in own[:_MOST_PAST]:
            line = past_line(self.scenario, self.plan, violation).text("zh")
            self.paper.text(_LEFT, y, _WIDTH, line, size_pt=10)
            y += 5.5
        return y + 1

    def _draw_trip_bar(self, trip: int, route: Route) -> None:
        litres = 0
        for number, _, stop in numbered_stops(route):
            if number == trip and stop.kind == "fill":
                litres = stop.litres
        text = f"第 {trip} 趟    {litres:,} 升"
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
            text = f"{STOP_ZH[stop.kind]}  {place}"
            if stop.kind == "break":
                minutes = (stop.end_s - stop.start_s) // 60
                text = f"休息 {minutes} 分钟（到 {format_clock(stop.end_s)}）  {place}"
            paper.text(_TIME_X, y + 1.2, 32, clock, size_pt=20)
            paper.text(_PLACE_X, y + 1.8, 138, text, size_pt=16)
        else:
            self._draw_flow(stop, place, aboard_l)
        paper.y = y + height

    def _draw_flow(self, stop: Stop, place: str, aboard_l: int) -> None:
        """Draw a filling or a delivery: what, where, how much, whom to call."""
        paper, y = self.paper, self.paper.y
        is_delivery = stop.kind == "deliver"
        paper.text(
            _TIME_X, y + 1.2, 32, format_clock(stop.start_s), size_pt=20, bold=True
        )
        until = f"到 {format_clock(stop.end_s)} 离开"
        paper.text(_TIME_X, y + 10, 32, until, size_pt=11)
        action = STOP_ZH[stop.kind]
        paper.text(_PLACE_X, y + 1.2, 82, f"{action} {place}", size_pt=18, bold=True)
        right = _QR_X
        litres = f"{stop.litres:,} 升"
        width = right - _LITRES_X - 1
        paper.text(_LITRES_X, y + 1.2, width, litres, size_pt=20, bold=True, align="R")
        if is_delivery:
            left = f"卸后余 {aboard_l:,} 升" if aboard_l else "卸空"
            paper.text(_LITRES_X, y + 10, width, left, size_pt=11, align="R")
        elif stop.bay is not None:
            bay = f"{stop.bay} 号装水口"
            paper.text(_LITRES_X, y + 10, width, bay, size_pt=11, align="R")
        self._draw_details(stop, y + 10)
        labels = ["实到时间", "实送（升）", "收水人签字"]
        if not is_delivery:
            labels = ["实到时间", "实装（升）"]
        self._draw_boxes(labels, y + _HEIGHT[stop.kind] - 10.5)

    def _draw_details(self, stop: Stop, y: float) -> None:
        place = self.places.get(stop.place_id)
        if place is None:
            return
        contact = f"{getattr(place, 'contact', '')}  {getattr(place, 'phone', '')}"
        village = self.villages.get(stop.place_id)
        lat, lon = (place.lat, place.lon) if village is None else village.stop_at
        where = f"北纬 {lat:.6f} 东经 {lon:.6f}"
        code = _code(amap_web(lat=lat, lon=lon))
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
        paper.text(_PLACE_X, y, 82, contact.strip() or "（没有联系人）", size_pt=13)
        hours = "" if village is None else _hours(village)
        if village is not None and (lat, lon) != (village.lat, village.lon):
            where = f"停在交接点，{village.transfer_by}  {where}".replace("，  ", "  ")
        extra = "  ".join(part for part in (where, hours, notes) if part)
        paper.text(_PLACE_X, y + 5.8, 116, extra, size_pt=10)
        paper.code(code, _QR_X, y - 9, _QR_MM)
        paper.text(_QR_X, y + 13, _QR_MM, "扫码导航", size_pt=8, align="C")

    def _draw_boxes(self, labels: list[str], y: float) -> None:
        """Draw labelled boxes for what really happened."""
        x, height = _PLACE_X, 9.5
        widths = [34.0, 34.0, 44.0]
        for label, width in zip(labels, widths, strict=False):
            self.paper.box(x, y, width, height)
            self.paper.text(x + 0.8, y + 0.3, width, label, size_pt=8)
            x += width + 2

    def _draw_closing(self) -> None:
        paper = self.paper
        paper.need_mm(16)
        paper.text(_LEFT, paper.y + 4, _WIDTH, "司机签字：", size_pt=14)
        paper.text(
            _LEFT + 95, paper.y + 4, 95, "里程表 出车：        收车：", size_pt=14
        )
        paper.y += 16

    def add_idle(self, trucks: list[Truck], *, is_all: bool) -> None:
        """Add a page that names the trucks without trips."""
        if not trucks and not is_all:
            return
        self.paper.new_section(f"{self.plan.date:%Y-%m-%d}")
        title = "今天没有任务" if is_all else "今天没有任务的车辆"
        self.paper.text(_LEFT, self.paper.y, _WIDTH, title, size_pt=22, bold=True)
        self.paper.y += 14
        for truck in trucks:
            self.paper.need_mm(10)
            text = f"{truck.truck_id}  {truck.plate}  {truck.driver}  {truck.phone}"
            self.paper.text(_LEFT, self.paper.y, _WIDTH, text, size_pt=15)
            self.paper.y += 10

    def add_missing_note(self) -> None:
        """Say on the last page which characters could not be printed."""
        if not self.missing:
            return
        codes = "、".join(f"U+{ord(char):04X}" for char in self.missing)
        self.paper.need_mm(12)
        text = f"字库里没有这些字，已用〓代替：{codes}"
        self.paper.text(_LEFT, self.paper.y + 2, _WIDTH, text, size_pt=10)
        self.paper.y += 10


def _hours(village: Village) -> str:
    spans = [
        f"{format_clock_s(w.early_s)}-"
        + ("" if w.late_s == LAST_S else format_clock_s(w.late_s))
        for w in village.windows
    ]
    return f"收水 {'、'.join(spans)}" if spans else ""


def _all_texts(scenario: Scenario) -> list[str]:
    """Return every text of the scenario that may stand on a sheet."""
    texts = [scenario.name]
    for truck in scenario.trucks:
        texts += [truck.truck_id, truck.plate, truck.driver, truck.phone]
    for village in scenario.villages:
        texts += [village.village_id, village.name, village.contact, village.phone]
        texts += [village.notes, village.township, village.transfer_by]
    for source in scenario.sources:
        texts += [source.source_id, source.name, source.contact, source.phone]
    texts += [depot.name for depot in scenario.depots]
    return texts


@cache
def _code(link: str) -> segno.QRCode:
    """Return the QR code of a link; a fixed mask spares trying all eight."""
    return segno.make(link, error="m", micro=False, mask=2)
