"""Times of day as people and spreadsheets write them -> seconds since midnight."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from dispatch.files.cells.parse import Cell, CellError, is_blank, plain
from dispatch.model.scenario import TimeWindow
from dispatch.units import DAY_S, format_clock
from dispatch.words.message import say

#: End of a window that is not limited: the end of the next day.
LAST_S: Final = 2 * DAY_S

_CLOCK: Final = re.compile(
    r"(次日|第二天|翌日|上午|早上|早晨|凌晨|中午|下午|晚上|傍晚)?\s*"
    r"(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}))?|[点时](?:(\d{1,2})分?|(半)|整)?)\s*(am|pm)?"
)
_DASH: Final = re.compile(r"\s*(?:-|–|—|~|至|到)\s*")
#: How a time cell of 24 hours and more is read: as a day of the sheet's calendar,
#: which begins in 1900 or, on old Macs, in 1904.
_SHEET_DAYS: Final = {
    dt.date(1899, 12, 30): 0,
    dt.date(1899, 12, 31): 0,
    dt.date(1900, 1, 1): 1,
    dt.date(1904, 1, 1): 0,
    dt.date(1904, 1, 2): 1,
}


def parse_clock_cell(cell: Cell) -> int:
    """
    Return the seconds since midnight that a cell means.

    Understood are ``08:30``, ``8：30``, ``8点半``, ``下午2:30``, ``次日 01:00``,
    ``25:00`` (one o'clock at night), time cells and fractions of a day.

    Raises
    ------
    CellError
        If it is no time of day.
    """
    if isinstance(cell, bool):
        raise CellError(say("must_be_clock"))
    if isinstance(cell, dt.datetime):
        return _sheet_datetime_s(cell)
    if isinstance(cell, dt.timedelta):
        return _checked(round(cell.total_seconds()))
    if isinstance(cell, dt.time):
        return _time_s(cell)
    if isinstance(cell, (int, float)):
        return _fraction_s(float(cell))
    if isinstance(cell, str):
        return _text_s(plain(cell).casefold())
    raise CellError(say("must_be_clock"))


def _time_s(time: dt.time) -> int:
    # Half a second over: a time cell of 8:00 may come as 07:59:59.999.
    return round(
        time.hour * 3600 + time.minute * 60 + time.second + time.microsecond / 1e6
    )


def _sheet_datetime_s(moment: dt.datetime) -> int:
    days = _SHEET_DAYS.get(moment.date())
    if days is None:
        raise CellError(say("must_be_clock_no_date"))
    return _checked(days * DAY_S + _time_s(moment.time()))


def _fraction_s(days: float) -> int:
    if not 0 <= days < 1:
        raise CellError(say("must_be_clock"))
    return round(days * DAY_S)


def _checked(seconds: int) -> int:
    if not 0 <= seconds <= LAST_S:
        raise CellError(say("must_be_clock_two_days"))
    return seconds


def _text_s(text: str) -> int:
    if re.fullmatch(r"0?\.\d+", text):
        return _fraction_s(float(text))
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise CellError(say("must_be_clock"))
    word = match[1] or ""
    hours = int(match[2])
    minutes = 30 if match[6] else int(match[3] or match[5] or 0)
    seconds = int(match[4] or 0)
    if minutes > 59 or seconds > 59 or hours > 47:
        raise CellError(say("must_be_clock"))
    is_afternoon = match[7] == "pm" or word in ("下午", "晚上", "傍晚")
    if (is_afternoon or match[7] == "am" or word) and hours > 24:
        raise CellError(say("must_be_clock"))
    if is_afternoon and hours < 12:
        hours += 12
    if word == "中午" and hours < 3:
        hours += 12
    if (match[7] == "am" or word == "凌晨") and hours == 12:
        hours = 0
    if word in ("次日", "第二天", "翌日"):
        hours += 24
    return hours * 3600 + minutes * 60 + seconds


def parse_clock_list(cell: Cell) -> list[int | None]:
    """Return the times of a cell with one or several, None for an empty place."""
    if is_blank(cell):
        return []
    if not isinstance(cell, str):
        return [parse_clock_cell(cell)]
    parts = re.split(r"[;、,]", plain(cell))
    return [None if is_blank(part) else parse_clock_cell(part) for part in parts]


def parse_windows(open_from: Cell, open_until: Cell) -> tuple[TimeWindow, ...]:
    """
    Return the windows of the two cells ``open_from`` and ``open_until``, in order.

    ``08:00-11:00;14:00-18:00`` in the first with an empty second is understood too.

    Parameters
    ----------
    open_from, open_until
        Cells, which may be blank or list several times with ``;``.

    Raises
    ------
    CellError
        If a time cannot be read, a window ends before it starts, or windows overlap.
    """
    if isinstance(open_from, str) and is_blank(open_until):
        ranges = [_DASH.split(part) for part in re.split(r"[;、,]", plain(open_from))]
        if all(len(pair) == 2 for pair in ranges):
            starts = [_optional(pair[0]) for pair in ranges]
            ends = [_optional(pair[1]) for pair in ranges]
            return make_windows(starts, ends)
    return make_windows(parse_clock_list(open_from), parse_clock_list(open_until))


def _optional(text: str) -> int | None:
    return None if is_blank(text) else parse_clock_cell(text)


def make_windows(
    starts: list[int | None], ends: list[int | None]
) -> tuple[TimeWindow, ...]:
    """
    Return windows in order; an open end is the start or the end of the day.

    Parameters
    ----------
    starts, ends
        Seconds since midnight, in pairs; None, or an empty list: not limited. Touching
        windows become one.

    Raises
    ------
    CellError
        If the lists differ in length, a window ends before it starts, or windows
        overlap.
    """
    if not starts and not ends:
        return ()
    starts = starts or [None] * len(ends)
    ends = ends or [None] * len(starts)
    if len(starts) != len(ends):
        raise CellError(say("windows_unequal", starts=len(starts), ends=len(ends)))
    windows = []
    for start, end in zip(starts, ends, strict=True):
        early_s, late_s = start or 0, LAST_S if end is None else end
        if late_s < early_s:
            raise CellError(say("window_backwards"))
        windows.append(TimeWindow(early_s, late_s))
    windows.sort(key=lambda window: window.early_s)
    merged: list[TimeWindow] = []
    for window in windows:
        if merged and window.early_s == merged[-1].late_s:
            # 08:00-09:00 and 09:00-10:00 are two hours without a gap.
            merged[-1] = TimeWindow(merged[-1].early_s, window.late_s)
        elif merged and window.early_s < merged[-1].late_s:
            raise CellError(say("windows_overlap"))
        else:
            merged.append(window)
    return tuple(merged)


def format_windows(windows: tuple[TimeWindow, ...]) -> tuple[str, str]:
    """Return the cells ``open_from`` and ``open_until`` of windows."""
    starts = [format_clock(window.early_s, seconds="any") for window in windows]
    ends = [
        "" if window.late_s == LAST_S else format_clock(window.late_s, seconds="any")
        for window in windows
    ]
    return ";".join(starts), ";".join(ends)
