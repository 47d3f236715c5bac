"""Working days of China: public holidays, and weekends that are worked to make up."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import chinese_calendar

from dispatch.words.message import say

if TYPE_CHECKING:
    from dispatch.words.message import Message


class Due(NamedTuple):
    """A last day, and what to know about how it was counted."""

    date: dt.date
    notice: Message | None = None


def due_date(came: dt.date, workdays: int) -> Due:
    """
    Return the day that is so many working days after another.

    Parameters
    ----------
    came
        The day itself does not count.
    workdays
        How many; 0 is the day itself.

    Returns
    -------
    Due
        With a notice where the table of holidays does not reach so far: weekdays are
        counted there.
    """
    date = came
    unknown: set[int] = set()
    left = workdays
    while left > 0:
        date += dt.timedelta(days=1)
        try:
            is_worked = chinese_calendar.is_workday(date)
        except NotImplementedError:  # the State Council has not said it, or long ago
            unknown.add(date.year)
            is_worked = date.weekday() < 5
        left -= is_worked
    if unknown:
        return Due(date, say("due_by_weekdays", year=min(unknown)))
    return Due(date)
