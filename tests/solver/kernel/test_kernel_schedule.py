"""
The timetable of one route, worked out by hand.

D-S takes 60 s, S-V 120 s, D-V 150 s. A filling takes 30 s and a second for 10
litres, a visit 40 s and a second for 5. The route S, V with 500 litres therefore:
at S 60, filled 60-140, at V 260, served 260-400, home 550.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.model.scenario import TimeWindow
from dispatch.model.travel import NO_ROAD, LaterTravel, LegTimes
from dispatch.solver.kernel.arrays import BIG
from dispatch.solver.kernel.filling import early_load_l, fill_start, spring_spare_l
from dispatch.solver.kernel.legs import leave_by, leg_s
from dispatch.solver.kernel.schedule import set_latest
from tests.solver.three_places import (
    LEGS,
    D,
    S,
    V,
    arrays,
    day,
    drive_row,
    tanker,
    times,
)
from tests.solver.tiny import changed_at, travel

HALF_LOAD = [(S, 500), (V, 500)]


def scheduled(scene, way=None):
    instance, state = arrays(scene, way)
    assert drive_row(instance, state, 0, HALF_LOAD) == 2
    return state


def test_a_trip_takes_its_legs_set_ups_and_flows() -> None:
    state = scheduled(day())
    assert times(state, 0) == [(60, 60, 140), (260, 260, 400)]
    assert state.route["back"][0] == 550
    assert state.route["drive"][0] == 60 + 120 + 150


def test_seconds_of_water_are_rounded_up() -> None:
    """501 litres flow for 50.1 s at the source and for 100.2 s at the village."""
    instance, state = arrays(day())
    drive_row(instance, state, 0, [(S, 501), (V, 501)])
    assert times(state, 0) == [(60, 60, 141), (261, 261, 402)]


def test_latest_arrivals_run_back_from_the_end_of_the_shift() -> None:
    """3600 - 150 is the end of service, 140 s before it V, 120 + 80 before that S."""
    state = scheduled(day())
    assert state.entry["latest"][0, :2].tolist() == [3_110, 3_310]
    assert state.route["latest_back"][0] == 3_600
    assert state.route["slack"][0] == 3_600 - 550


@pytest.mark.parametrize(
    ("windows", "start", "latest"),
    [
        ([(600, 700)], 600, 700),
        ([(0, 100), (1_000, 1_100)], 1_000, 1_100),
        ([(0, 260)], 260, 260),
        ([(0, 280), (300, 400)], 260, 400),
    ],
)
def test_service_starts_in_the_first_window_that_is_open(
    windows: list[tuple[int, int]], start: int, latest: int
) -> None:
    at_village = {"windows": tuple(TimeWindow(*pair) for pair in windows)}
    state = scheduled(day(at_village=at_village))
    assert times(state, 0)[1] == (260, start, start + 140)
    assert state.entry["latest"][0, 1] == latest


def test_there_is_no_timetable_after_the_last_window_or_the_shift() -> None:
    """V closes a second too early; the shift ends a second before the truck is back."""
    closed = day(at_village={"windows": (TimeWindow(0, 259),)})
    instance, state = arrays(closed)
    assert drive_row(instance, state, 0, HALF_LOAD) == 0
    instance, state = arrays(day(trucks=[tanker(shift_end_s=549)]))
    assert drive_row(instance, state, 0, HALF_LOAD) == 0
    instance, state = arrays(day(trucks=[tanker(shift_end_s=550)]))
    assert drive_row(instance, state, 0, HALF_LOAD) == 2


@pytest.mark.parametrize(
    ("window", "at", "is_before", "pause_s", "back_s"),
    [
        # On arrival at V, 260 s, the pause is due: service from 860 s on.
        ((200, 300), 1, 1, 260, 1_150),
        # Filling would last until 140 s, so the pause comes before it, at 100 s.
        ((100, 130), 0, 1, 100, 1_190),
        # Service is over at 400 s; home at 550 s would be too late to begin.
        ((380, 420), 1, 0, 400, 1_150),
        # Home at 550 s, before the pause must have begun: none is needed.
        ((500, 700), -2, None, None, 550),
    ],
)
def test_a_pause_comes_where_it_must_begin(
    window: tuple[int, int],
    at: int,
    is_before: int | None,
    pause_s: int | None,
    back_s: int,
) -> None:
    paused = tanker(break_s=600, break_window=TimeWindow(*window))
    state = scheduled(day(trucks=[paused]))
    route = state.route[0]
    assert (route["pause_entry"], route["back"]) == (at, back_s)
    if at >= 0:
        assert (route["pause_before"], route["pause_start"]) == (is_before, pause_s)


def two_trucks(**at_source):
    """Truck 0 is to be planned; truck 1 fills at a promised time."""
    return arrays(day(at_source=at_source, trucks=[tanker("A"), tanker("B")]))


@pytest.mark.parametrize(
    ("bays", "other", "start"),
    [
        (1, (60, 140), 140),  # the bay is free when the other truck is full
        (2, (60, 140), 60),
        (1, (140, 220), 60),  # both ends may touch
        (1, (139, 219), 219),  # 80 s do not fit before it
    ],
)
def test_a_filling_waits_for_a_free_bay(
    bays: int, other: tuple[int, int], start: int
) -> None:
    instance, state = two_trucks(bays=bays)
    assert drive_row(instance, state, 1, HALF_LOAD, start=other) == 2
    assert fill_start(instance, state, 0, 0, 0, 60, 500) == start


def test_a_filling_may_be_late_by_the_gap_before_the_next_one() -> None:
    """60-140 before 200-280: 60 s of room, though the shift would allow 3,050."""
    instance, state = two_trucks(bays=1)
    drive_row(instance, state, 1, HALF_LOAD, start=(200, 280))
    drive_row(instance, state, 0, HALF_LOAD)
    set_latest(instance, state, 0)
    assert state.entry["latest"][0, 0] == 60 + 60


def test_a_filling_starts_and_ends_in_the_hours_of_its_source() -> None:
    """80 s of filling do not fit into 60-139, but into 200-280."""
    hours = (TimeWindow(0, 139), TimeWindow(200, 280))
    instance, state = arrays(day(at_source={"windows": hours}))
    assert fill_start(instance, state, 0, 0, 0, 60, 500) == 200
    assert fill_start(instance, state, 0, 0, 0, 60, 510) == BIG


def test_a_filling_waits_until_the_spring_has_its_water() -> None:
    """300 l and one a second: 500 l are there at 200 s, 80 s of filling before it."""
    instance, state = two_trucks(stock_l=300, inflow_l_per_h=3_600)
    assert fill_start(instance, state, 0, 0, 0, 60, 500) == 120
    # With 500 l of the other truck, 1,000 l are there at 700 s.
    drive_row(instance, state, 1, HALF_LOAD)
    assert times(state, 1)[0] == (60, 120, 200)
    assert fill_start(instance, state, 0, 0, 0, 60, 500) == 620


def test_a_spring_without_inflow_never_has_more() -> None:
    instance, state = arrays(day(at_source={"stock_l": 300, "inflow_l_per_h": 0}))
    assert fill_start(instance, state, 0, 0, 0, 60, 300) == 60
    assert fill_start(instance, state, 0, 0, 0, 60, 301) == BIG


@pytest.mark.parametrize(
    ("end", "most", "litres"),
    [
        (300, 1_000, 100),  # 600 l are there, 500 of them drawn
        (300, 60, 60),
        (250, 1_000, 50),
        (100, 1_000, 0),  # 400 l are there, but the filling that ends at 200 needs all
        (2_000, 1_000, 1_000),
    ],
)
def test_a_spring_spares_what_earlier_and_later_fillings_leave(
    end: int, most: int, litres: int
) -> None:
    """300 l and one a second; another truck has drawn 500 l from 120 to 200 s."""
    instance, state = two_trucks(stock_l=300, inflow_l_per_h=3_600)
    drive_row(instance, state, 1, HALF_LOAD)
    assert spring_spare_l(instance, state, 0, end, most) == litres


def test_a_part_of_a_load_is_what_fits_before_the_source_closes() -> None:
    """150 - 60 - 30 s at 10 l a second."""
    instance, state = arrays(day(at_source={"windows": (TimeWindow(0, 150),)}))
    assert early_load_l(instance, state, 0, 0, 60, 100, 1_000) == 600
    assert early_load_l(instance, state, 0, 0, 60, 100, 450) == 450
    # Not even 100 l, 40 s, are done by then.
    assert early_load_l(instance, state, 0, 0, 111, 100, 1_000) == 0


def test_a_part_of_a_load_is_what_fits_before_the_bay_is_taken() -> None:
    """110 - 60 - 30 s at 10 l a second."""
    instance, state = two_trucks(bays=1)
    drive_row(instance, state, 1, HALF_LOAD, start=(110, 190))
    assert early_load_l(instance, state, 0, 0, 60, 100, 1_000) == 200


def test_a_part_of_a_load_is_what_the_spring_has() -> None:
    """1,000 l would be filled by 190 s, when 300 + 190 l are there."""
    instance, state = two_trucks(stock_l=300, inflow_l_per_h=3_600)
    assert early_load_l(instance, state, 0, 0, 60, 100, 1_000) == 490


def changing(from_v: dict[tuple[str, str], int], switch_s: int):
    """Return instance and state of a day whose ways change at a moment."""
    scene = day()
    way = travel(scene, LEGS)
    late = travel(scene, LEGS | from_v).seconds[0]
    return arrays(scene, changed_at(way, switch_s, late))


@pytest.mark.parametrize(
    ("depart", "seconds"),
    [(0, 120), (80, 120), (81, 300), (199, 300), (200, 300), (3_000, 300)],
)
def test_a_leg_that_meets_a_slower_period_takes_its_time(
    depart: int, seconds: int
) -> None:
    """S-V takes 120 s until 200 s and 300 s after it: through by 200 s, or slow."""
    instance, _ = changing({("S", "V"): 300}, 200)
    assert leg_s(instance, 0, S, V, depart) == seconds
    assert leg_s(instance, 0, D, S, depart) == 60


def test_a_leg_waits_for_a_faster_period() -> None:
    """S-V takes 120 s until 200 s and 30 s after it: there at 230 s from 110 s on."""
    instance, _ = changing({("S", "V"): 30}, 200)
    assert leg_s(instance, 0, S, V, 109) == 120
    assert leg_s(instance, 0, S, V, 111) == 119
    assert leg_s(instance, 0, S, V, 190) == 40
    assert leave_by(instance, 0, S, V, 229) == 109
    assert leave_by(instance, 0, S, V, 230) == 200


def test_no_leg_is_begun_that_a_closure_would_stop() -> None:
    instance, _ = changing({("S", "V"): NO_ROAD}, 200)
    assert leg_s(instance, 0, S, V, 80) == 120
    assert leg_s(instance, 0, S, V, 81) >= BIG
    assert leave_by(instance, 0, S, V, 3_000) == 80


def test_a_leg_waits_out_a_closure() -> None:
    """S-V is closed from 200 to 400 s."""
    scene = day()
    way = travel(scene, LEGS)
    closed = travel(scene, {("D", "S"): 60, ("D", "V"): 150}).seconds[0]

    is_closed = LegTimes((closed,), (closed,))
    later = LaterTravel(
        switches_s=(200, 400),
        periods=(is_closed, LegTimes(way.seconds, way.metres)),
        across=(is_closed, is_closed),
        throughout=is_closed,
    )
    instance, state = arrays(scene, replace(way, later=later))
    assert leg_s(instance, 0, S, V, 80) == 120
    assert leg_s(instance, 0, S, V, 81) == 400 + 120 - 81
    assert leave_by(instance, 0, S, V, 519) == 80
    assert leave_by(instance, 0, S, V, 520) == 400
    # Filled at 140 s, so the truck is at V at 520 s.
    assert drive_row(instance, state, 0, HALF_LOAD) == 2
    assert times(state, 0) == [(60, 60, 140), (520, 520, 660)]


def test_a_route_drives_on_the_roads_of_its_hour() -> None:
    """Filled at 140 s, after which S-V takes 300 s; the way home is the same."""
    instance, state = changing({("S", "V"): 300}, 200)
    drive_row(instance, state, 0, HALF_LOAD)
    assert times(state, 0) == [(60, 60, 140), (440, 440, 580)]
    assert state.route["back"][0] == 730
    assert state.route["drive"][0] == 60 + 300 + 150
