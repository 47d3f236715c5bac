"""Turns by the clock and service tanks, to the figures that are printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.water.service_tank import Flow, tank_size_m3
from dispatch.water.warabandi import (
    Holding,
    first_turn_s,
    seconds_per_area,
    turn_s,
    turns_s,
)

WEEK_S = 7 * 86_400
DAY_S = 86_400


def minutes(hours: int, rest: int) -> int:
    return 60 * (60 * hours + rest)


def printed(seconds: float) -> str:
    """Return hours and minutes as the roster prints them: seconds are cut."""
    return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02d}"


#: The roster of the example: 59 rows of 1,176.95 in all, of which the printed ones are
#: kept and the others, which do not matter to them, are one size. Filling 12:19,
#: emptying 2:43.
KNOWN = (
    Holding(24),
    Holding(41),
    Holding(73.9),
    Holding(23.5, drain_s=240),
    Holding(11.5, fill_s=900),
)
REST = 1176.95 - sum(holding.area for holding in KNOWN)
ROSTER = (
    *KNOWN,
    *(
        Holding(
            REST / 54,
            fill_s=(minutes(12, 19) - 900) / 54,
            drain_s=(minutes(2, 43) - 240) / 54,
        )
        for _ in range(54)
    ),
)


def test_warabandi() -> None:
    """168 h, filling 12:19, emptying 2:43, 1,176.95 in all: 8.075 minutes a unit."""
    assert len(ROSTER) == 59
    unit_s = seconds_per_area(ROSTER, cycle_s=WEEK_S)
    assert round(unit_s / 60, 3) == 8.075
    turns = turns_s(ROSTER, cycle_s=WEEK_S)
    assert [printed(turn) for turn in turns[:5]] == [
        "3:13",
        "5:31",
        "9:56",
        "3:05",
        "1:47",
    ]
    assert sum(turns) == pytest.approx(WEEK_S)
    # From Monday 18:00 the first turn ends at 21:13.
    assert printed(18 * 3600 + turn_s(KNOWN[0], seconds_per_area=unit_s)) == "21:13"


def test_gong_rota() -> None:
    """14 groups of 24 h and 978 mu: a cycle of 14 days, 20.6 minutes a mu."""
    groups = [Holding(978 / 14)] * 14
    cycle_s = 14 * DAY_S
    assert turns_s(groups, cycle_s=cycle_s) == pytest.approx([DAY_S] * 14)
    unit_s = seconds_per_area(groups, cycle_s=cycle_s)
    assert round(unit_s / 60, 1) == 20.6


def test_the_gong_calls_for_half_a_day_later() -> None:
    assert first_turn_s(9 * 3600) == 18 * 3600
    assert first_turn_s(15 * 3600) == DAY_S + 6 * 3600
    assert first_turn_s(2 * DAY_S + 12 * 3600) == 3 * DAY_S + 6 * 3600


@pytest.mark.parametrize(
    ("holdings", "cycle_s"), [([], 100), ([Holding(0)], 100), ([Holding(5, 100)], 100)]
)
def test_nothing_to_share(holdings: list[Holding], cycle_s: int) -> None:
    with pytest.raises(ValueError, match="nothing to share"):
        seconds_per_area(holdings, cycle_s=cycle_s)


@given(
    st.lists(
        st.builds(
            Holding,
            st.floats(0.1, 500),
            st.floats(0, 3600),
            st.floats(0, 3600),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_turns_add_up_to_the_cycle(holdings: list[Holding]) -> None:
    assert sum(turns_s(holdings, cycle_s=WEEK_S)) == pytest.approx(WEEK_S)


EVEN = [Flow(0, 24, 2160)]


def test_service_tank_for_a_day_of_draw() -> None:
    """25, 30, 15, 20 and 10 % in 5-7, 7-12, 12-17, 17-19 and 19-5: 684 m3."""
    draw = [
        Flow(5, 7, 540),
        Flow(7, 12, 648),
        Flow(12, 17, 324),
        Flow(17, 19, 432),
        Flow(19, 5, 216),
    ]
    assert tank_size_m3(EVEN, draw) == pytest.approx(684)


def test_service_tank_for_two_slots() -> None:
    """Out only from 5 to 7 and from 16 to 18, at 540 m3/h: 990 m3."""
    draw = [Flow(5, 7, 1080), Flow(16, 18, 1080)]
    assert draw[0].m3_per_h == 540
    assert tank_size_m3(EVEN, draw) == pytest.approx(990)


def test_service_tank_for_pumping_of_eight_hours() -> None:
    """225 m3 pumped from 8 to 16; drawn in four parts of the day: 155 m3."""
    draw = [
        Flow(7, 8, 0.30 * 225),
        Flow(8, 17, 0.35 * 225),
        Flow(17, 18.5, 0.30 * 225),
        Flow(18.5, 7, 0.05 * 225),
    ]
    assert round(tank_size_m3([Flow(8, 16, 225)], draw)) == 155


def test_a_tank_that_never_repeats_has_no_size() -> None:
    with pytest.raises(ValueError, match="never repeats"):
        tank_size_m3(EVEN, [Flow(5, 7, 1000)])


@given(st.floats(0, 24), st.floats(0.5, 23), st.floats(1, 999))
def test_the_size_does_not_depend_on_the_hour(
    shift_h: float, long_h: float, water_m3: float
) -> None:
    """The draw of a day moved by some hours needs the same tank, if all comes even."""
    start, moved = (
        tank_size_m3(
            [Flow(0, 24, water_m3)],
            [Flow(from_h % 24, (from_h + long_h) % 24, water_m3)],
        )
        for from_h in (3.0, 3.0 + shift_h)
    )
    assert moved == pytest.approx(start, rel=1e-6, abs=1e-6)
