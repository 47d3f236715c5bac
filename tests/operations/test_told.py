"""What a driver sees of a day: where stops stand, and what changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from dispatch.model.plan import Stop
from dispatch.operations.ledger import Report
from dispatch.operations.told import stop_states, told_changes

DAY = dt.date(2022, 9, 6)


def stop(kind, place, hour, litres=0):
    start_s = hour * 3600
    return Stop(kind, place, start_s, start_s, start_s + 600, litres)


#: Twice to the same village, with a break between.
STOPS = (
    stop("depart", "D1", 7),
    stop("fill", "S1", 8, 5000),
    stop("deliver", "V1", 9, 5000),
    stop("break", "V1", 10),
    stop("fill", "S1", 11, 4000),
    stop("deliver", "V1", 12, 4000),
    stop("return", "D1", 13),
)


def report(kind, place, hour, key=None, **more):
    at = dt.datetime.combine(DAY, dt.time(hour))
    key = key or f"{kind}-{hour}"
    return Report(key=key, date=DAY, kind=kind, at=at, truck="T1", place=place, **more)


def test_nothing_reported_is_open() -> None:
    assert stop_states(STOPS, []) == ["open"] * 7


def test_reports_go_to_the_stops_of_their_place_in_turn() -> None:
    reports = [report("filled", "S1", 8, litres=5000), report("arrived", "V1", 9)]
    states = stop_states(STOPS, reports)
    assert states == ["done", "done", "arrived", "open", "open", "open", "open"]
    reports += [
        report("delivered", "V1", 9, litres=5000),
        report("filled", "S1", 11, litres=4000),
        report("refused", "V1", 12),
        report("returned", "", 13, litres=4000),
    ]
    states = stop_states(STOPS, reports)
    assert states == ["done", "done", "done", "done", "done", "refused", "done"]


def test_late_reports_are_put_in_order_by_their_time() -> None:
    """The phone sent the second delivery first."""
    reports = [report("impossible", "V1", 12), report("delivered", "V1", 9, litres=1)]
    states = stop_states(STOPS, reports)
    assert (states[2], states[5]) == ("done", "impossible")


def test_a_correction_replaces_what_it_names() -> None:
    wrong = report("refused", "V1", 9, key="a")
    right = report("delivered", "V1", 9, key="b", litres=5000, corrects="a")
    states = stop_states(STOPS, [wrong, right])
    assert (states[2], states[5]) == ("done", "open")


def test_a_report_of_another_place_changes_nothing() -> None:
    assert stop_states(STOPS, [report("delivered", "V9", 9)]) == ["open"] * 7


def test_changes_are_told_by_time() -> None:
    moved = replace(STOPS[2], start_s=STOPS[2].start_s + 300)
    less = replace(STOPS[5], litres=3000)
    new = stop("deliver", "V2", 14, 1000)
    after = (*STOPS[:1], moved, *STOPS[3:4], STOPS[4], less, new, STOPS[6])
    told = told_changes(STOPS, after)
    assert [(change.kind, change.stop.place_id) for change in told] == [
        ("dropped", "S1"),
        ("moved", "V1"),
        ("litres", "V1"),
        ("added", "V2"),
    ]
    assert told[0].before == STOPS[1]
    assert told[0].after is None


def test_a_few_minutes_are_no_change() -> None:
    shifted = tuple(replace(s, start_s=s.start_s + 299) for s in STOPS)
    assert told_changes(STOPS, shifted) == []
