"""Hours at which nothing can happen: windows, openings, shifts that do not overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.files.cells.clocks import LAST_S
from dispatch.model.scenario import TimeWindow
from dispatch.units import DAY_S, format_clock
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.errors import Problem
    from dispatch.files.tables.checks import Records
    from dispatch.model.scenario import Scenario, Truck
    from dispatch.words.message import Message


def notice_times(scenario: Scenario, records: Records) -> list[Problem]:
    """
    Return a warning for all hours of the day at which nothing can happen.

    Parameters
    ----------
    scenario
        The day to plan.
    records
        Rows by the name of their table.
    """
    return [
        *_notice_villages(scenario, records),
        *_notice_sources(scenario, records),
        *_notice_trucks(scenario, records),
    ]


def _notice_villages(scenario: Scenario, records: Records) -> list[Problem]:
    """Return a warning for windows in which no truck can unload."""
    working = [_unloading(truck, scenario) for truck in scenario.trucks]
    problems = []
    for record, village in zip(records["villages"], scenario.villages, strict=True):
        message = _dead_hours(village.windows, [span for span in working if span])
        if message is not None:
            problems.append(record.problem("open_from", message, warn=True))
    return problems


def _notice_sources(scenario: Scenario, records: Records) -> list[Problem]:
    """Return a warning for openings at which no truck works."""
    working = [TimeWindow(t.shift_start_s, t.shift_end_s) for t in scenario.trucks]
    problems = []
    for record, source in zip(records["sources"], scenario.sources, strict=True):
        message = _dead_hours(source.windows, working)
        if message is not None:
            problems.append(record.problem("open_from", message, warn=True))
    return problems


def _notice_trucks(scenario: Scenario, records: Records) -> list[Problem]:
    """Return a warning for shifts without an open source, and pauses outside."""
    problems = []
    for record, truck in zip(records["trucks"], scenario.trucks, strict=True):
        shift = TimeWindow(truck.shift_start_s, truck.shift_end_s)
        sources = [s for s in scenario.sources if truck.may_fill_at(s)]
        opened = [window for source in sources for window in source.windows]
        is_always = any(not source.windows for source in sources)
        if sources and not is_always and not _meets(shift, opened):
            message = say("shift_without_source", hours=_hours([shift]))
            problems.append(record.problem("shift_start", message, warn=True))
        pause = truck.break_window
        if pause is not None and not _meets(pause, [shift]):
            message = say("break_outside_shift", hours=_hours([shift]))
            later = _later(pause)
            if _meets(later, [shift]):
                message = say("break_next_day", later=_hours([later]))
            problems.append(record.problem("break_from", message, warn=True))
    return problems


def _unloading(truck: Truck, scenario: Scenario) -> TimeWindow | None:
    """Return when a truck can unload: not before some source is open to it."""
    firsts = [
        source.windows[0].early_s if source.windows else 0
        for source in scenario.sources
        if truck.may_fill_at(source)
    ]
    start_s = max(truck.shift_start_s, min(firsts, default=0))
    return (
        TimeWindow(start_s, truck.shift_end_s) if start_s < truck.shift_end_s else None
    )


def _dead_hours(
    windows: Sequence[TimeWindow], working: Sequence[TimeWindow]
) -> Message | None:
    """Return the message on windows that no truck meets; None if all are met."""
    dead = [window for window in windows if not _meets(window, working)]
    if not dead or not working:
        return None
    later = [_later(window) for window in dead]
    # Only hours that begin in the day planned can be meant for the night after.
    is_night = all(w.early_s < DAY_S and _meets(_later(w), working) for w in dead)
    if is_night:
        return say("window_next_day", hours=_hours(dead), later=_hours(later))
    return say("window_dead", hours=_hours(dead), working=_hours(_merged(working)))


def _meets(window: TimeWindow, others: Sequence[TimeWindow]) -> bool:
    return any(
        window.early_s <= other.late_s and other.early_s <= window.late_s
        for other in others
    )


def _later(window: TimeWindow) -> TimeWindow:
    """Return the same hours of the next day."""
    return TimeWindow(window.early_s + DAY_S, window.late_s + DAY_S)


def _merged(windows: Sequence[TimeWindow]) -> list[TimeWindow]:
    """Return the hours that windows cover together, in order."""
    merged: list[TimeWindow] = []
    for window in sorted(windows, key=lambda item: item.early_s):
        if merged and window.early_s <= merged[-1].late_s:
            late_s = max(merged[-1].late_s, window.late_s)
            merged[-1] = TimeWindow(merged[-1].early_s, late_s)
        else:
            merged.append(window)
    return merged


def _hours(windows: Sequence[TimeWindow]) -> str:
    ends_s = [(w.early_s, min(w.late_s, LAST_S + DAY_S)) for w in windows]
    return ", ".join(
        "-".join(format_clock(time_s, seconds="any") for time_s in pair)
        for pair in ends_s
    )
