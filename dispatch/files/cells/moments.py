"""Dates, times of day or both, as cells and back: from when until when."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from dispatch.files.cells.clocks import parse_clock_cell
from dispatch.files.cells.parse import Cell, CellError, plain, show
from dispatch.model.road_limits import Moment
from dispatch.units import DAY_S, format_clock
from dispatch.words.message import say

_DATED: Final = re.compile(r"(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)(?:[t\s]*(.+))?")
#: Years in which a day is planned, or a limit holds.
_YEARS: Final = (1900, 2199)
#: Sheets count their days from 1900 or 1904: such a date is a time of day.
_FIRST_YEAR: Final = 1905


def parse_date(cell: Cell) -> dt.date:
    """
    Return a date such as 2022-09-06, 2022/9/6 or 2022年9月6日.

    Raises
    ------
    CellError
        If it is no date, or far from any year of a plan.
    """
    if isinstance(cell, dt.datetime):
        return near_date(cell.date())
    if isinstance(cell, dt.date):
        return near_date(cell)
    match = re.fullmatch(
        r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?", plain(show(cell))
    )
    try:
        if match is not None:
            return near_date(dt.date(*(int(part) for part in match.groups())))
    except CellError:
        raise
    except ValueError:
        pass
    raise CellError(say("must_be_date"))


def near_date(date: dt.date) -> dt.date:
    """
    Return the date.

    Raises
    ------
    CellError
        If nobody plans that day: clocks of other zones may not even have it.
    """
    if not _YEARS[0] <= date.year <= _YEARS[1]:
        raise CellError(say("date_far_away", first=_YEARS[0], last=_YEARS[1]))
    return date


def parse_moment(cell: Cell) -> Moment:
    """
    Return the moment of a cell such as ``2022-09-06``, ``2022-09-06 14:00``, ``14:00``.

    Raises
    ------
    CellError
        With a sentence what to write instead.
    """
    if isinstance(cell, dt.datetime) and cell.year >= _FIRST_YEAR:
        # A date cell comes as midnight, which nobody typed.
        time_s = cell.hour * 3600 + cell.minute * 60 + cell.second
        return Moment(date=cell.date(), time_s=time_s or None)
    if isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
        return Moment(date=cell)
    if isinstance(cell, str):
        match = _DATED.fullmatch(plain(cell).casefold())
        if match is not None:
            date = parse_date(match[1])
            if match[2] in (None, "00:00:00"):
                return Moment(date=date)
            return Moment(date=date, time_s=_time_s(match[2]))
    return Moment(time_s=_time_s(cell))


def _time_s(cell: Cell) -> int:
    try:
        time_s = parse_clock_cell(cell)
    except CellError as error:
        raise CellError(say("must_be_moment")) from error
    if time_s > DAY_S:
        raise CellError(say("must_be_moment"))
    return time_s


def format_moment(moment: Moment | None) -> str:
    """Return the text that ``parse_moment`` reads as the same; empty for None."""
    if moment is None:
        return ""
    date = "" if moment.date is None else moment.date.isoformat()
    time = "" if moment.time_s is None else format_clock(moment.time_s, seconds="any")
    return " ".join(part for part in (date, time) if part)


def is_before(first: Moment, second: Moment) -> bool:
    """
    Whether the first is earlier, or cannot be compared with the second.

    Parameters
    ----------
    first, second
        From when and until when; a missing date or time is not limited.
    """
    if first.date is not None and second.date is not None:
        if first.date != second.date:
            return first.date < second.date
    elif first.date is not None or second.date is not None:
        return True
    until_s = DAY_S if second.time_s is None else second.time_s
    return (first.time_s or 0) < until_s
