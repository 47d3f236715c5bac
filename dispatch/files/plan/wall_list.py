"""Below the timetable on the wall: sources with litres, and all places."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch.files.plan.on_paper import LEFT
from dispatch.units import format_clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dispatch.files.plan.on_paper import OnPaper
    from dispatch.files.plan.paper import Paper
    from dispatch.words.words import Words

_COLUMNS: Final = 3
_GAP: Final = 4.0
_LINE: Final = 4.3
_NAME: Final = 30.0
_LITRES: Final = 13.0
_SHORT: Final = 16.0
#: The type in which a long name must fit.
_SMALL_PT: Final = 8.0


@dataclass(frozen=True, slots=True)
class _Entry:
    """
    One place; ``is_head`` for a heading, which stays with the next.

    Attributes
    ----------
    name_lines
        The name in parts, where it is too long for a line.
    """

    name: str
    litres: str = ""
    lines: tuple[str, ...] = ("",)
    short: str = ""
    is_head: bool = False
    name_lines: tuple[str, ...] = ()

    @property
    def num_lines(self) -> int:
        """Lines that it takes."""
        return max(len(self.lines), len(self.name_lines))


class WallList:
    """
    Sources and places in columns, going on to new pages.

    Parameters
    ----------
    day
        The plan to print.
    t
        Words in the language of the paper.
    paper
        With a page to go on.
    names
        Of villages, by id.
    signs
        Of sources, by id.
    """

    def __init__(
        self,
        day: OnPaper,
        t: Words,
        paper: Paper,
        names: Mapping[str, str],
        signs: Mapping[str, str],
    ) -> None:
        self.day, self.t, self.paper = day, t, paper
        self.names, self.signs = names, signs
        self.width = (paper.width - 2 * LEFT - _GAP * (_COLUMNS - 1)) / _COLUMNS
        self.times = self.width - _NAME - _LITRES - _SHORT - 2

    def draw(self) -> None:
        """Draw all of it, as few pages as it takes."""
        entries = [*self._sources(), *self._places(is_brief=False)]
        room = int((self.paper.bottom - self.paper.y) / _LINE)
        if not _is_room(entries, room):
            entries = [*self._sources(), *self._places(is_brief=True)]
        at = 0
        while at < len(entries):
            room = int((self.paper.bottom - self.paper.y) / _LINE)
            if room < 4:
                self.paper.new_page()
                continue
            # Columns of equal length where all that is left fits on the page.
            fitting = (n for n in range(4, room + 1) if _is_room(entries[at:], n))
            lines = next(fitting, room)
            top = self.paper.y
            for column in range(_COLUMNS):
                x = LEFT + column * (self.width + _GAP)
                at = self._column(entries, at, x, top, lines)
            self.paper.y = top + lines * _LINE
            if at < len(entries):
                self.paper.new_page()

    def _column(
        self, entries: list[_Entry], at: int, x: float, top: float, room: int
    ) -> int:
        """Draw entries while there is room; return the first that had none."""
        end = _end_of_column(entries, at, room)
        used = 0
        for entry in entries[at:end]:
            self._draw(entry, x, top + used * _LINE)
            used += entry.num_lines
        return end

    def _draw(self, entry: _Entry, x: float, y: float) -> None:
        paper = self.paper
        if entry.is_head:
            paper.bar(x, y + 0.2, self.width, _LINE - 0.4, entry.name, size_pt=9)
            return
        for idx, part in enumerate(entry.name_lines or (entry.name,)):
            at_y = y + idx * _LINE + 0.3
            paper.text(x, at_y, _NAME, part, size_pt=9.5, bold=True)
        paper.text(x + _NAME, y + 0.3, _LITRES, entry.litres, size_pt=9.5, align="R")
        for idx, line in enumerate(entry.lines):
            at = x + _NAME + _LITRES + 2
            paper.text(at, y + idx * _LINE + 0.35, self.times, line, size_pt=9)
        paper.text(
            x + self.width - _SHORT, y + 0.35, _SHORT, entry.short, size_pt=9, align="R"
        )
        bottom = y + entry.num_lines * _LINE - 0.1
        paper.line(x, bottom, x + self.width, bottom, is_dashed=True)

    def _sources(self) -> Iterator[_Entry]:
        t = self.t
        drawn: dict[str, int] = defaultdict(int)
        trips: dict[str, int] = defaultdict(int)
        for route in self.day.plan.routes:
            for stop in route.stops:
                if stop.kind == "fill":
                    drawn[stop.place_id] += stop.litres
                    trips[stop.place_id] += 1
        yield _Entry(t("paper.wall.sources"), is_head=True)
        for source in self.day.scenario.sources:
            label, litres = source.source_id, drawn[source.source_id]
            parts = [t("paper.wall.fillings", count=trips[label])]
            if source.supply_l is not None:
                parts.append(t("paper.wall.of", litres=f"{source.supply_l:,}"))
            use = "" if source.potable else t("paper.wall.animals")
            name = f"{self.signs[label]} {self.day.scenario.label(label)}"
            yield _Entry(
                name,
                f"{litres:,}",
                (" ".join(parts),),
                use,
                name_lines=self._parts(name),
            )

    def _places(self, *, is_brief: bool) -> Iterator[_Entry]:
        visits: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for route in self.day.plan.routes:
            letter = self.day.letters.get(route.truck_id, route.truck_id)
            for stop in route.stops:
                if stop.kind == "deliver":
                    visits[stop.place_id].append((stop.start_s, letter))
        times = self._span if is_brief else self._times
        known = {outcome.village_id for outcome in self.day.plan.villages}
        yield _Entry(self.t("paper.wall.places"), is_head=True)
        for outcome in self.day.plan.villages:
            label = outcome.village_id
            short = ""
            if outcome.shortage_l > 0:
                litres = f"{outcome.shortage_l:,}"
                short = self.t("paper.wall.short_by", litres=litres)
            elif not outcome.delivered_l:
                continue
            yield _Entry(
                self.names.get(label, label),
                f"{outcome.delivered_l:,}",
                times(sorted(visits[label])),
                short,
                name_lines=self._parts(self.names.get(label, label)),
            )
        for label in visits.keys() - known:
            yield _Entry(label, "", times(sorted(visits[label])))

    def _span(self, visits: list[tuple[int, str]]) -> tuple[str, ...]:
        """Return the first and last time of a place, and its trucks."""
        if not visits:
            return ("",)
        trucks = dict.fromkeys(letter for _, letter in visits)
        first, last = format_clock(visits[0][0]), format_clock(visits[-1][0])
        clocks = first if first == last else f"{first}-{last}"
        return self._lines([clocks, *trucks])

    def _times(self, visits: list[tuple[int, str]]) -> tuple[str, ...]:
        """Return the visits of a place: ``A 08:00 10:20 C 14:00``."""
        words: list[str] = []
        last = ""
        for start_s, letter in visits:
            clock = format_clock(start_s)
            words.append(clock if letter == last else f"{letter} {clock}")
            last = letter
        return self._lines(words)

    def _lines(self, words: Sequence[str]) -> tuple[str, ...]:
        lines = [""]
        for word in words:
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and self.paper.width_of(longer, 9) > self.times:
                lines.append(word)
            else:
                lines[-1] = longer
        return tuple(lines)

    def _parts(self, name: str) -> tuple[str, ...]:
        """Return a name in lines: two places may differ in their last letter."""
        if self.paper.width_of(name, _SMALL_PT) <= _NAME:
            return (name,)
        parts = [""]
        for char in name:
            if self.paper.width_of(parts[-1] + char, _SMALL_PT) > _NAME:
                parts.append("")
            parts[-1] += char
        return tuple(parts)


def _end_of_column(entries: Sequence[_Entry], at: int, room: int) -> int:
    """Return the first entry from ``at`` on that a column of some lines cannot hold."""
    used, first = 0, at
    while at < len(entries):
        need = entries[at].num_lines
        if entries[at].is_head and at + 1 < len(entries):
            need += entries[at + 1].num_lines
        if used + need > room and at > first:
            return at
        used += entries[at].num_lines
        at += 1
    return at


def _is_room(entries: Sequence[_Entry], room: int) -> bool:
    """Whether columns of so many lines hold all entries."""
    at = 0
    for _ in range(_COLUMNS):
        start, at = at, _end_of_column(entries, at, room)
        if sum(entry.num_lines for entry in entries[start:at]) > room:
            return False
    return at == len(entries)
