"""Water carried to the door: a list a truck for the old, the ill, the disabled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.files.plan.font import missing_glyphs
from dispatch.files.plan.on_paper import LEFT
from dispatch.files.plan.visits import visits_by_place
from dispatch.units import format_clock
from dispatch.words.words import Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.files.plan.on_paper import OnPaper
    from dispatch.files.plan.paper import Paper
    from dispatch.files.plan.visits import Visit
    from dispatch.model.households import Household
    from dispatch.model.need import Band
    from dispatch.model.scenario import Village
    from dispatch.words.message import Lang

_WIDTH: Final = 190.0
_TICK: Final = 4.2
_TICKS_X: Final = 42.0
#: Ticks in a line, and no more lines than these; then a blank to write into.
_PER_LINE: Final = 25
_MAX_TICKS: Final = 150
_BANDS: Final[tuple[Band, ...]] = ("survival_vulnerable", "basic_vulnerable")


@dataclass(frozen=True, slots=True)
class _Door:
    """A place and the first visit that brings drinking water there."""

    village: Village
    visit: Visit
    litres_each: float


def doors_pdf(
    day: OnPaper,
    lang: Lang = "zh",
    households: Mapping[str, Sequence[Household]] | None = None,
) -> bytes:
    """
    Return a page for every truck that brings water to people who cannot fetch it.

    A place stands on the list of the truck that comes first with drinking water. Where
    its households are given there is a line for each, else a box a person.

    Parameters
    ----------
    day
        The plan to print.
    lang
        Language of the texts.
    households
        By village, for who may see names; None: the paper names nobody.
    """
    named = households or {}
    t = Words(lang)
    title = t("paper.door.title", name=day.scenario.name, date=day.plan.date)
    paper = day.paper(title, t)
    by_truck = _doors(day, named)
    for truck_id in sorted(by_truck, key=lambda x: (len(x), x)):
        _Page(day, t, paper, truck_id, named).draw(by_truck[truck_id])
    if not by_truck:
        paper.new_section(title, is_titled=False)
        paper.text(LEFT, paper.y, _WIDTH, title, size_pt=20, bold=True)
        paper.text(LEFT, paper.y + 14, _WIDTH, t("paper.door.none"), size_pt=16)
        paper.y += 24
    day.add_missing_note(paper, t)
    # Not with those of the tables: their signs go into the log, these are names.
    missing = missing_glyphs(
        text
        for rows in named.values()
        for each in rows
        for text in (each.name, each.address, each.note)
    )
    if missing:
        codes = t("unit.items").join(f"U+{ord(sign):04X}" for sign in missing)
        paper.need_mm(12)
        text = t("paper.sheet.missing", codes=codes)
        paper.text(LEFT, paper.y + 2, _WIDTH, text, size_pt=10)
    return paper.content()


def _doors(
    day: OnPaper, named: Mapping[str, Sequence[Household]]
) -> dict[str, list[_Door]]:
    visits = visits_by_place(day.plan, day.scenario)
    outcomes = day.plan.outcome_by_village
    by_truck: dict[str, list[_Door]] = {}
    for village in day.scenario.villages:
        drinkable = [v for v in visits.get(village.village_id, ()) if v.potable]
        is_wanted = village.vulnerable_people or named.get(village.village_id)
        if not drinkable or not is_wanted:
            continue
        outcome = outcomes.get(village.village_id)
        served_l = 0
        if outcome is not None:
            served_l = sum(outcome.served_l.get(band, 0) for band in _BANDS)
        each_l = served_l / max(1, village.vulnerable_people)
        door = _Door(village, drinkable[0], each_l)
        by_truck.setdefault(drinkable[0].truck_id, []).append(door)
    for doors in by_truck.values():
        doors.sort(key=lambda door: door.visit.start_s)
    return by_truck


class _Page:
    """The pages of one truck."""

    def __init__(
        self,
        day: OnPaper,
        t: Words,
        paper: Paper,
        truck_id: str,
        named: Mapping[str, Sequence[Household]],
    ) -> None:
        self.day, self.t, self.truck_id = day, t, truck_id
        self.paper, self.named = paper, named

    def draw(self, doors: list[_Door]) -> None:
        """Draw the list of a truck, in the order of its arrivals."""
        day, t, paper = self.day, self.t, self.paper
        name = day.truck_name(self.truck_id, t)
        label = f"{name}  {day.plate(self.truck_id)}"
        paper.new_section(f"{label}  ·  {day.plan.date:%Y-%m-%d}", name=name)
        y = paper.y
        paper.text(LEFT, y, 110, label, size_pt=26, bold=True)
        what = t("paper.door.name")
        paper.text(LEFT + 112, y + 1.5, 78, what, size_pt=18, align="R")
        where = f"{day.scenario.name}  {t('paper.sheet.date', date=day.plan.date)}"
        paper.text(LEFT, y + 12.5, 105, where, size_pt=13)
        driver = day.driver(self.truck_id)
        paper.text(LEFT + 110, y + 12.5, 80, driver, size_pt=13, align="R")
        people = sum(door.village.vulnerable_people for door in doors)
        total = t("paper.door.total", places=len(doors), people=people)
        paper.text(LEFT, y + 19, _WIDTH, total, size_pt=13)
        y += 26
        if day.edition is not None:
            paper.text(LEFT, y, _WIDTH, day.edition.line(t), size_pt=12, bold=True)
            y += 6
        paper.text(LEFT, y, _WIDTH, t("paper.door.help"), size_pt=10)
        paper.y = y + 6.5
        for door in doors:
            self._draw_door(door)
        paper.need_mm(16)
        paper.text(LEFT, paper.y + 4, 95, t("paper.door.volunteer"), size_pt=14)
        paper.text(LEFT + 95, paper.y + 4, 95, t("paper.door.done"), size_pt=14)
        paper.y += 16

    def _draw_door(self, door: _Door) -> None:
        paper, t, village = self.paper, self.t, door.village
        people = village.vulnerable_people
        households = self.named.get(village.village_id, ())
        ticks = people if people <= _MAX_TICKS and not households else 0
        lines = max(1, -(-ticks // _PER_LINE))
        height = 15.5 + lines * (_TICK + 1.4)
        paper.need_mm(height)
        y = paper.y
        paper.box(LEFT, y, _WIDTH, height)
        paper.box(LEFT + 3, y + 3, 7, 7)
        clock = format_clock(door.visit.start_s)
        paper.text(LEFT + 12.5, y + 2, 18.5, clock, size_pt=18, bold=True)
        name = self.day.scenario.label(village.village_id)
        paper.text(_TICKS_X, y + 1.8, 92, name, size_pt=17, bold=True)
        litres = f"{door.litres_each:.1f}".removesuffix(".0")
        each = t("paper.door.each", people=people, litres=litres)
        if not door.litres_each:
            each = t("paper.door.nothing", people=people)
        paper.text(LEFT + 124, y + 2.2, 64, each, size_pt=15, bold=True, align="R")
        whom = f"{village.contact}  {village.phone}".strip()
        whom = whom or t("paper.sheet.no_contact")
        paper.text(_TICKS_X, y + 9.5, 80, whom, size_pt=12)
        paper.text(LEFT + 112, y + 9.5, 76, village.notes, size_pt=10, align="R")
        top = y + 15
        if not ticks and not households:
            blank = t("paper.door.many", people=people)
            paper.text(_TICKS_X, top, 150, blank, size_pt=12)
        for idx in range(ticks):
            column = idx % _PER_LINE
            x = _TICKS_X + column * (_TICK + 1.2) + column // 5 * 2.2
            paper.box(x, top + idx // _PER_LINE * (_TICK + 1.4), _TICK, _TICK)
        paper.y = y + height + 1.5
        for household in households:
            self._draw_household(household)

    def _draw_household(self, household: Household) -> None:
        """Draw a line with a box to tick, who lives there and where."""
        paper, t = self.paper, self.t
        height = 13.0 if household.note else 8.5
        paper.need_mm(height)
        y = paper.y
        paper.box(_TICKS_X - 8, y + 1, 5.5, 5.5)
        people = t("paper.door.household", people=household.people)
        if household.carries:
            people = f"{people} {t('driver.door_carry')}"
        paper.text(_TICKS_X, y + 0.6, 42, household.name, size_pt=14, bold=True)
        paper.text(_TICKS_X + 43, y + 0.9, 72, household.address, size_pt=12)
        paper.text(_TICKS_X + 116, y + 0.9, 42, people, size_pt=12, align="R")
        if household.note:
            paper.text(_TICKS_X, y + 6.6, 158, household.note, size_pt=10)
        paper.y = y + height
