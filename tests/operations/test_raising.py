"""What callers say raises the needs of a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from dispatch.model.scenario import Resting
from dispatch.model.travel import TravelTable
from dispatch.operations.raising import raised
from dispatch.operations.requests import Call, Position
from dispatch.roads.travel import travel_matrix
from tests.solver import tiny

DATE = dt.date(2022, 9, 6)
DAY = tiny.scenario(
    [
        tiny.village("V", population=100, vulnerable_people=5, stock_l=50),
        tiny.village("W", population=10),
    ]
)


def call(number: int, village: str, people: int, **fields) -> Call:
    values = {"came_at": dt.datetime(2022, 9, 5, 20, number), "due": DATE}
    return Call(number=number, village=village, people=people, **(values | fields))


def test_needs_rise_to_what_callers_said_and_never_fall() -> None:
    calls = [
        call(1, "V", 120, vulnerable_people=2, stock_l=30),
        call(2, "V", 80, vulnerable_people=9),
        call(3, "W", 4, stock_l=0),
    ]
    village, other = raised(DAY, calls).villages
    assert (village.population, village.vulnerable_people) == (120, 9)
    assert village.stock_l == 30
    assert other == DAY.village_by_id["W"]


def test_more_vulnerable_people_than_people_are_all_people() -> None:
    day = raised(DAY, [call(1, "W", 0, vulnerable_people=20)])
    assert day.village_by_id["W"].population == 20


@pytest.mark.parametrize("state", ["delivered", "called_back", "closed"])
def test_who_got_water_raises_nothing(state) -> None:
    assert raised(DAY, [call(1, "V", 500, state=state)]) == DAY


@pytest.mark.parametrize(("told", "stock"), [(20, 20), (80, 50)])
def test_what_was_left_days_ago_has_been_used_since(told, stock) -> None:
    old = dt.datetime(2022, 9, 1, 8, 0)
    day = raised(DAY, [call(1, "V", 1, stock_l=told, came_at=old)])
    assert day.village_by_id["V"].stock_l == stock


def test_the_last_caller_knows_what_is_left() -> None:
    calls = [call(2, "V", 1, stock_l=80), call(1, "V", 1, stock_l=10)]
    assert raised(DAY, calls).village_by_id["V"].stock_l == 80


def test_a_village_out_of_service_is_put_back_at_its_row() -> None:
    resting = (
        Resting(0, tiny.village("A", out_of_service=True)),
        Resting(2, tiny.village("B", out_of_service=True)),
    )
    day = raised(replace(DAY, resting=resting), [call(1, "B", 7)])
    assert [v.village_id for v in day.villages] == ["V", "B", "W"]
    assert [v.village_id for v in day.all_villages] == ["A", "V", "B", "W"]
    village = day.village_by_id["B"]
    assert (village.population, village.out_of_service) == (7, False)


def test_a_position_is_a_place_of_its_own_until_it_is_closed() -> None:
    here = Position(27.25, 112.85)
    request = call(3, "R3", 12, position=here, stock_l=5, remark="=1+1")
    day = raised(DAY, [request, call(4, "R3", 9, position=here)])
    place = day.village_by_id["R3"]
    assert (place.name, place.lat, place.lon) == ("工单 3", 27.25, 112.85)
    assert (place.population, place.stock_l, place.notes) == (12, 5, "=1+1")
    served = raised(DAY, [replace(request, state="delivered")], before=day)
    assert served.village_by_id["R3"].stock_l == 5
    assert raised(DAY, [replace(request, state="closed")]) == DAY


def test_a_village_that_is_no_more_is_not_invented() -> None:
    assert raised(DAY, [call(1, "gone", 12)]) == DAY


def test_the_offices_table_grows_by_straight_lines() -> None:
    """What it says itself stays; also for a place that no table names."""
    ids = DAY.place_ids
    seconds = np.full((len(ids), len(ids)), 600, dtype=np.int64)
    np.fill_diagonal(seconds, 0)
    table = TravelTable(place_ids=ids, seconds=seconds, metres=seconds * 8)
    here = Position(27.25, 112.85)
    day = raised(replace(DAY, travel_table=table), [call(3, "R3", 12, position=here)])
    travel = travel_matrix(day)
    lines = travel_matrix(replace(day, travel_table=None))
    assert (travel.seconds[0][:-1, :-1] == seconds).all()
    assert (travel.seconds[0][-1] == lines.seconds[0][-1]).all()
    assert (travel.metres[0][:, -1] == lines.metres[0][:, -1]).all()
