"""The day on the wall: all trucks as a timetable, and who gets how much and when."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Final

from dispatch.files.plan.on_paper import LEFT
from dispatch.files.plan.short_names import short_names
from dispatch.files.plan.wall_list import WallList
from dispatch.units import format_clock
from dispatch.words.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.files.plan.on_paper import OnPaper
    from dispatch.model.plan import Route, Stop
    from dispatch.words.message import Lang

#: Rows of the timetable on one page.
MAX_TRUCKS: Final = 12
# Millimetres of a page of A4.
_LABEL: Final = 46.0
_HEAD: Final = 20.0
_AXIS: Final = 5.0
_ROWS: Final = 98.0
#: Where the list of places comes on a later page.
_ROWS_ALONE: Final = 160.0
_TALLEST: Final = 14.0
#: Words run upwards in narrower boxes.
_MIN_ACROSS: Final = 8.5


def wall_pdf(day: OnPaper, lang: Lang = "zh", *, is_big: bool = False) -> bytes:
    """
    Return the day on one page, black and white, to be read from arm's length.

    Parameters
    ----------
    day
        The plan to print.
    lang
        Language of the texts.
    is_big
        A3 instead of A4.
    """
    return _Wall(day, Words(lang), is_big=is_big).content()


def source_signs(source_ids: Sequence[str]) -> dict[str, str]:
    """Return ①, ②, ... for sources; (21) and so on where the signs end."""
    return {
        source_id: chr(0x2460 + idx) if idx < 20 else f"({idx + 1})"
        for idx, source_id in enumerate(source_ids)
    }


class _Wall:
    """Draws the pages of one plan."""

    def __init__(self, day: OnPaper, t: Words, *, is_big: bool) -> None:
        self.day, self.t = day, t
        plan, scenario = day.plan, day.scenario
        title = t("paper.wall.title", name=scenario.name, date=plan.date)
        self.paper = day.paper(title, t, is_landscape=True, is_big=is_big)
        self.busy = [route for route in plan.routes if route.num_trips]
        self.busy.sort(key=lambda route: self._order(route.truck_id))
        names = {id_: scenario.label(id_) for id_ in scenario.village_by_id}
        self.names = short_names(names)
        self.signs = source_signs([source.source_id for source in scenario.sources])
        starts = [route.stops[0].start_s for route in self.busy]
        ends = [route.stops[-1].end_s for route in self.busy]
        self.first_h = min(starts, default=8 * 3600) // 3600
        self.last_h = max(self.first_h + 1, math.ceil(max(ends, default=0) / 3600))

    def _order(self, truck_id: str) -> tuple[int, str]:
        letter = self.day.letters.get(truck_id, truck_id)
        return len(letter), letter

    def content(self) -> bytes:
        """Return the PDF."""
        paper, t = self.paper, self.t
        label = f"{self.day.scenario.name}  ·  {self.day.plan.date:%Y-%m-%d}"
        name = t("paper.wall.name")
        paper.new_section(label, name=name, is_titled=False)
        groups = [
            self.busy[at : at + MAX_TRUCKS]
            for at in range(0, len(self.busy), MAX_TRUCKS)
        ]
        for idx, routes in enumerate(groups or [[]]):
            if idx:
                paper.new_page()
            self._draw_head()
            is_last = idx + 1 >= len(groups)
            self._draw_timetable(routes, _ROWS if is_last else _ROWS_ALONE)
        self._draw_idle()
        WallList(self.day, self.t, paper, self.names, self.signs).draw()
        self.day.add_missing_note(paper, t)
        return paper.content()

    def _draw_head(self) -> None:
        paper, t, plan = self.paper, self.t, self.day.plan
        y, width = paper.y - 4, paper.width - 2 * LEFT
        title = t("paper.wall.title", name=self.day.scenario.name, date=plan.date)
        paper.text(LEFT, y, width * 0.62, title, size_pt=24, bold=True)
        if self.day.edition is not None:
            line = self.day.edition.line(t)
            x = LEFT + width * 0.62
            paper.text(x, y + 2, width * 0.38, line, size_pt=13, bold=True, align="R")
        short = [outcome for outcome in plan.villages if outcome.shortage_l > 0]
        parts = [
            t(
                "paper.wall.total",
                trucks=len(self.busy),
                trips=sum(route.num_trips for route in self.busy),
                litres=f"{plan.totals.delivered_l:,}",
            )
        ]
        if short:
            litres = sum(outcome.shortage_l for outcome in short)
            parts.append(t("paper.wall.short", places=len(short), litres=f"{litres:,}"))
        text = t("unit.comma").join(parts)
        paper.text(LEFT, y + 11, width * 0.6, text, size_pt=13)
        legend = t("paper.wall.legend")
        paper.text(
            LEFT + width * 0.6, y + 12, width * 0.4, legend, size_pt=9, align="R"
        )
        paper.y = y + _HEAD - 1

    def _draw_idle(self) -> None:
        """Name the trucks without trips, in a line."""
        at_work = {route.truck_id for route in self.busy}
        idle = [
            f"{self.day.truck_name(truck.truck_id, self.t)} {truck.plate}".strip()
            for truck in self.day.scenario.trucks
            if truck.truck_id not in at_work
        ]
        if not idle or not self.busy:
            return
        trucks = self.t("unit.items").join(idle)
        text = self.t("paper.wall.idle", trucks=trucks)
        paper = self.paper
        paper.text(LEFT, paper.y - 1, paper.width - 2 * LEFT, text, size_pt=10)
        paper.y += 5

    def _x(self, time_s: float) -> float:
        share = (time_s / 3600 - self.first_h) / (self.last_h - self.first_h)
        left = LEFT + _LABEL
        return left + share * (self.paper.width - LEFT - left)

    def _draw_timetable(self, routes: Sequence[Route], rows_mm: float) -> None:
        paper = self.paper
        if not routes:
            text = self.t("paper.sheet.all_idle")
            paper.text(LEFT, paper.y, 200, text, size_pt=22, bold=True)
            paper.y += 14
            return
        height = min(_TALLEST, rows_mm / len(routes))
        top = paper.y + _AXIS
        bottom = top + height * len(routes)
        step = 1 if self.last_h - self.first_h <= 16 else 2
        for hour in range(self.first_h, self.last_h + 1, step):
            x = self._x(hour * 3600)
            clock = format_clock(hour * 3600)
            if hour > self.last_h - step:  # inside the margin
                paper.text(x - 16, paper.y, 16, clock, size_pt=10, align="R")
            else:
                paper.text(x - 8, paper.y, 16, clock, size_pt=10, align="C")
            paper.line(x, top, x, bottom, is_dashed=True)
        for idx, route in enumerate(routes):
            self._draw_row(route, top + idx * height, height)
        paper.line(LEFT, bottom, paper.width - LEFT, bottom)
        paper.y = bottom + 2

    def _draw_row(self, route: Route, y: float, height: float) -> None:
        paper, day = self.paper, self.day
        paper.line(LEFT, y, paper.width - LEFT, y)
        truck = day.scenario.truck_by_id.get(route.truck_id)
        letter = day.letters.get(route.truck_id, route.truck_id)
        paper.text(LEFT, y + height / 2 - 3.9, 9, letter, size_pt=20, bold=True)
        x, width = LEFT + 9.5, _LABEL - 10.5
        plate = day.plate(route.truck_id)
        driver = phone = ""
        if truck is not None:
            driver, phone = truck.driver, truck.phone
            if not truck.potable:
                plate = f"{plate}  {self.t('paper.wall.animals')}"
        lines = [(plate, 9.0), (f"{driver}  {phone}".strip(), 9.0)]
        if height >= 12:
            lines = [(plate, 9.5), (driver, 9.0), (phone, 11.0)]
        lines = [line for line in lines if line[0]]
        top = y + (height - 3.7 * len(lines)) / 2
        for text, size_pt in lines:
            paper.text(x, top, width, text, size_pt=size_pt)
            top += 3.7
        for before, stop in itertools.pairwise(route.stops):
            self._draw_stop(before, stop, y + 0.7, height - 1.4)

    def _draw_stop(self, before: Stop, stop: Stop, y: float, height: float) -> None:
        """Draw a stop; a delivery's box begins where the way there does."""
        paper = self.paper
        start, x_end = self._x(stop.start_s), self._x(stop.end_s)
        if stop.kind == "fill":
            sign = self.signs.get(stop.place_id, "?")
            width = max(x_end - start, 1.8)
            size_pt = min(12.0, width * 2.6)
            paper.bar(start, y, width, height, sign, size_pt=size_pt, pad=0, align="C")
        elif stop.kind == "break":
            paper.hatch(start, y + height * 0.25, x_end - start, height * 0.5)
        elif stop.kind == "return":
            middle = y + height / 2
            paper.line(self._x(before.end_s), middle, start, middle)
        elif stop.kind == "deliver":
            way = self._x(before.end_s)
            paper.box(way, y, x_end - way, height, is_white=True)
            self._draw_words(stop, way, y, x_end - way, height)

    def _draw_words(
        self, stop: Stop, x: float, y: float, width: float, height: float
    ) -> None:
        """Draw name, litres and time of a delivery, as large as there is room."""
        paper = self.paper
        name = self.names.get(stop.place_id, stop.place_id)
        clock, litres = format_clock(stop.start_s), f"{stop.litres:,}"
        if width < _MIN_ACROSS:
            lines = [name, f"{clock} {litres}" if height >= 11 else litres]
            size_pt = min(7.5, (width - 0.4) / 2 / 0.4)
            if size_pt < 5:  # of two lines neither could be read
                lines, size_pt = lines[:1], 6.0
            for idx, line in enumerate(lines):
                at = x + 0.2 + idx * size_pt * 0.4
                paper.upright(at, y + 0.2, height - 0.4, line, size_pt=size_pt)
            return
        foot = [clock, litres] if height >= 9 else [litres]
        room = height - 2.7 * len(foot) - 0.2
        lines, size_pt = _wrapped(name, width - 0.6, room)
        top = y + 0.2
        for line in lines:
            paper.text(x + 0.3, top, width - 0.6, line, size_pt=size_pt)
            top += size_pt * 0.4
        for idx, text in enumerate(foot):
            at = y + height - 2.7 * (len(foot) - idx) - 0.2
            paper.text(x + 0.3, at, width - 0.6, text, size_pt=7)


def _wrapped(name: str, width: float, room: float) -> tuple[list[str], float]:
    """Return a name in lines, and the largest type in which it fits its room."""
    for size_pt in (9.0, 8.0, 7.0, 6.5, 6.0):
        per_line = max(1, int(width / (size_pt * 0.353)))
        wide = sum(1.0 if ord(char) > 0x2E80 else 0.58 for char in name)
        num_lines = math.ceil(wide / per_line)
        if num_lines * size_pt * 0.4 <= room:
            break
    else:
        num_lines = max(1, int(room / (size_pt * 0.4)))
    size = math.ceil(len(name) / num_lines)
    if num_lines * per_line < wide:
        size = per_line
    lines = [name[at : at + size] for at in range(0, len(name), size)]
    return lines[:num_lines], size_pt
