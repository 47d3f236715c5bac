"""Conditional tags: ``no @ (Mo-Fr 07:00-09:00)`` -> the hours of one day."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from dispatch.roads.osm.tags import parse_tonnes
from dispatch.units import DAY_S

#: From when until when, seconds since midnight.
Interval = tuple[int, int]

_DAYS: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")
_MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_DAY: Final = rf"(?:{'|'.join(_DAYS)}|ph|sh)"
_DAY_SPAN: Final = rf"{_DAY}(?:\s*-\s*{_DAY})?"
_MONTH: Final = rf"(?:{'|'.join(_MONTHS)})"
_DATE: Final = rf"(?:(\d{{4}})\s+)?({_MONTH})(?:\s+(\d{{1,2}}))?"
_DATES: Final = re.compile(rf"{_DATE}(?:\s*-\s*(?:{_DATE}|(\d{{1,2}})))?")
_YEARS: Final = re.compile(r"(\d{4})(?:\s*-\s*(\d{4}))?")
_CLOCKS: Final = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_WEIGHT: Final = re.compile(
    r"(?:max)?(?:gross|gvw|actual)?\s*weight(?:rating)?\s*(<=|>=|<|>)\s*(.+)"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """
    One part of a conditional tag.

    Attributes
    ----------
    value
        What the tag then is.
    hours
        Opening hours of the condition; empty: at all times.
    over_t, up_to_t
        Only for trucks above, or up to, that weight; None: all.
    is_read
        Whether all of the condition is understood.
    """

    value: str
    hours: str
    over_t: float | None
    up_to_t: float | None
    is_read: bool


@lru_cache(maxsize=4096)
def clauses(text: str) -> tuple[Clause, ...]:
    """Return the parts of the value of a conditional tag; the last that holds wins."""
    return tuple(
        _clause(part) for part in re.split(r";(?![^(]*\))", text) if part.strip()
    )


def _clause(text: str) -> Clause:
    value, mark, condition = (part.strip() for part in text.partition("@"))
    if condition.startswith("(") and condition.endswith(")"):
        condition = condition[1:-1].strip()
    is_read = bool(mark and value and condition)
    hours, over_t, up_to_t = [], None, None
    for term in re.split(r"\s+and\s+|&&", condition.casefold()):
        weight = _WEIGHT.fullmatch(term.strip())
        limit_t = parse_tonnes(weight[2]) if weight else None
        if weight is not None and limit_t is not None:
            # At exactly so much: to the safe side either way, by 10 kg.
            if weight[1] in (">", ">="):
                over_t = limit_t if weight[1] == ">" else limit_t - 0.01
            else:
                up_to_t = limit_t if weight[1] == "<=" else limit_t - 0.01
        elif hours_of(term, dt.date(2022, 9, 6)) is not None:
            hours.append(term.strip())
        else:
            is_read = False
    is_read = is_read and len(hours) <= 1
    return Clause(value.casefold(), hours[0] if hours else "", over_t, up_to_t, is_read)


@dataclass(frozen=True, slots=True)
class Hours:
    """
    When a condition holds on one day.

    Attributes
    ----------
    intervals
        Ascending, apart from each other.
    is_sure
        Whether it is the same on a public holiday; these are not known here.
    """

    intervals: tuple[Interval, ...]
    is_sure: bool


def hours_of(text: str, day: dt.date) -> Hours | None:
    """
    Return when opening hours hold on a day; None: they are not understood.

    Understood are months and dates, years, weekdays, times of day (past midnight
    too), ``24/7``, ``off``, and several rules with ``;``. Holidays are unknown.

    Parameters
    ----------
    text
        Opening hours as in a condition; empty: at all times.
    day
        The day; what began on the evening before it counts too.
    """
    if not text.strip():
        return Hours(((0, DAY_S),), is_sure=True)
    hours: list[Interval] = []
    is_sure = True
    for offset in (-1, 0):
        of_day = _of_day(text, day + dt.timedelta(days=offset))
        if of_day is None:
            return None
        intervals, is_day_sure = of_day
        is_sure &= is_day_sure
        moved = [(a + offset * DAY_S, b + offset * DAY_S) for a, b in intervals]
        hours += [(max(0, a), min(DAY_S, b)) for a, b in moved if b > 0 and a < DAY_S]
    return Hours(tuple(sorted(set(hours))), is_sure)


def _of_day(text: str, day: dt.date) -> tuple[list[Interval], bool] | None:
    """Return the times of the rules that a day begins, which may end the day after."""
    # A comma before a day or month begins a rule that adds to the one before it.
    plain = re.sub(
        rf"(?<=\d)\s*,\s*(?=(?:{_DAY}|{_MONTH})\b)", " || ", text.strip().casefold()
    )
    times: list[Interval] = []
    is_sure = True
    for block in plain.split(";"):
        added: list[Interval] = []
        matches = False
        for rule in block.split("||"):
            read = _Rule.read(rule.strip())
            if read is None:
                return None
            is_sure &= not read.names_holidays
            if read.holds_on(day):
                matches = True
                added += read.times
        if matches:
            times = added
    return times, is_sure


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule of opening hours: on which days, at what times."""

    years: tuple[tuple[int, int], ...]
    dates: tuple[tuple[tuple[int, int, int], tuple[int, int, int]], ...]
    weekdays: frozenset[int]
    names_holidays: bool
    times: tuple[Interval, ...]

    @classmethod
    def read(cls, text: str) -> _Rule | None:
        """Return the rule of a text; None: it is not understood."""
        rest = text
        is_off = bool(re.search(r"\b(off|closed)$", rest))
        rest = re.sub(r"\s*\b(off|closed|open)$", "", rest)
        times = tuple(_interval(match) for match in _CLOCKS.finditer(rest))
        rest = re.sub(rf"{_CLOCKS.pattern}(?:\s*,\s*)?", "", rest).strip()
        if "24/7" in rest:
            rest = rest.replace("24/7", "").strip()
        days = re.search(rf"(?:^|\s){_DAY_SPAN}(?:\s*,\s*{_DAY_SPAN})*\s*:?$", rest)
        words = days[0].strip(" :") if days else ""
        rest = rest[: days.start()].strip() if days else rest
        dates = tuple(_date_span(match) for match in _DATES.finditer(rest))
        rest = re.sub(rf"{_DATES.pattern}(?:\s*[,:]\s*)?", "", rest).strip()
        years = tuple((int(m[1]), int(m[2] or m[1])) for m in _YEARS.finditer(rest))
        rest = re.sub(rf"{_YEARS.pattern}(?:\s*,\s*)?", "", rest).strip(" ,:")
        is_empty = not (times or words or dates or years or "24/7" in text)
        if rest or is_empty or any(a >= b for a, b in times):
            return None
        weekdays, names_holidays = _weekdays(words)
        if not times and not is_off:
            times = ((0, DAY_S),)
        if is_off:
            times = ()
        return cls(years, dates, weekdays, names_holidays, times)

    def holds_on(self, day: dt.date) -> bool:
        """Whether the rule is about a day."""
        in_year = not self.years or any(a <= day.year <= b for a, b in self.years)
        in_dates = not self.dates or any(_is_in(day, *span) for span in self.dates)
        if self.names_holidays and not self.weekdays:
            return False
        in_week = not self.weekdays or day.weekday() in self.weekdays
        return in_year and in_dates and in_week


