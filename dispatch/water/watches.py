"""How watches are cut into shifts, and the least people that they take."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from dispatch.model.water.hours import Span, joined_spans
from dispatch.model.water.shifts import Shift
from dispatch.units import DAY_S

if TYPE_CHECKING:
    from dispatch.model.water.shifts import DutyRules, PostTimes


def shifts_of(times: PostTimes, rules: DutyRules) -> tuple[Shift, ...]:
    """
    Return the shifts of a post, in order.

    A long watch changes hands at the same times every day; short ones of a day are
    joined, with pauses, as long as they are no more work than one shift and end soon
    enough after they start for the rest of the night.

    Parameters
    ----------
    times
        The post and when it exists.
    rules
        Time of handing over, and how far a shift may spread.
    """
    most_s = round(times.post.shift_h * 3600)
    pieces = [
        piece
        for span in joined_spans(times.spans)
        for piece in _pieces(span, most_s, rules.handover_s)
    ]
    shifts: list[list[Span]] = []
    for piece in pieces:
        if shifts and _fits(shifts[-1], piece, most_s, rules.max_spread_s):
            shifts[-1].append(piece)
        else:
            shifts.append([piece])
    post_id = times.post.post_id
    return tuple(Shift(post_id=post_id, spans=joined_spans(parts)) for parts in shifts)


def _fits(parts: list[Span], piece: Span, most_s: int, spread_s: int) -> bool:
    work_s = sum(part.duration_s for part in parts) + piece.duration_s
    return work_s <= most_s and piece.end_s - parts[0].start_s <= spread_s


def _pieces(span: Span, most_s: int, handover_s: int) -> list[Span]:
    """Cut a span where hands change; one that fits into a shift stays whole."""
    if span.duration_s <= most_s:
        return [span]
    # Hands change at the time of handing over and every shift after it; where shifts
    # do not part a day evenly, the last before the next handing over is shorter.
    cuts, day = [], span.start_s // DAY_S - 1
    while day * DAY_S <= span.end_s:
        start_s = day * DAY_S + handover_s
        steps = range(math.ceil(DAY_S / most_s))
        cuts += [start_s + step * most_s for step in steps]
        day += 1
    inside = [cut for cut in cuts if span.start_s < cut < span.end_s]
    edges = [span.start_s, *inside, span.end_s]
    return [Span(a, b) for a, b in itertools.pairwise(edges)]


def least_people(
    *,
    persons: int,
    hours_per_day: float = 24.0,
    days: int = 7,
    shift_h: float = 12.0,
    free_day_in: int | None = 7,
    mean_h_per_week: float | None = None,
) -> int:
    """
    Return the fewest people that a watch takes, by counting shifts and hours.

    ``shifts = persons * days * ceil(hours a day / shift)``; each person has at most one
    a day, one day off in every so many, and no more than the hours. A watch day and
    night with shifts of half a day and as much rest takes two times its persons at
    least: nobody has two shifts in a row.

    Parameters
    ----------
    persons
        There at once.
    hours_per_day, days
        How long the watch is.
    shift_h
        Length of a shift.
    free_day_in
        One day off in so many; None: none.
    mean_h_per_week
        Most hours of a person in a week, on average; None: not limited.
    """
    shifts = persons * days * math.ceil(hours_per_day / shift_h - 1e-9)
    each = float(days)
    if free_day_in is not None:
        each = days - days // free_day_in
    by_shift = shifts / each
    by_hours = 0.0
    if mean_h_per_week is not None:
        by_hours = persons * hours_per_day * 7 / mean_h_per_week
    return math.ceil(max(by_shift, by_hours) - 1e-9)
