"""Closures with hours cost no more of the day than they last."""

from __future__ import annotations

import itertools

from dispatch import read_scenario, travel_matrix
from tests.cases.field_days import CASES, litres, notices, road_day, solved

CLOSED = "limit_id,road,closed,valid_from,valid_until\n"


def clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def test_a_closure_at_noon_leaves_the_morning() -> None:
    """
    Closed 11:00 to 13:00. It was widened to the whole morning: 65,000 L.

    The way round costs 16 minutes a trip; 3 hours of it are two or three trips.
    """
    scene = read_scenario(CASES / "closure-at-noon" / "scenario")
    assert notices(scene) == []
    plan = solved(scene)
    # Fourteen full trips and what is left of the time; before it were thirteen.
    assert litres(plan) >= 72_000
    took_s = loaded_legs(plan)
    assert all(leg_s == 267 for start_s, leg_s in took_s if start_s < clock("10:55"))
    assert all(leg_s == 267 for start_s, leg_s in took_s if start_s >= clock("13:00"))
    shut = [at for at, _ in took_s if clock("11:00") <= at < clock("12:45")]
    assert shut
    assert all(leg_s == 980 for start_s, leg_s in took_s if start_s in shut)


def loaded_legs(plan) -> list[tuple[int, int]]:
    """Return when every loaded leg sets out, and how long it takes."""
    return [
        (before.end_s, after.arrive_s - before.end_s)
        for route in plan.routes
        for before, after in itertools.pairwise(route.stops)
        if after.kind == "deliver" and before.kind == "fill"
    ]


def test_two_closures_of_a_day_are_two(tmp_path) -> None:
    """School hours 09:00-10:00 and 16:00-17:00: five periods, the middle is free."""
    rows = "L1,11-0,yes,09:00,10:00\nL2,11-0,yes,16:00,17:00\n"
    scene = road_day(tmp_path / "d", limits=CLOSED + rows, population=3_000)
    assert notices(scene) == []
    travel = travel_matrix(scene)
    assert travel.later is not None
    moments = [clock(text) for text in ("09:00", "10:00", "16:00", "17:00")]
    assert travel.later.switches_s == tuple(moments)
    free = [
        leg_s
        for start_s, leg_s in loaded_legs(solved(scene))
        if start_s >= clock("17:00") or clock("10:00") <= start_s < clock("15:50")
    ]
    assert free
    assert set(free) == {267}


def test_more_changes_than_can_be_told_apart_are_said(tmp_path) -> None:
    """Four closures of half an hour: eight changes. Which ones count longer is said."""
    rows = "".join(
        f"L{k},11-0,yes,{hour}:00,{hour}:30\n"
        for k, hour in enumerate(("09", "11", "13", "15"), 1)
    )
    scene = road_day(tmp_path / "d", limits=CLOSED + rows)
    travel = travel_matrix(scene)
    assert travel.later is not None
    assert len(travel.later.switches_s) == 5
    (told,) = notices(scene)
    assert "counts" in told
    assert "L1 holds 09:00–09:30" in told
    assert litres(solved(scene)) == 3_500


def test_a_closure_of_a_road_that_no_truck_needs_changes_nothing(tmp_path) -> None:
    """A limit above the day's trucks: one set of roads all day."""
    limits = (
        "limit_id,road,max_gross_t,valid_from,valid_until\nL1,11-0,40,11:00,13:00\n"
    )
    scene = road_day(tmp_path / "d", limits=limits)
    assert travel_matrix(scene).later is None
