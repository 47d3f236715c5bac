"""Notices for villages: when water comes, how much, and what to prepare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from dispatch.files.plan.visits import visits_by_place
from dispatch.units import format_clock
from dispatch.words.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.files.plan.on_paper import OnPaper
    from dispatch.files.plan.visits import Visit
    from dispatch.model.scenario import Village
    from dispatch.words.message import Lang

# Millimetres of A6, the smallest notice; on a page of its own it is twice as large.
_WIDTH: Final = 105.0
_HEIGHT: Final = 140.0
_EDGE: Final = 7.0
#: Times are told early enough, and litres as no more than they are.
_ROUND_S: Final = 300
_ROUND_L: Final = 10
_ROW: Final = 7.2
_VISITS: Final = 28.0
#: Lines of a list, and where the last one must end.
_LINE: Final = 4.7
_END: Final = _HEIGHT - 7.5

#: To be filled in by hand.
_BLANK: Final = "____________"
#: Of the words of papers, Monday first.
WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)

PerPage = Literal[1, 4]


def notices_pdf(day: OnPaper, lang: Lang = "zh", *, per_page: PerPage = 1) -> bytes:
    """
    Return a notice for every village that gets water.

    Parameters
    ----------
    day
        The plan to print.
    lang
        Language of the texts.
    per_page
        One on a page, or four on a page, to be cut.
    """
    return _Notices(day, Words(lang), per_page).content()


class _Notices:
    """Draws the notices of one plan."""

    def __init__(self, day: OnPaper, t: Words, per_page: PerPage) -> None:
        self.day, self.t = day, t
        self.per_page = per_page
        title = t("paper.notice.file", name=day.scenario.name, date=day.plan.date)
        self.paper = day.paper(title, t)
        self.x = self.y = 0.0
        self.scale = 2.0 if per_page == 1 else 1.0

    def content(self) -> bytes:
        """Return the PDF."""
        day, paper = self.day, self.paper
        visits = visits_by_place(day.plan, day.scenario)
        told = [v for v in day.scenario.villages if v.village_id in visits]
        label = f"{day.scenario.name}  ·  {day.plan.date:%Y-%m-%d}"
        name = self.t("paper.notice.title")
        paper.new_section(label, name=name, is_titled=False)
        if not told:
            paper.text(10, 20, 190, self.t("paper.notice.none"), size_pt=20)
        for idx, village in enumerate(told):
            if idx and not idx % self.per_page:
                paper.new_page()
            place = idx % self.per_page
            self.x, self.y = place % 2 * _WIDTH, place // 2 * _HEIGHT
            if self.per_page > 1 and not place:
                paper.line(_WIDTH, 0, _WIDTH, 2 * _HEIGHT, is_dashed=True)
                paper.line(0, _HEIGHT, 2 * _WIDTH, _HEIGHT, is_dashed=True)
            self._draw(village, visits[village.village_id])
        paper.y = paper.bottom - 8 if told else 40
        if day.missing:
            paper.new_page()
        day.add_missing_note(paper, self.t)
        return paper.content()

    def _text(
        self,
        y: float,
        text: str,
        *,
        size_pt: float,
        bold: bool = False,
        align: Literal["L", "C", "R"] = "L",
        x: float = _EDGE,
        width: float = _WIDTH - 2 * _EDGE,
    ) -> None:
        """Draw a line; places are mm of the notice, which may be twice as large."""
        by = self.scale
        self.paper.text(
            self.x + x * by,
            self.y + y * by,
            width * by,
            text,
            size_pt=size_pt * by,
            bold=bold,
            align=align,
        )

    def _draw(self, village: Village, visits: Sequence[Visit]) -> None:
        day, t, by = self.day, self.t, self.scale
        name = day.scenario.label(village.village_id)
        self._text(6, t("paper.notice.title"), size_pt=22, bold=True, align="C")
        self._text(15.5, name, size_pt=18, bold=True, align="C")
        date = day.plan.date
        weekday = t(f"paper.weekday.{WEEKDAYS[date.weekday()]}")
        when = t("paper.notice.date", date=date, weekday=weekday)
        self._text(24, when, size_pt=13, align="C")
        y = self._draw_visits(visits, 30.5)
        if any(not visit.potable for visit in visits):
            key = "all" if all(not visit.potable for visit in visits) else "some"
            note = t(f"paper.notice.animals_{key}")
            width = _WIDTH - 2 * _EDGE
            self.paper.bar(
                self.x + _EDGE * by,
                self.y + y * by,
                width * by,
                7 * by,
                note,
                size_pt=11 * by,
            )
            y += 8
        y = self._draw_list("prepare", self._to_prepare(village), y)
        y = self._draw_list(
            "advice", [t("paper.notice.save_1"), t("paper.notice.save_2")], y
        )
        self._draw_list("call", self._whom(village, visits), y)
        self._draw_foot()

    def _draw_visits(self, visits: Sequence[Visit], y: float) -> float:
        row = min(_ROW, _VISITS / len(visits))
        size_pt = min(14.0, row / 0.353 * 0.72)
        by = self.scale
        for visit in visits:
            x, width = _EDGE, _WIDTH - 2 * _EDGE
            self.paper.box(
                self.x + x * by, self.y + y * by, width * by, row * by, is_white=False
            )
            top = y + (row - size_pt * 0.4) / 2
            early_s = visit.start_s // _ROUND_S * _ROUND_S
            clock = self.t("paper.notice.about", time=format_clock(early_s))
            litres = visit.litres
            if litres > 10 * _ROUND_L:
                litres = litres // _ROUND_L * _ROUND_L
            amount = self.t("paper.notice.litres", litres=f"{litres:,}")
            truck = self.day.truck_name(visit.truck_id, self.t)
            plate = self.day.plate(visit.truck_id)
            use = plate if visit.potable else self.t("paper.wall.animals")
            self._text(top, clock, size_pt=size_pt, bold=True, x=x + 1.5, width=27)
            self._text(top, amount, size_pt=size_pt, bold=True, x=x + 29, width=26)
            who = f"{truck} {use}"
            self._text(
                top + 0.3, who, size_pt=size_pt * 0.8, x=x + 56, width=width - 57
            )
            y += row
        return y + 1.5

    def _draw_list(self, key: str, lines: Sequence[str], y: float) -> float:
        self._text(y, self.t(f"paper.notice.{key}"), size_pt=12, bold=True)
        y += 5.2
        step = min(_LINE, (_END - y) / len(lines))
        for line in lines:
            self._text(y, line, size_pt=11 * step / _LINE)
            y += step
        return y + 0.8

    def _to_prepare(self, village: Village) -> list[str]:
        t = self.t
        opener = _BLANK
        if village.contact:
            opener = f"{village.contact} {village.phone}".strip()
        lines = [t("paper.notice.containers")]
        if village.storage_l:
            lines.append(t("paper.notice.tank", who=opener))
        else:
            lines.append(t("paper.notice.receiver", who=opener))
        if village.stop_at != (village.lat, village.lon):
            by = village.transfer_by or t("paper.notice.by_hand")
            lines.append(t("paper.notice.transfer", by=by))
        else:
            lines.append(t("paper.notice.lane"))
        return lines

    def _whom(self, village: Village, visits: Sequence[Visit]) -> list[str]:
        """Return whom to call: the person of the place, then the drivers."""
        lines = []
        if village.contact or village.phone:
            who = f"{village.contact} {village.phone}".strip()
            lines.append(self.t("paper.notice.contact", who=who))
        drivers = []
        for truck_id in dict.fromkeys(visit.truck_id for visit in visits):
            driver = self.day.driver(truck_id)
            if driver:
                drivers.append(f"{self.day.truck_name(truck_id, self.t)} {driver}")
        return [*lines, *drivers[:3], self.t("paper.notice.office_blank")]

    def _draw_foot(self) -> None:
        day = self.day
        parts = [day.scenario.name]
        if day.edition is not None:
            parts.append(day.edition.line(self.t))
        # The foot of the page says the same, but is cut off.
        if self.per_page > 1:
            y = _HEIGHT - 6
            self._text(y, "  ·  ".join(parts), size_pt=8, align="C")