def _interval(match: re.Match[str]) -> Interval:
    first_h, first_m, last_h, last_m = (int(part) for part in match.groups())
    early_s, late_s = first_h * 3600 + first_m * 60, last_h * 3600 + last_m * 60
    return early_s, late_s + DAY_S if late_s <= early_s else late_s


def _weekdays(words: str) -> tuple[frozenset[int], bool]:
    weekdays: set[int] = set()
    names_holidays = False
    for part in re.split(r"\s*,\s*", words):
        ends = re.split(r"\s*-\s*", part)
        if ends[0] in ("ph", "sh"):
            names_holidays = True
        elif ends[0]:
            first, last = _DAYS.index(ends[0]), _DAYS.index(ends[-1])
            weekdays |= {(first + k) % 7 for k in range((last - first) % 7 + 1)}
    return frozenset(weekdays), names_holidays


def _date_span(
    match: re.Match[str],
) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Return (year, month, day) of both ends; year 0: every year."""
    year, month, day, to_year, to_month, to_day, day_alone = match.groups()
    first_month = _MONTHS.index(month) + 1
    first = (int(year or 0), first_month, int(day or 1))
    if to_month:
        last = (int(to_year or year or 0), _MONTHS.index(to_month) + 1)
        return first, (*last, int(to_day or 31))
    return first, (int(year or 0), first_month, int(day_alone or day or 31))


def _is_in(
    day: dt.date, first: tuple[int, int, int], last: tuple[int, int, int]
) -> bool:
    if first[0] and last[0]:
        return first <= (day.year, day.month, day.day) <= last
    now, early, late = (day.month, day.day), first[1:], last[1:]
    # From November to March: over the turn of the year.
    return early <= now <= late if early <= late else now >= early or now <= late
