"""Turns moved and exchanged by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from dispatch.errors import PlanError
from dispatch.model.water.dispatch import WaterDispatch
from dispatch.model.water.hours import Span
from dispatch.model.water.plan import WaterPlan
from dispatch.model.water.turns import Rota, Turn
from dispatch.planning.water_hand import turn_of, with_moved_turn, with_swapped_turns

H = 3600


def turn(group, start_h, end_h, canal="C"):
    return Turn(
        canal_id=canal,
        group_id=group,
        span=Span(start_h * H, end_h * H),
        gross_m3=100.0 * (end_h - start_h),
        flow_m3_per_h=100.0,
    )


@pytest.fixture
def dispatch():
    """Give three turns of 2, 3 and 1 h on a canal, and one on another."""
    day = dt.date(2022, 9, 6)
    return WaterDispatch(
        plan=WaterPlan(scenario="small", first_day=day, num_days=1),
        rotas=(
            Rota(
                canal_id="C", turns=(turn("A", 0, 2), turn("B", 2, 5), turn("Z", 5, 6))
            ),
            Rota(canal_id="D", turns=(turn("X", 0, 4, "D"),)),
        ),
    )


def times(dispatch):
    return [
        (each.group_id, each.span.start_s // H, each.span.end_s // H)
        for each in dispatch.rotas[0].turns
    ]


def test_a_turn_keeps_its_length_where_it_is_moved(dispatch):
    moved = with_moved_turn(dispatch, turn_of(dispatch, "C", "A", 0), start_s=8 * H)
    assert times(moved) == [("B", 2, 5), ("Z", 5, 6), ("A", 8, 10)]
    assert moved.rotas[1] == dispatch.rotas[1]


def test_two_groups_change_places_and_what_lies_between_moves(dispatch):
    first, last = turn_of(dispatch, "C", "A", 0), turn_of(dispatch, "C", "Z", 5 * H)
    for pair in ((first, last), (last, first)):
        swapped = with_swapped_turns(dispatch, *pair)
        assert times(swapped) == [("Z", 0, 1), ("B", 1, 4), ("A", 4, 6)]
    again = with_swapped_turns(
        swapped, turn_of(swapped, "C", "Z", 0), turn_of(swapped, "C", "A", 4 * H)
    )
    assert again == dispatch


def test_neighbours_change_places(dispatch):
    swapped = with_swapped_turns(
        dispatch, turn_of(dispatch, "C", "A", 0), turn_of(dispatch, "C", "B", 2 * H)
    )
    assert times(swapped) == [("B", 0, 3), ("A", 3, 5), ("Z", 5, 6)]


def test_turns_of_two_canals_have_no_places_to_change(dispatch):
    with pytest.raises(PlanError, match="X"):
        with_swapped_turns(
            dispatch, turn_of(dispatch, "C", "A", 0), turn_of(dispatch, "D", "X", 0)
        )
    with pytest.raises(PlanError, match="A"):
        turn_of(dispatch, "C", "A", 60)
