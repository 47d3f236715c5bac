"""Posts that stand twice at one place and time: nobody would know whose duty it is."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

from dispatch.model.road_limits import Moment
from dispatch.units import DAY_S
from dispatch.words.message import say

if TYPE_CHECKING:
    import datetime as dt

    from dispatch.errors import Problem
    from dispatch.files.tables.records import Record

#: Seconds since some day long ago; open ends lie far from all plans.
Span = tuple[float, float]
_ALWAYS: Final[Span] = (float("-inf"), float("inf"))


def check_overlaps(records: list[Record], problems: list[Problem]) -> None:
    """
    Add a problem for every post that overlaps another one of its kind and place.

    Parameters
    ----------
    records
        Rows of the posts.
    problems
        Receives every problem.
    """
    by_place: dict[tuple[Any, Any], list[Record]] = {}
    for record in records:
        if not record.is_broken:
            place = record.values["object_id"], record.values["kind"]
            by_place.setdefault(place, []).append(record)
    for rows in by_place.values():
        told: set[int] = set()
        for first, second in itertools.combinations(rows, 2):
            if second.row not in told and _overlap(first.values, second.values):
                told.add(second.row)
                message = say("posts_overlap", row=first.row)
                problems.append(second.problem("object_id", message))


def _overlap(first: dict[str, Any], second: dict[str, Any]) -> bool:
    if not _meet(_days(first), _days(second)):
        return False
    return any(_meet(one, other) for one in _hours(first) for other in _hours(second))


def _meet(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _ends(values: dict[str, Any]) -> tuple[Moment, Moment]:
    pair = (values.get("from"), values.get("until"))
    starts, ends = (end if isinstance(end, Moment) else Moment() for end in pair)
    return starts, ends


def _days(values: dict[str, Any]) -> Span:
    """Return from when until when a post exists at all."""
    starts, ends = _ends(values)
    early, late = _ALWAYS
    if starts.date is not None:
        early = _seconds(starts.date) + (starts.time_s or 0)
    if ends.date is not None:
        time_s = DAY_S if ends.time_s is None else ends.time_s
        late = _seconds(ends.date) + time_s
    return early, late


def _hours(values: dict[str, Any]) -> list[Span]:
    """Return the hours of each day that times without dates leave of it."""
    starts, ends = _ends(values)
    early = 0 if starts.date or starts.time_s is None else starts.time_s
    late = DAY_S if ends.date or ends.time_s is None else ends.time_s
    if early < late:
        return [(early, late)]
    return [(early, DAY_S), (0, late)]


def _seconds(day: dt.date) -> float:
    return float(day.toordinal()) * DAY_S
